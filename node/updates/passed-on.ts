/**
 * What a relay has passed on of the publication that it trusts: a message is worth passing on once for each file.
 *
 * Anybody can wrap genuine files in another message, with some left out or with junk beside them, and each such
 * message has an id of its own. Without this bound every one of them would travel through the whole network.
 */
export class PassedOn {
  private timestampSha256 = '';
  private readonly names = new Set<string>();

  /** Whether a message brings any file of this publication that was not passed on yet; if so, it is from now on. */
  take(timestampSha256: string, names: readonly string[]): boolean {
    if (timestampSha256 !== this.timestampSha256) {
      this.timestampSha256 = timestampSha256;
      this.names.clear();
    }
    const before = this.names.size;
    for (const name of names) this.names.add(name);
    return this.names.size > before;
  }
}

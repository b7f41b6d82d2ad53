/**
 * What a relay has passed on of the publication that it trusts: a message is worth passing on once for each file.
 *
 * Anybody can take genuine files, leave some out, and have a message with an id of its own. Without this bound each
 * of them would travel through the whole network; with it, no more do than there are files.
 */
export class PassedOn {
  private timestampSha256 = '';
  private readonly names = new Set<string>();

  /** Whether a message brings any file of this publication that was not passed on yet; if so, it is from now on. */
  take(timestampSha256: string, names: Iterable<string>): boolean {
    if (timestampSha256 !== this.timestampSha256) {
      this.timestampSha256 = timestampSha256;
      this.names.clear();
    }
    const before = this.names.size;
    for (const name of names) this.names.add(name);
    return this.names.size > before;
  }
}

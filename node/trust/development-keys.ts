/**
 * The development keys: everybody can derive their private halves, so nobody outside a development network may
 * trust them.
 *
 * Key `index` has the seed SHA-256 of `relaywave development key <index>: not a secret, anyone can sign with it`.
 * Here are only the ids, SHA-256 of the public key's canonical JSON as TUF has it; a relay needs no more.
 */

export const DEVELOPMENT_KEY_IDS: readonly string[] = [
  '217bdb4820915273068446cfcf83243aebfa2ba217cd1101ddc88752e90bafaf',
  '3f7530aecb14fe583718bd359ef842a738014a0618f09b99102fa22d2d917f1c',
  '6eab77206bc569204767f63c33c6bdee95f5115dfd70058cffa2e684647f8fcc',
  '37e736d60e73e1197cbc5b27ac4a5d429651e209b7cb03b812384fbd3b40de31',
  'b82c8b4c569b8f647e414c5b2df0db80cf0224e580e624f157d43edbfe342676',
  'f360f896f1dd287bdaeb0aecd9be9238db645befb98f0332f9b5fe0384e97d3f',
  '1bacde3b2ca317bcee91d28a80ad1ec8f42dc36b1ce1408c3bb5c8962fe76841',
  'bc4e4a94f7f13e8abbb369977381aebf53ac7608401073f57f6824aaf735fd56',
  '6bc7d57a1d4b5c6e352957cabf6d45feb93fb494c2de721522faf26fa6b139e5',
  '9566055567abdc9aa91bcc5477011a98fb9ed58f4f1461901ea14f38603d89c4',
  'c7f72aa99fea1ccf9b7def874d8b3eec75643ef5429a50089139b93e357102d4',
  '88b770814e1b73fa4c753333a7d071d956c1fb47d76513ed998c577e28405b63',
  '33f0c7ed69b3e1644896d63fe7b62176fa9a9bfddf1d46818ac45919581117ae',
  'a9854ed33e84a22a2f38eb99bc0ce1ff6488f42a2cb943075713b6acdc4bfd49',
  'd6eff22bfdda02b84d17d2fa67ede3cbe2432c08f740a40eef3b2fc39c563543',
  'e10c8b868c163dd7277541e35dc11806990eefaa6605d0f542bbd53000307e05',
  '9d4dc01a043bcb8eee77a633e472aaa79018242b38f4a24702c4d3dcf3248cc8',
  '1561e61c9f7067372c4a2353cf4440ec89a45dd8bd9e63f2930b9690951f046e',
  '0eff1102678cd1469bc7ae2b0c3af74f644ef68c509bfa85781080dfc595e7e3',
  'e9f72475cc1ee87f6f51ec412191327b6d60b33db7ba041b2ec7cf19bb389275',
  '0e4231077e7d48e73690cb31a394ca38d3fb55c89cdf538db4e2a8a7ce01f9d7',
  '656bcc57c7a47dfabb6801ac4c21f4b6f47fb6e6df9d4acf6d83f406e5bdc13f',
  'b6372a647189b98e0a3e944d5f13544aff5a7f7138be75a9da14881398e714c2',
  '3a279e9a28efd22f481cb0bf1de5bfc5aeac68dd01b9932550ad8c8a382870dd',
  '429fcaebe0084a78637a97e320d4a934e03860e460414656e8879d8db15bf071',
];

const ids = new Set(DEVELOPMENT_KEY_IDS);

export function isDevelopmentKey(keyId: string): boolean {
  return ids.has(keyId);
}

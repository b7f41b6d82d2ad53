/** What it takes in bytes to bring a link to the point at which gossip can run over it. */

/** Each way to negotiate a protocol: multistream-select's header and the protocol's name. */
export const NEGOTIATION_BYTES = 60;
/**
 * What libp2p's identify answers: key, addresses, protocols and a signed record. That of a whole node on simulated links
 * (stack/library-node.ts) has 390 bytes.
 */
const IDENTITY_BYTES = 390;
/** The same with the agreement on its stream. */
export const IDENTIFY_ANSWER_BYTES = NEGOTIATION_BYTES + IDENTITY_BYTES;

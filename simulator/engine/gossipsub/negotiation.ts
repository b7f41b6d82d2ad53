/** Bytes each way to negotiate a protocol: multistream-select's header and the protocol's name. */
export const NEGOTIATION_BYTES = 60;

// RFC 5802, "Channel Binding": the GS2 header's flag and what is bound to.

/** SCRAM without channel binding. */
export const SCRAM = 'SCRAM-SHA-256'
/** SCRAM with it: whoever sits between two TLS connections cannot pass the exchange on. */
export const SCRAM_PLUS = 'SCRAM-SHA-256-PLUS'

/** Either of them. */
export type ScramMechanism = typeof SCRAM | typeof SCRAM_PLUS

/** There where this side can bind; `chosen` is false where the mechanism is the one without. */
export type ChannelBinding = { readonly endPoint: Uint8Array; readonly chosen: boolean }

/** What one connection may make the gateway hold in memory. The unit is in each name. */
export type WireLimits = {
  /** Longest frame accepted once the peer is authenticated, header included. */
  readonly maxFrameBytes: number
  /** Longest frame accepted before that: room for a large token, not for a flood. */
  readonly maxUnauthenticatedFrameBytes: number
  /** Frames longer than this are handed on in pieces where their type allows it. */
  readonly streamThresholdBytes: number
  /** Bytes received and not yet consumed at which a connection is no longer read. */
  readonly highWaterBytes: number
}

/**
 * The defaults. 64 MiB holds the largest bind values seen in practice; 64 KiB is what one socket read
 * delivers, so a smaller frame is usually in one chunk already and streaming it would save nothing.
 */
export const defaultWireLimits: WireLimits = {
  maxFrameBytes: 64 * 1024 * 1024,
  maxUnauthenticatedFrameBytes: 64 * 1024,
  streamThresholdBytes: 64 * 1024,
  highWaterBytes: 1024 * 1024,
}

/**
 * The defaults with `overrides` applied. Throws RangeError when a limit is not a positive whole number
 * or exceeds what a 31-bit length word can say.
 */
export function wireLimits(overrides: Partial<WireLimits> = {}): WireLimits {
  const limits: WireLimits = { ...defaultWireLimits, ...overrides }
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isInteger(value) && value > 0 && value <= 0x7fff_ffff)) {
      throw new RangeError(`limit \`${name}\` is ${value}; set a whole number from 1 to 2147483647`)
    }
  }
  return limits
}

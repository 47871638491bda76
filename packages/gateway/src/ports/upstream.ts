import type { UpstreamAddress } from '@sluice/wire/socket/dial'

/** A database, and the gateway's own login there. */
export type UpstreamAccount = UpstreamAddress & {
  readonly user: string
  /** Asked at every connect, so that a rotated secret is used at once. */
  readonly password: () => Promise<string>
  /** The database's own name on the server. */
  readonly database: string
}

/** Bounds of a login at the database. */
export type UpstreamLimits = { readonly authenticationTimeoutMs: number; readonly maxFrameBytes: number }

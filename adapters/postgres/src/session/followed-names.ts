import type { Analysis } from '@sluice/core/analysis/context'
import type { Deny } from '@sluice/core/policy/decision'
import { ownDenial } from '@sluice/core/policy/own-denial'
import type { Frame } from '../framing/frame-piece.ts'
import { frontend } from '../messages/codes.ts'
import type { Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'

const MESSAGE = 'the name of a prepared statement, portal or cursor may have ASCII characters only'
const HINT = 'choose a name without accents and other scripts'

/** What the client is told of a Parse or Bind whose names cannot be followed. */
export const unfollowedName: Refusal = { code: sqlstate.featureNotSupported, message: MESSAGE, hint: HINT }

/**
 * INVARIANT (no-unproven-column): which statement a name stands for must be certain. The database converts a name to
 * its own encoding and cuts it after 63 bytes there. Beyond ASCII two names can be one to it and two to the gateway, or
 * the other way round, as `client_encoding` and the database's encoding have it: such names are not taken.
 */
export function namesAreFollowed(frame: Pick<Frame, 'type' | 'payload'>): boolean {
  if (frame.type === frontend.Parse) return isAscii(frame.payload, 1)
  return frame.type !== frontend.Bind || isAscii(frame.payload, 2)
}

/** True where the first `count` zero-terminated strings are ASCII. Whether they are ended is the decoder's to say. */
function isAscii(payload: Buffer, count: number): boolean {
  let strings = 0
  for (let at = 0; at < payload.length && strings < count; at += 1) {
    const byte = payload[at] as number
    if (byte >= 0x80) return false
    if (byte === 0) strings += 1
  }
  return true
}

/**
 * A value of `client_encoding` under which texts and results would be read otherwise than the gateway reads them. It is
 * refused before it is set: the database says only at the end of a pipeline, or of a text, that it has changed.
 */
export function denyUnreadable({ changes }: Analysis, policyVersion: string): Deny | undefined {
  if (!changes.some((change) => change.kind === 'settings' && change.unreadable === true)) return undefined
  return ownDenial({
    rule: 'sluice:client-encoding',
    message:
      '`client_encoding` would get a value that cannot be read safely, or that is not known beforehand',
    hint: 'set it to `UTF8`, written out',
    policyVersion,
  })
}

/** The same as `namesAreFollowed` for PREPARE, DECLARE, DEALLOCATE and CLOSE. */
export function denyUnfollowed({ changes }: Analysis, policyVersion: string): Deny | undefined {
  const followed = changes.every((change) => !('name' in change) || /^[\0-\x7f]*$/.test(change.name ?? ''))
  if (followed) return undefined
  return ownDenial({ rule: 'sluice:ascii-names', message: MESSAGE, hint: HINT, policyVersion })
}

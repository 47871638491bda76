import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import type { IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import { sessionUnrecorded } from '@sluice/gateway/session/failure'
import { ConnectionRefused, hasLeft } from '@sluice/gateway/session/refused'
import { UpstreamUnreachable } from '@sluice/wire/socket/dial'
import { ProtocolViolation } from '@sluice/wire/violation'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'
import { UpstreamRefused } from '../upstream/login.ts'

/** The connection is refused before it is a session. */
export class Refused extends ConnectionRefused<Refusal> {}

/** Refuses a login. One answer for every reason but expiry, so that probing tells nothing. INVARIANT (no-probing). */
export function identityRefused(login: string, error: IdentityRefused, shielded: boolean): Refused {
  if (error.reason === 'expired') {
    const expired = 'the login or token has expired'
    return new Refused(
      { code: errno.accessDenied, message: expired, hint: 'get a new one and connect again' },
      error,
    )
  }
  const hint = shielded
    ? 'check the login name and the password, or give a token for this gateway as the password'
    : 'check the login name and the password; over TLS (`--ssl`) a token is taken as the password, too'
  return new Refused(
    { code: errno.accessDenied, message: `access denied for user \`${login}\``, hint },
    error,
  )
}

/** What a client is told of whatever went wrong before its session began. */
export function refusalFor(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal
  if (error instanceof ProtocolViolation && error.fault === 'client') {
    return {
      code: errno.malformedPacket,
      message: error.message,
      hint: 'connect with a MySQL or MariaDB client',
    }
  }
  if (hasLeft(error)) {
    return {
      code: errno.readError,
      message: 'the client left amid the login, or took longer than `limits.authenticationTimeoutMs`',
      hint: 'connect again',
    }
  }
  if (error instanceof JournalUnavailable) return { code: errno.unknownError, ...sessionUnrecorded }
  const upstream =
    error instanceof UpstreamRefused ||
    error instanceof UpstreamUnreachable ||
    error instanceof ProtocolViolation
  return {
    code: errno.unknownError,
    message: upstream
      ? 'the database behind the gateway cannot be reached or refused the gateway'
      : 'the session could not be opened',
    hint: 'tell whoever runs the gateway; its log says why',
  }
}

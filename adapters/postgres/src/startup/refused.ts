import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import { IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import { sessionUnrecorded } from '@sluice/gateway/session/failure'
import { ConnectionRefused, recordedReason } from '@sluice/gateway/session/refused'
import { UpstreamUnreachable } from '@sluice/wire/socket/dial'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Refusal } from '../replies/refusal.ts'
import { type SqlState, sqlstate } from '../replies/sqlstate.ts'
import { UpstreamRefused } from '../upstream/login.ts'

/** The connection is refused before it is a session. */
export class Refused extends ConnectionRefused<Refusal> {}

/** Refuses a login. One answer for every reason but expiry, so that probing tells nothing. */
export function identityRefused(login: string, error: IdentityRefused, shielded: boolean): Refused {
  if (error.reason === 'expired') {
    return new Refused(
      {
        code: sqlstate.invalidPassword,
        message: 'the login or token has expired',
        hint: 'get a new token and connect again',
      },
      error,
    )
  }
  return new Refused(
    {
      code: sqlstate.invalidPassword,
      message: `authentication failed for \`${login}\``,
      hint: shielded
        ? 'check the login name and the password, or give a token for this gateway as the password'
        : 'check the login name and the password; a token as the password is taken over TLS only (`sslmode=verify-full`)',
    },
    error,
  )
}

/** What the database says of a setting that it does not take. */
const settingErrors: ReadonlyMap<string, SqlState> = new Map([
  ['22023', sqlstate.invalidParameterValue],
  ['42704', sqlstate.undefinedObject],
])

/** True where the database does not take a setting that the client brought. What it says quotes the value. */
export const refusesSetting = (error: unknown): error is UpstreamRefused =>
  error instanceof UpstreamRefused && settingErrors.has(error.code)

/** What the record says of it: what quotes a value would stand there for ever. */
export function reasonFor(error: unknown, refusal: Refusal): string {
  return refusesSetting(error)
    ? `the database refused a setting that came with the connection (${error.code})`
    : recordedReason(error, refusal)
}

/** What a client is told of whatever went wrong before its session began. */
export function refusalFor(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal
  if (error instanceof ProtocolViolation && error.fault === 'client') {
    return {
      code: sqlstate.protocolViolation,
      message: error.message,
      hint: 'check the driver’s version and settings',
    }
  }
  if (error instanceof JournalUnavailable) return { code: sqlstate.ioError, ...sessionUnrecorded }
  const setting = error instanceof UpstreamRefused ? settingErrors.get(error.code) : undefined
  if (error instanceof UpstreamRefused && setting !== undefined) {
    // About what the client itself has just sent, so that nothing else can be in it.
    return {
      code: setting,
      message: error.message,
      hint: 'correct the setting that came with the connection',
    }
  }
  const upstream =
    error instanceof UpstreamRefused ||
    error instanceof UpstreamUnreachable ||
    error instanceof ProtocolViolation
  return {
    code: sqlstate.connectionFailure,
    message: upstream
      ? 'the database behind the gateway cannot be reached or refused the gateway'
      : 'the session could not be opened',
    hint: 'tell whoever runs the gateway; its log says why',
  }
}

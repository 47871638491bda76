// PostgreSQL: Frontend/Backend Protocol, "Message Flow", "Start-up", and "SASL Authentication".
import { ProtocolViolation } from '@sluice/wire/violation'
import { SCRAM, SCRAM_PLUS, type ScramMechanism } from '../auth/channel-binding.ts'
import { md5Password } from '../auth/md5.ts'
import { type Derive, type ScramClient, scramClient } from '../auth/scram-client.ts'
import type { Authentication } from '../messages/authentication.ts'
import { encodePasswordMessage } from '../messages/password-message.ts'
import { encodeSASLInitialResponse } from '../messages/sasl-initial-response.ts'
import { encodeSASLResponse } from '../messages/sasl-response.ts'

/** How the gateway may prove itself to a database. */
export type UpstreamCredentials = {
  readonly user: string
  readonly password: string
  /** False where someone on the way could read a password that the database asks for in clear. */
  readonly mayShowPassword: boolean
  /** What SCRAM can be bound to: there over TLS. */
  readonly endPoint: Buffer | undefined
  /** `require`: nothing but SCRAM bound to the database's certificate. */
  readonly channelBinding: 'prefer' | 'require'
  /** How the password is hashed for SCRAM. */
  readonly derive: Derive
}

/** Answers the database's authentication requests, in the order one mechanism allows. Throws ProtocolViolation. */
export function answers(
  as: UpstreamCredentials,
): (request: Authentication) => Buffer | undefined | Promise<Buffer | undefined> {
  let scram: ScramClient | undefined
  let bound = false
  return async (request) => {
    switch (request.kind) {
      case 'ok':
        if (as.channelBinding === 'require' && !bound) throw unbound()
        return undefined
      case 'cleartext-password':
        if (as.channelBinding === 'require') throw unbound()
        if (!as.mayShowPassword) throw unprotected()
        return encodePasswordMessage({ password: as.password })
      case 'md5-password':
        if (as.channelBinding === 'require') throw unbound()
        return encodePasswordMessage({ password: md5Password(as.user, as.password, request.salt) })
      case 'sasl': {
        bound = chosen(as, request.mechanisms) === SCRAM_PLUS
        const binding = as.endPoint === undefined ? undefined : { endPoint: as.endPoint, chosen: bound }
        scram = scramClient(as.password, { binding, derive: as.derive })
        const mechanism = bound ? SCRAM_PLUS : SCRAM
        return encodeSASLInitialResponse({ mechanism, data: scram.clientFirst() })
      }
      case 'sasl-continue':
        return encodeSASLResponse({ data: await started(scram).serverFirst(request.data) })
      case 'sasl-final':
        started(scram).serverFinal(request.data)
        return undefined
      case 'unsupported':
        throw unsupported(`authentication request ${request.code}${known(request.code)}`)
    }
  }
}

/** The best mechanism that both sides have. */
function chosen(as: UpstreamCredentials, offered: readonly string[]): ScramMechanism {
  if (as.endPoint !== undefined && offered.includes(SCRAM_PLUS)) return SCRAM_PLUS
  if (as.channelBinding === 'require') throw unbound()
  if (offered.includes(SCRAM)) return SCRAM
  throw unsupported('SASL mechanisms the gateway does not have')
}

function started(scram: ScramClient | undefined): ScramClient {
  if (scram === undefined) throw unsupported('SASL data before it named its mechanisms')
  return scram
}

/** What servers of other set-ups ask for ("Message Formats", AuthenticationKerberosV5 and its neighbours). */
const names: Readonly<Record<number, string>> = {
  2: 'Kerberos V5',
  6: 'SCM credentials',
  7: 'GSSAPI',
  8: 'GSSAPI or SSPI data',
  9: 'SSPI',
}

function known(code: number): string {
  const name = Object.hasOwn(names, code) ? names[code] : undefined
  return name === undefined ? '' : ` (${name})`
}

function unbound(): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'unexpected',
    'the database does not log in by SCRAM with channel binding, which `channelBinding: require` asks for; use TLS and scram-sha-256 there',
  )
}

function unprotected(): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'unexpected',
    'the database asks for the password in clear over a connection without TLS; set `tls: verify-full` or allow scram-sha-256',
  )
}

function unsupported(what: string): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'unexpected',
    `the database sent ${what}, which the gateway does not have; allow scram-sha-256 in pg_hba.conf`,
  )
}

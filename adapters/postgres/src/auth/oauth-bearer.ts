// RFC 7628, "The OAUTHBEARER Mechanism" and "Server's Response to Failed Authentication"; RFC 5801 for the GS2 header.
import type { BearerLogin } from '@sluice/gateway/ports/identity-provider'

/** The mechanism's name. PostgreSQL speaks it from 18 on. */
export const OAUTHBEARER = 'OAUTHBEARER'

/** The client's message is not one of RFC 7628. Fault: client. Holds nothing of what was sent. */
export class BearerRefused extends Error {
  override readonly name = 'BearerRefused'
}

/** What a client answers to the error, so that the exchange can end. */
export const DUMMY_RESPONSE: Buffer = Buffer.from([1])

const SEPARATOR = '\u0001'
/** `b64token` of RFC 6750, "Authorization Request Header Field". */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/**
 * The token in the client's first message; undefined where it has none yet and asks where to get one. The GS2 header
 * may say `y`: there is no channel binding here. An authorization identity would be somebody else than the token's.
 * Throws BearerRefused.
 */
export function readBearer(message: Buffer): string | undefined {
  const text = message.toString('latin1')
  const [header, ...rest] = text.split(SEPARATOR)
  if (header !== 'n,,' && header !== 'y,,') throw new BearerRefused(headerProblem(header ?? ''))
  // `key=value` ends in a separator, and so does the list.
  if (rest.length < 2 || rest.at(-1) !== '' || rest.at(-2) !== '') throw malformed()
  const pairs = rest.slice(0, -2).map((pair) => /^([A-Za-z]+)=([\t\n\r -~]*)$/.exec(pair))
  if (pairs.includes(null)) throw malformed()
  const given = pairs.filter((pair) => pair?.[1] === 'auth').map((pair) => pair?.[2] ?? '')
  if (given.length !== 1) throw new BearerRefused('the client gave not one authorization but none or several')
  const [auth = ''] = given
  if (auth === '') return undefined
  const token = BEARER.exec(auth)?.[1]
  if (token === undefined) throw new BearerRefused('the client gave an authorization that is no bearer token')
  return token
}

function headerProblem(header: string): string {
  if (header.startsWith('p=')) return 'the client wants channel binding, which OAUTHBEARER does not have'
  if (/^[ny],a=/.test(header)) return 'the client wants to act as somebody else than its token names'
  return malformed().message
}

function malformed(): BearerRefused {
  return new BearerRefused('the client sent a message that RFC 7628 does not allow')
}

/** What a client without a good token is told: that it needs one, and from where. */
export function bearerError({ openidConfiguration, scope }: BearerLogin): Buffer {
  return Buffer.from(
    JSON.stringify({ status: 'invalid_token', 'openid-configuration': openidConfiguration, scope }),
  )
}

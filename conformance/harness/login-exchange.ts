import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { endPointBinding } from '@sluice/adapter-postgres/auth/end-point'
import { scramClient } from '@sluice/adapter-postgres/auth/scram-client'
import { decodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { backend } from '@sluice/adapter-postgres/messages/codes'
import { encodePasswordMessage } from '@sluice/adapter-postgres/messages/password-message'
import { encodeSASLInitialResponse } from '@sluice/adapter-postgres/messages/sasl-initial-response'
import { encodeSASLResponse } from '@sluice/adapter-postgres/messages/sasl-response'
import { encodeStartupMessage, PROTOCOL_3_2 } from '@sluice/adapter-postgres/messages/startup-message'
import { line, RawClient } from './raw-client.ts'

/** How a login is proven: SCRAM without TLS, SCRAM bound to the certificate, OAUTHBEARER, a token as the password. */
export type LoginWay = 'scram' | 'scram-plus' | 'bearer' | 'token'

/** What a client knows. */
type LoginSecrets = { readonly password: string; readonly token: string }

/** What is sent in the place of a message. `last`: nothing comes behind it. */
export type Said = { readonly pieces: readonly Buffer[]; readonly last: boolean }

/** How it went: a session; the refusal's SQLSTATE; the connection closed; or the client left, be it that nobody said anything. */
export type LoginEnd = 'ready' | 'closed' | 'left' | `refused ${string}`

/** After so long without a word the client leaves, in milliseconds. */
const PATIENCE_MS = 200

async function dial(port: number, way: LoginWay): Promise<{ stream: Duplex; endPoint: Buffer | undefined }> {
  const plain = connectTcp(port, '127.0.0.1')
  await once(plain, 'connect')
  if (way === 'scram') return { stream: plain, endPoint: undefined }
  const stream = connectTls({ socket: plain, rejectUnauthorized: false, ALPNProtocols: ['postgresql'] })
  await once(stream, 'secureConnect')
  return { stream, endPoint: endPointBinding(stream.getPeerCertificate().raw) }
}

/** A client's answers to what a server asks for, one way. */
function answersOf(way: LoginWay, { password, token }: LoginSecrets, endPoint: Buffer | undefined) {
  const binding = endPoint === undefined ? undefined : { endPoint, chosen: true }
  const scram = scramClient(password, { binding })
  const mechanisms = {
    scram: 'SCRAM-SHA-256',
    'scram-plus': 'SCRAM-SHA-256-PLUS',
    bearer: 'OAUTHBEARER',
    token: '',
  }
  const bearer = Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`)
  return async (payload: Buffer): Promise<Buffer | undefined> => {
    const request = decodeAuthentication(payload)
    if (request.kind === 'cleartext-password') return encodePasswordMessage({ password: token })
    if (request.kind === 'sasl') {
      const data = way === 'bearer' ? bearer : scram.clientFirst()
      return encodeSASLInitialResponse({ mechanism: mechanisms[way], data })
    }
    if (request.kind === 'sasl-continue') {
      const data = way === 'bearer' ? Buffer.of(1) : await scram.serverFirst(request.data)
      return encodeSASLResponse({ data })
    }
    if (request.kind === 'sasl-final') scram.serverFinal(request.data)
    return undefined
  }
}

/** Logs `user` in, saying what `say` makes of each message. */
export async function loginExchange(
  to: { readonly port: number; readonly user: string; readonly database: string },
  way: LoginWay,
  secrets: LoginSecrets,
  say: (step: number, message: Buffer) => Said,
): Promise<LoginEnd> {
  const { stream, endPoint } = await dial(to.port, way)
  const client = new RawClient(stream)
  const answer = answersOf(way, secrets, endPoint)
  const impatience = setTimeout(() => client.close(), PATIENCE_MS)
  let step = 0
  const send = (message: Buffer): void => {
    const { pieces, last } = say(step, message)
    step += 1
    for (const piece of pieces) stream.write(piece)
    if (last) stream.end()
  }
  try {
    const { user, database } = to
    send(
      encodeStartupMessage({
        version: PROTOCOL_3_2,
        parameters: new Map(Object.entries({ user, database })),
      }),
    )
    for (let message = await client.next(); message !== undefined; message = await client.next()) {
      impatience.refresh()
      if (message.type === backend.ErrorResponse) return `refused ${line(message).split(' ')[1] ?? ''}`
      if (message.type === backend.ReadyForQuery) return 'ready'
      const next = message.type === backend.Authentication ? await answer(message.payload) : undefined
      if (next !== undefined) send(next)
    }
    return stream.writableEnded || stream.readableEnded ? 'closed' : 'left'
  } catch (error) {
    // The client does not believe the server, which answers another message than the client's own.
    if ((error as Error).name === 'ProtocolViolation') return 'left'
    throw error
  } finally {
    clearTimeout(impatience)
    client.close()
  }
}

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { afterEach, expect, test } from '@jest/globals'
import { type Authentication, encodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { issueCertificates } from '@sluice/testkit/certificates'
import { startGateway } from '../harness/gateway.ts'

const sockets: Socket[] = []
let server: Server
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
})

/** Asks every login, the catalog's among them, for a proof, and tells what the first one says to that. */
async function impostor(asks: Authentication): Promise<{ port: number; said: Promise<Buffer> }> {
  const { leaf } = await issueCertificates()
  const secureContext = createSecureContext({ cert: leaf.cert, key: leaf.key })
  const said = Promise.withResolvers<Buffer>()
  const ask = (stream: Socket): void => {
    const heard: Buffer[] = []
    stream.on('error', () => undefined)
    stream.once('data', () => {
      stream.on('data', (chunk: Buffer) => {
        heard.push(chunk)
        // Whoever has answered waits for the next word.
        stream.end()
      })
      stream.write(encodeAuthentication(asks))
    })
    stream.on('close', () => said.resolve(Buffer.concat(heard)))
  }
  server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', (first: Buffer) => {
      if (first.length !== SSL_REQUEST_BYTES) {
        ask(socket)
        socket.emit('data', first)
        return
      }
      socket.write('S')
      ask(new TLSSocket(socket, { isServer: true, secureContext }))
    })
  }).listen(0)
  await once(server, 'listening')
  return { port: (server.address() as { port: number }).port, said: said.promise }
}

const SSL_REQUEST_BYTES = 8
const CLEARTEXT: Authentication = { kind: 'cleartext-password' }
const MD5: Authentication = { kind: 'md5-password', salt: Buffer.alloc(4, 7) }
const SCRAM: Authentication = { kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }
/** Leads to this machine, which its name does not tell. */
const REMOTE = '0.0.0.0'

test.each<[string, Authentication, string, 'disable' | 'require', string | undefined]>([
  ['the password in clear, without TLS', CLEARTEXT, REMOTE, 'disable', undefined],
  [
    'the password in clear, where binding is required',
    CLEARTEXT,
    REMOTE,
    'require',
    'channelBinding: require',
  ],
  ['MD5, where binding is required', MD5, REMOTE, 'require', 'channelBinding: require'],
  ['SCRAM without binding, where it is required', SCRAM, REMOTE, 'require', 'channelBinding: require'],
])(
  'INVARIANT (hostile-both-sides): who asks the login that reads the catalog for %s gets nothing',
  async (_name, asks, host, upstreamTls, keys) => {
    const { port, said } = await impostor(asks)
    const gateway = await startGateway({
      upstream: { host, port, superuser: 'gateway', password: 'secret' },
      database: 'postgres',
      upstreamTls,
      ...(keys === undefined ? {} : { upstreamKeys: keys }),
    })
    expect((await said).toString('latin1')).toBe('')
    await gateway.close()
  },
)

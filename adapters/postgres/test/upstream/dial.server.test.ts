import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { type CertifiedKey, issueCertificates } from '@sluice/testkit/certificates'
import { startPostgres } from '@sluice/testkit/postgres-server'
import { endPointBinding } from '../../src/auth/end-point.ts'
import { dialler } from '../../src/upstream/dial.ts'
import { encrypting } from './encrypting.ts'

const binding = ({ cert }: CertifiedKey): Buffer | undefined => endPointBinding(new X509Certificate(cert).raw)

test('INVARIANT (identity-bound): a resumed session is bound to who showed the certificate when it began', async () => {
  const [theirs, own] = [(await issueCertificates()).leaf, (await issueCertificates()).leaf]
  const server = await startPostgres({
    version: 'embedded',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
    tls: own,
  })
  const sockets = new Set<Socket>()
  const { answer, resumed } = encrypting(theirs)
  let leadsOn = false
  // Whoever stands in between answers by itself, with session tickets, or leads on to the database, which has none.
  const between = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    if (leadsOn) {
      const onward = connect(server.port, server.host)
      sockets.add(onward)
      onward.on('error', () => undefined)
      socket.pipe(onward).pipe(socket)
      return
    }
    answer(socket)
  }).listen(0, '127.0.0.1')
  await once(between, 'listening')
  const { port } = between.address() as { port: number }
  const dial = dialler({ host: '127.0.0.1', port, tls: 'require' })
  const bound: (Buffer | undefined)[] = []
  for (leadsOn of [false, true, false]) {
    const { stream, endPoint } = await dial()
    bound.push(endPoint)
    // The ticket comes behind the handshake.
    if (!leadsOn) await once(stream, 'data')
    stream.destroy()
  }
  expect(resumed).toEqual([false, true])
  expect(bound).toEqual([binding(theirs), binding(own), binding(theirs)])
  for (const socket of sockets) socket.destroy()
  between.close()
  await server.stop()
}, 60_000)

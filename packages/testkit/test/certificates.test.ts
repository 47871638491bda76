import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { expect, test } from '@jest/globals'
import { issueCertificates } from '../src/certificates.ts'

test('a client that trusts the authority accepts the leaf, by name and by address', async () => {
  const { ca, leaf } = await issueCertificates(['db.example.test'])
  expect(new X509Certificate(leaf.cert).checkHost('db.example.test')).toBe('db.example.test')
  const server = createServer({ ...leaf, minVersion: 'TLSv1.3' }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const host of ['localhost', '127.0.0.1']) {
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: host === 'localhost' ? host : '',
      ca: ca.cert,
    })
    await once(socket, 'secureConnect')
    expect(socket.authorized).toBe(true)
    socket.destroy()
  }
  server.close()
})

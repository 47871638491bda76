import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type CertifiedKey, issueCertificates, issueClientCertificate } from '@sluice/testkit/certificates'
import { UpstreamUnreachable } from '@sluice/wire/socket/dial'
import { dialler } from '../../src/upstream/dial.ts'
import { type Encrypting, encrypting } from './encrypting.ts'

const servers: Server[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  for (const socket of sockets.splice(0)) socket.destroy()
})

async function proxy(leaf: CertifiedKey): Promise<Pick<Encrypting, 'resumed'> & { readonly port: number }> {
  const { answer, resumed } = encrypting(leaf)
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    answer(socket)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { port: (server.address() as { port: number }).port, resumed }
}

describe('the way to the database', () => {
  test('resumes its TLS sessions where they may be', async () => {
    const certificates = await issueCertificates()
    const { port, resumed } = await proxy(certificates.leaf)
    const dial = dialler({ host: 'localhost', port, tls: 'verify-full', ca: certificates.ca.cert })
    for (let i = 0; i < 3; i += 1) {
      const { stream, endPoint } = await dial()
      expect(endPoint).toHaveLength(32)
      // The ticket comes behind the handshake.
      await once(stream, 'data')
      stream.destroy()
    }
    expect(resumed).toEqual([false, true, true])
  })

  test('checks the certificate and the name in it', async () => {
    const certificates = await issueCertificates()
    const other = await issueCertificates()
    const { port } = await proxy(certificates.leaf)
    const tls = 'verify-full' as const
    await expect(dialler({ host: 'localhost', port, tls, ca: other.ca.cert })()).rejects.toThrow(
      UpstreamUnreachable,
    )
    const says = { commonName: 'other', dnsNames: ['other.example'], usage: 'server' } as const
    const elsewhere = await proxy(await issueClientCertificate(certificates.ca, says))
    const named = dialler({ host: 'localhost', port: elsewhere.port, tls, ca: certificates.ca.cert })
    await expect(named()).rejects.toThrow(/altnames|does not match/)
    const { stream } = await dialler({ host: 'localhost', port, tls: 'require' })()
    stream.destroy()
  })

  test('leads to a Unix socket, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-dial-'))
    const server = createServer((socket) => socket.end('here')).listen(join(folder, '.s.PGSQL.5432'))
    servers.push(server)
    await once(server, 'listening')
    const { stream } = await dialler({ host: folder, port: 5432, tls: 'disable' })()
    const [said] = (await once(stream, 'data')) as [Buffer]
    expect(said.toString()).toBe('here')
    stream.destroy()
    await rm(folder, { recursive: true, force: true })
  })
})

import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import {
  type CertifiedKey,
  type IssuedCertificates,
  issueCertificates,
  issueClientCertificate,
  revocationList,
} from '@sluice/testkit/certificates'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { writeTestConfig } from '../harness/gateway.ts'
import { type GatewayProcess, startGatewayProcess } from '../harness/gateway-process.ts'

const LOADED = /is in force, and principals and certificates were read again/

let server: RunningPostgres
let authority: IssuedCertificates
let shown: CertifiedKey
let revoked: CertifiedKey
let config: { readonly directory: string; readonly file: string }
let gateway: GatewayProcess

beforeAll(async () => {
  authority = await issueCertificates()
  shown = await issueClientCertificate(authority.ca, { commonName: 'shown' })
  revoked = await issueClientCertificate(authority.ca, { commonName: 'revoked' })
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  config = await writeTestConfig({
    upstream: server,
    database: 'postgres',
    tlsRequired: true,
    tlsKeys: 'clientCa: ./clients.crt, clientCrl: ./clients.crl',
    files: {
      'clients.crt': authority.ca.cert,
      'clients.crl': await revocationList(authority.ca, [revoked]),
    },
  })
  gateway = await startGatewayProcess(config.file)
}, 120_000)

afterAll(async () => {
  await gateway?.kill('SIGTERM')
  await server?.stop()
  if (config !== undefined) await rm(config.directory, { recursive: true, force: true })
})

const write = (name: string, text: string) => writeFile(join(config.directory, name), text)
const read = (name: string) => readFile(join(config.directory, name), 'utf8')
const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256

/** A client on a TLS connection of its own, which logs in bound to the certificate that it was shown there. */
async function arrived(certificate?: CertifiedKey): Promise<{ client: pg.Client; sees: string }> {
  const identity = certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }
  const stream: TLSSocket = connect({
    host: '127.0.0.1',
    port: gateway.port,
    ALPNProtocols: ['postgresql'],
    rejectUnauthorized: false,
    ...identity,
  })
  await once(stream, 'secureConnect')
  const sees = stream.getPeerCertificate().fingerprint256
  const first = stream.once.bind(stream)
  // It is connected already; the driver waits to be told.
  Object.assign(stream, {
    connect: () => stream,
    once: (event: string, listener: () => void) =>
      event === 'connect' ? setImmediate(listener) : first(event, listener),
  })
  const client = new pg.Client({
    user: 'ana',
    password: 'ana-secret',
    database: 'postgres',
    stream: () => stream,
    enableChannelBinding: true,
  })
  client.on('error', () => undefined)
  return { client, sees }
}

/** What the next connection sees, and how its login ends: with a value, or the refusal's code. */
async function next(certificate?: CertifiedKey): Promise<readonly [sees: string, ended: unknown]> {
  const { client, sees } = await arrived(certificate)
  try {
    await client.connect()
    return [sees, await asked(client)]
  } catch (error) {
    return [sees, (error as { code?: string }).code]
  } finally {
    await client.end().catch(() => undefined)
  }
}

const asked = async (client: pg.Client): Promise<unknown> => (await client.query('SELECT 1 AS n')).rows[0]?.n

test('SIGHUP takes certificates for the next connections, all that is new or nothing', async () => {
  const first = fingerprintOf(await read('server.crt'))
  const old = await arrived()
  await old.client.connect()
  const midway = await arrived()
  expect([old.sees, await asked(old.client), await next(shown)]).toEqual([first, 1, [first, 1]])

  const { leaf } = await issueCertificates()
  const second = fingerprintOf(leaf.cert)
  await write('server.crt', leaf.cert)
  // The key is still that of the first.
  await gateway.hangUp(/stay as they were:[^]*certificate and key are no PEM pair/)
  expect(await next()).toEqual([first, 1])

  await write('server.key', leaf.key)
  await gateway.hangUp(LOADED)
  expect(await next(shown)).toEqual([second, 1])
  expect(await asked(old.client)).toBe(1)
  // Whose handshake is behind it is bound to what it was shown, however late it logs in.
  await midway.client.connect()
  expect([midway.sees, await asked(midway.client)]).toEqual([first, 1])

  await write('clients.crl', await revocationList(authority.ca, [revoked, shown]))
  await gateway.hangUp(LOADED)
  expect(await next(shown)).toEqual([second, '28000'])

  await rm(join(config.directory, 'clients.crl'))
  await gateway.hangUp(/stay as they were:[^]*clients\.crl` cannot be read/)
  expect(await next(shown)).toEqual([second, '28000'])
  expect(await asked(old.client)).toBe(1)

  // Without authorities of its own, the listener would trust everybody's.
  const yaml = await read('sluice.yaml')
  const without = yaml.replace(', clientCa: ./clients.crt, clientCrl: ./clients.crl', '')
  expect(without).not.toBe(yaml)
  await write('sluice.yaml', without)
  await gateway.hangUp(/listener `127\.0\.0\.1:\d+` keeps its certificate/)
  expect(await next(shown)).toEqual([second, '28000'])

  await old.client.end()
  await midway.client.end()
  await gateway.kill('SIGTERM')
  const listener = `127.0.0.1:${gateway.port}`
  const loaded = Array.from(readEntries(join(config.directory, 'journal')), ({ entry }) => entry)
    .filter((entry) => entry.type === 'control')
    .filter(({ action }) => action === 'tls.loaded')
  expect(loaded.map(({ detail }) => detail)).toEqual([
    { listener, certificate: second },
    { listener, certificate: second },
  ])
}, 120_000)

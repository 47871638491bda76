import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { formatScramVerifier, makeScramVerifier } from '@sluice/identity/scram-verifier'
import {
  type CertifiedKey,
  type IssuedCertificates,
  issueCertificates,
  issueClientCertificate,
  revocationList,
} from '@sluice/testkit/certificates'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { libpq18, libpq18Works } from '../harness/libpq18.ts'
import { missingTools, program, run } from '../harness/program.ts'
import { RawClient } from '../harness/raw-client.ts'

const DAY_MS = 86_400_000
const SHOP_API = ['spiffe://acme.example/shop/api']
const names = [
  'api',
  'mesh',
  'stranger',
  'person',
  'revoked',
  'expired',
  'foreign',
  'misused',
  'own',
  'second',
  'secondRevoked',
] as const
type Name = (typeof names)[number]

/** Certificates by what is special about each. */
async function issued(ca: CertifiedKey, second: CertifiedKey): Promise<Record<Name, CertifiedKey>> {
  const { ca: otherCa } = await issueCertificates()
  const api = { commonName: 'api', uris: SHOP_API }
  return {
    api: await issueClientCertificate(ca, api),
    mesh: await issueClientCertificate(ca, { commonName: 'other', uris: ['spiffe://acme.example/billing'] }),
    stranger: await issueClientCertificate(ca, { commonName: 'x', uris: ['spiffe://acme.example.evil/api'] }),
    person: await issueClientCertificate(ca, { commonName: 'Ana' }),
    revoked: await issueClientCertificate(ca, api),
    expired: await issueClientCertificate(ca, { ...api, notAfter: new Date(Date.now() - DAY_MS) }),
    foreign: await issueClientCertificate(otherCa, api),
    misused: await issueClientCertificate(ca, { ...api, usage: 'server' }),
    second: await issueClientCertificate(second, api),
    secondRevoked: await issueClientCertificate(second, api),
    own: await issueClientCertificate(ca, { commonName: 'postgres' }),
  }
}

let authority: IssuedCertificates
let certified: Record<Name, CertifiedKey>
let server: RunningPostgres
let gateway: TestGateway
let required: TestGateway

beforeAll(async () => {
  authority = await issueCertificates()
  const { ca: second } = await issueCertificates([], 'Another test authority')
  certified = await issued(authority.ca, second)
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  const verifier = formatScramVerifier(await makeScramVerifier('second'))
  const options = {
    upstream: server,
    database: 'postgres',
    identities: [
      '{ name: mesh, type: certificate, file: ./workloads.yaml, trustDomain: { name: acme.example, groups: [mesh] } }',
    ],
    files: {
      'clients.crt': `${authority.ca.cert}\n${second.cert}`,
      'clients.crl':
        (await revocationList(authority.ca, [certified.revoked])) +
        (await revocationList(second, [certified.secondRevoked])),
      'workloads.yaml': `principals:
  - { id: shop-api, kind: workload, groups: [apps], certificate: "spiffe://acme.example/shop/api" }
  - { id: ana-twice, kind: human, certificate: "subject:CN=Ana", login: ana2, verifier: "${verifier}" }
`,
    },
  }
  const keys = 'clientCa: ./clients.crt, clientCrl: ./clients.crl'
  gateway = await startGateway({ ...options, tlsKeys: keys })
  required = await startGateway({
    ...options,
    tlsKeys: `${keys}, clientCertificate: required`,
    tlsRequired: true,
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await required?.close()
  await server?.stop()
})

type Shown = { readonly as?: string; readonly password?: string; readonly to?: TestGateway }

/** Logs in with a certificate: the session's principal by the record, or the refusal's code. */
async function principalOf(
  name: Name | undefined,
  { as = 'anybody', password = 'x', to = gateway }: Shown = {},
) {
  const shown = name === undefined ? undefined : certified[name]
  const client = new pg.Client({
    ...to.connection(as),
    password,
    ssl: { rejectUnauthorized: false, ...(shown === undefined ? {} : { cert: shown.cert, key: shown.key }) },
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
  } catch (error) {
    return (error as { code?: string }).code
  } finally {
    await client.end().catch(() => undefined)
  }
  const opened = await entries(to)
  return opened.findLast((entry) => entry.type === 'session.opened')?.principal.id
}

async function entries(of: TestGateway) {
  await of.audit.durable(of.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
  return [...readEntries(of.journal)].map(({ entry }) => entry)
}

describe('a client certificate', () => {
  test.each<[string, Name, Shown, string]>([
    ['with a listed SPIFFE id', 'api', {}, 'shop-api'],
    ['of another of the authorities', 'second', {}, 'shop-api'],
    ['with another id of the trust domain', 'mesh', {}, 'spiffe://acme.example/billing'],
    ['and the password that goes with it', 'person', { as: 'ana2', password: 'second' }, 'ana-twice'],
    ['beside a login that has a password', 'api', { as: 'ana', password: 'ana-secret' }, 'ana@example.com'],
  ])('%s proves its principal', async (_name, shown, how, id) => {
    expect(await principalOf(shown, how)).toBe(id)
  })

  test.each<[string, Name, Shown, string]>([
    ['of another authority', 'foreign', {}, '28000'],
    ['that has expired', 'expired', {}, '28000'],
    ['that was revoked', 'revoked', {}, '28000'],
    ['that another of the authorities revoked', 'secondRevoked', {}, '28000'],
    ['made for servers', 'misused', {}, '28000'],
    ['that was revoked, beside a good password', 'revoked', { as: 'ana', password: 'ana-secret' }, '28000'],
    ['of a domain that only begins like ours', 'stranger', {}, '28P01'],
    ['without the password that goes with it', 'person', { as: 'ana2', password: 'wrong' }, '28P01'],
    ['under another name than its entry has', 'person', { as: 'ana3', password: 'second' }, '28P01'],
  ])('INVARIANT (identity-bound): %s proves nobody', async (_name, shown, how, code) => {
    expect(await principalOf(shown, how)).toBe(code)
  })

  test('is asked for and not needed, or needed', async () => {
    expect(await principalOf(undefined, { as: 'ana', password: 'ana-secret' })).toBe('ana@example.com')
    expect(await principalOf(undefined, { as: 'ana', password: 'ana-secret', to: required })).toBe('28000')
    expect(await principalOf('api', { as: 'ana', password: 'ana-secret', to: required })).toBe(
      'ana@example.com',
    )
    expect(await principalOf('api', { to: required })).toBe('shop-api')
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'INVARIANT (identity-bound): is asked for anew on each connection: no session of %s is resumed',
    async (version) => {
      let session: Buffer | undefined
      for (const own of [certified.api, undefined]) {
        const socket = connect({
          host: '127.0.0.1',
          port: gateway.port,
          rejectUnauthorized: false,
          ALPNProtocols: ['postgresql'],
          minVersion: version,
          maxVersion: version,
          ...(own === undefined ? {} : { cert: own.cert, key: own.key }),
          ...(session === undefined ? {} : { session }),
        })
        // A ticket of TLS 1.3 comes behind the handshake.
        socket.on('session', (given) => {
          session = given
        })
        await once(socket, 'secureConnect')
        const client = new RawClient(socket)
        const login = client.logIn(gateway.connection('anybody')).then(
          () => 'in',
          (error: Error) => error.message,
        )
        expect([socket.isSessionReused(), await login]).toEqual([
          false,
          own === undefined ? expect.stringContaining('28P01') : 'in',
        ])
        client.close()
      }
    },
  )

  test('why it was refused is recorded, and not told', async () => {
    await principalOf('revoked')
    const last = (await entries(gateway)).findLast((entry) => entry.type === 'session.refused')
    expect(last?.reason).toBe('client certificate refused: CERT_REVOKED')
  })
})

describe('with the tools people have', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-clients-'))
    await writeFile(join(folder, 'api.crt'), certified.api.cert)
    await writeFile(join(folder, 'api.key'), certified.api.key)
    await chmod(join(folder, 'api.key'), 0o600)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const psqlTest = missingTools('psql').length > 0 ? test.skip : test
  psqlTest('psql gets in without a password', async () => {
    const files = `&sslcert=${folder}/api.crt&sslkey=${folder}/api.key`
    const url = `postgresql://api@127.0.0.1:${gateway.port}/postgres?sslmode=require${files}`
    const { code, output } = await run(program('psql'), ['-X', '-w', '-Atc', "SELECT 'carried'", url])
    expect([code, output]).toEqual([0, 'carried\n'])
  })

  const libpqTest = libpq18Works ? test : test.skip
  libpqTest('libpq 18 with direct TLS, too', async () => {
    const said = await libpq18('query', {
      host: '127.0.0.1',
      port: gateway.port,
      user: 'api',
      dbname: 'postgres',
      sslmode: 'require',
      sslnegotiation: 'direct',
      sslcert: join(folder, 'api.crt'),
      sslkey: join(folder, 'api.key'),
    })
    expect(said).toMatchObject({ connected: true, value: 'carried', alpn: 'postgresql' })
  })
})

describe('the gateway’s own certificate', () => {
  let asking: RunningPostgres

  beforeAll(async () => {
    asking = await startPostgres({
      version: 'embedded',
      superuserPassword: 'secret',
      auth: 'scram-sha-256',
      tls: { ...authority.leaf, required: true, clientCa: authority.ca.cert },
    })
  }, 60_000)
  afterAll(() => asking?.stop())

  const start = async (own: CertifiedKey | undefined): Promise<TestGateway> =>
    startGateway({
      upstream: asking,
      database: 'postgres',
      upstreamTls: 'verify-full',
      upstreamKeys: `ca: ./upstream.crt${own === undefined ? '' : ', certificate: ./own.crt, key: ./own.key'}`,
      files: {
        'upstream.crt': authority.ca.cert,
        ...(own === undefined ? {} : { 'own.crt': own.cert, 'own.key': own.key }),
      },
    })

  test('is shown to a database that asks for it, by sessions and by the catalog', async () => {
    const through = await start(certified.own)
    const client = await RawClient.login(through.connection('ana'))
    expect(await client.query('SELECT 1')).toContain('DataRow 1')
    client.close()
    await through.close()
  })

  test('is missed there', async () => {
    const through = await start(undefined)
    await expect(RawClient.login(through.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
    await through.close()
  })
})

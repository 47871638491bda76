import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type IssuedCertificates, issueCertificates } from '@sluice/testkit/certificates'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { libpq18, libpq18Works } from '../harness/libpq18.ts'
import { missingTools, program, run } from '../harness/program.ts'
import { RawClient } from '../harness/raw-client.ts'

let server: RunningPostgres
let gateway: TestGateway
let certificates: IssuedCertificates
let files: Record<string, string>
const upstream = {
  database: 'postgres',
  upstreamTls: 'verify-full',
  upstreamKeys: 'ca: ./upstream.crt',
} as const

beforeAll(async () => {
  certificates = await issueCertificates()
  files = { 'upstream.crt': certificates.ca.cert }
  server = await startPostgres({
    version: 'embedded',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
    tls: { ...certificates.leaf, required: true },
  })
  const keys = `${upstream.upstreamKeys}, channelBinding: require`
  gateway = await startGateway({ ...upstream, upstream: server, upstreamKeys: keys, files })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
})

const psqlTest = missingTools('psql').length > 0 ? test.skip : test
const libpqTest = libpq18Works ? test : test.skip

describe('SCRAM-SHA-256-PLUS towards clients', () => {
  psqlTest.each([
    ['require', 'require', 0],
    ['verify-full', 'require', 0],
    ['require', 'prefer', 0],
    ['require', 'disable', 0],
    ['disable', 'require', 2],
    ['disable', 'prefer', 0],
  ])('psql with sslmode=%s and channel_binding=%s ends with %i', async (sslmode, binding, code) => {
    const parameters = `?sslmode=${sslmode}&channel_binding=${binding}&sslrootcert=${gateway.ca}`
    const url = gateway.url('ana', parameters).replace('127.0.0.1', 'localhost')
    const { code: ended, output } = await run(program('psql'), ['-X', '-Atc', "SELECT 'carried'", url])
    expect([ended, output.includes('carried')]).toEqual([code, code === 0])
  })

  psqlTest('a wrong password is refused as without it', async () => {
    const url = gateway.url('ana', '?sslmode=require&channel_binding=require').replace('ana-secret', 'wrong')
    const { code, output } = await run(program('psql'), ['-X', '-Atc', 'SELECT 1', url])
    expect(code).toBe(2)
    expect(output).toContain('authentication failed for `ana`')
  })

  libpqTest('libpq 18 with channel_binding=require', async () => {
    const { database, ...connection } = gateway.connection('ana')
    const conninfo = { ...connection, dbname: database, sslmode: 'require', channel_binding: 'require' }
    expect(await libpq18('query', conninfo)).toMatchObject({ connected: true, value: 'carried' })
  })

  test('node-postgres with it', async () => {
    const client = new pg.Client({
      ...gateway.connection('ana'),
      ssl: { rejectUnauthorized: false },
      enableChannelBinding: true,
    })
    await client.connect()
    expect((await client.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }])
    await client.end()
  })
})

describe('SCRAM-SHA-256-PLUS towards the database', () => {
  test('`channelBinding: require` gets through to a server that has it', async () => {
    const client = await RawClient.login(gateway.connection('ana'))
    expect(await client.query('SELECT 1')).toContain('DataRow 1')
    client.close()
  })

  test.each([['md5'], ['password'], ['trust']] as const)(
    'INVARIANT (hostile-both-sides): where it is required, a server that asks for %s gets nothing',
    async (auth) => {
      const other = await startPostgres({
        version: 'embedded',
        superuserPassword: 'secret',
        auth,
        tls: certificates.leaf,
      })
      const keys = `${upstream.upstreamKeys}, channelBinding: require`
      const strict = await startGateway({ ...upstream, upstream: other, upstreamKeys: keys, files })
      await expect(RawClient.login(strict.connection('ana'))).rejects.toThrow('ErrorResponse 08006')
      const lenient = await startGateway({ ...upstream, upstream: other, files })
      const client = await RawClient.login(lenient.connection('ana'))
      expect(await client.query('SELECT 1')).toContain('DataRow 1')
      client.close()
      await strict.close()
      await lenient.close()
      await other.stop()
    },
    60_000,
  )
})

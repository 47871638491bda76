import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeSSLRequest } from '@sluice/adapter-postgres/messages/ssl-request'
import { readEntries } from '@sluice/audit/read'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { createTokenIssuer, type TokenIssuer } from '@sluice/testkit/tokens'
import { startGateway, type TestGateway, trusting, writeTestConfig } from '../harness/gateway.ts'
import { startGatewayProcess } from '../harness/gateway-process.ts'
import { libpq18, libpq18Works } from '../harness/libpq18.ts'
import { missingTools, program, run } from '../harness/program.ts'

let server: RunningPostgres
let gateway: TestGateway
let folder: string
let issuer: TokenIssuer

const options = () => ({
  upstream: server,
  database: 'postgres',
  listeners: [`{ protocol: postgresql, address: "${folder}:6543", database: postgres, mode: "0600" }`],
  ...trusting(issuer),
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-socket-'))
  issuer = await createTokenIssuer({ issuer: 'https://issuer.example', audience: 'sluice' })
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  gateway = await startGateway(options())
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const psqlTest = missingTools('psql').length > 0 ? test.skip : test
const psql = (password: string, user: string, parameters = '') =>
  run(
    program('psql'),
    ['-X', '-Atc', "SELECT 'carried'", `host=${folder} port=6543 user=${user} dbname=postgres ${parameters}`],
    {
      env: { PGPASSWORD: password },
    },
  )

describe('a socket in a folder', () => {
  psqlTest('is where psql looks, and its sessions say so in the record', async () => {
    expect(await psql('ana-secret', 'ana')).toEqual({ code: 0, output: 'carried\n' })
    expect((await psql('wrong', 'ana')).code).toBe(2)
    await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const opened = [...readEntries(gateway.journal)].findLast(({ entry }) => entry.type === 'session.opened')
    expect(opened?.entry).toMatchObject({ clientAddress: '[local]', tls: false })
  })

  psqlTest('takes a token as the password: it leaves no wire to be read on', async () => {
    expect((await psql(await issuer.sign('ci@example.com'), 'token')).output).toBe('carried\n')
  })

  const libpqTest = libpq18Works ? test : test.skip
  libpqTest('cancels by itself', async () => {
    const said = await libpq18('cancel', {
      host: folder,
      port: 6543,
      user: 'ana',
      password: 'ana-secret',
      dbname: 'postgres',
    })
    expect(said).toMatchObject({ connected: true, cancelled: true, sqlstate: '57014' })
  })

  test('has its mode, and no TLS', async () => {
    const path = join(folder, '.s.PGSQL.6543')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const socket = connect(path)
    socket.write(encodeSSLRequest())
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toBe('N')
    socket.destroy()
  })

  test('is gone with its gateway, and one that was left behind is taken over', async () => {
    const own = await mkdtemp(join(tmpdir(), 'sluice-socket-'))
    const listeners = [`{ protocol: postgresql, address: "${own}:6543", database: postgres }`]
    const first = await startGateway({ ...options(), listeners })
    await expect(startGateway({ ...options(), listeners })).rejects.toThrow(/somebody listens there already/)
    await first.close()
    await expect(stat(join(own, '.s.PGSQL.6543'))).rejects.toThrow('ENOENT')
    const { file, directory } = await writeTestConfig({ ...options(), listeners })
    const killed = await startGatewayProcess(file)
    await killed.kill('SIGKILL')
    expect((await stat(join(own, '.s.PGSQL.6543'))).isSocket()).toBe(true)
    const second = await startGateway({ ...options(), listeners })
    await second.close()
    await rm(directory, { recursive: true, force: true })
    await rm(own, { recursive: true, force: true })
  }, 60_000)
})

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { createTokenIssuer, type TokenIssuer } from '@sluice/testkit/tokens'
import { type Connection, createConnection } from 'mysql2/promise'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { allowAll, startGateway, type TestGateway, trusting } from '../harness/gateway.ts'
import { missingTools, program, run } from '../harness/program.ts'

const suite = missingTools('MariaDB server', 'mariadb').length > 0 ? describe.skip : describe

suite('a Unix socket in front of MariaDB', () => {
  let server: FilledMariadb
  let gateway: TestGateway
  let folder: string
  let socketPath: string
  let issuer: TokenIssuer

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-socket-'))
    socketPath = join(folder, 'mysql.3307.sock')
    issuer = await createTokenIssuer({ issuer: 'https://issuer.example', audience: 'sluice' })
    server = await mariadbWith()
    gateway = await startGateway({
      upstream: server,
      database: 'shop',
      system: 'mariadb',
      policy: allowAll,
      listeners: [`{ protocol: mysql, address: "${folder}:3307", database: shop, mode: "0600" }`],
      ...trusting(issuer),
    })
  }, 120_000)

  afterAll(async () => {
    await gateway?.close()
    await server?.stop()
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  })

  const open = (user: string, password: string): Promise<Connection> =>
    createConnection({ socketPath, user, password, database: 'shop' })

  test('has its mode, and its sessions say so in the record', async () => {
    expect((await stat(socketPath)).mode & 0o777).toBe(0o600)
    const connection = await open('ana', 'ana-secret')
    expect((await connection.query('SELECT 1 AS one'))[0]).toEqual([{ one: 1 }])
    await connection.end()
    await expect(open('ana', 'wrong')).rejects.toMatchObject({ errno: 1045 })
    await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
    const opened = [...readEntries(gateway.journal)].findLast(({ entry }) => entry.type === 'session.opened')
    expect(opened?.entry).toMatchObject({ clientAddress: '[local]', tls: false })
  })

  test('takes a token as the password: it leaves no wire to be read on', async () => {
    const args = [
      `--socket=${socketPath}`,
      '-utoken',
      `-p${await issuer.sign('ci@example.com')}`,
      '-N',
      'shop',
    ]
    expect(await run(program('mariadb'), args, { input: "SELECT 'carried';" })).toEqual({
      code: 0,
      output: 'carried\n',
    })
  })
})

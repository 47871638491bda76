import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeCopyData } from '@sluice/adapter-postgres/messages/copy-data'
import { encodeCopyDone } from '@sluice/adapter-postgres/messages/copy-done'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { readEntries } from '@sluice/audit/read'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { missingTools, type Outcome, program, run } from '../harness/program.ts'
import { execute, RawClient, run as runExtended } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

const missing = missingTools('pg_basebackup', 'pg_recvlogical', 'PostgreSQL server').length > 0
const suite = missing ? describe.skip : describe

const policy = `
version: 1
rules:
  - { id: use, effect: allow }
  - id: copies
    effect: allow
    when: "statement.verb == 'replication' && statement.opaque != '' && 'admins' in principal.groups"
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact, unless: "'dpo' in principal.groups" }
`

let server: RunningPostgres
let gateway: TestGateway
let direct: pg.Client

beforeAll(async () => {
  if (missing) return
  server = await startPostgres({
    version: 'debian',
    superuserPassword: 'secret',
    auth: 'scram-sha-256',
    settings: { wal_level: 'logical', max_wal_senders: 8, max_replication_slots: 8 },
  })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(`${shopSchema}; CREATE TABLE log (n integer)`)
  gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    policy,
    principals: {
      ana: { groups: ['analysts'] },
      dora: { groups: ['dpo', 'admins'] },
      mara: { groups: ['admins'] },
    },
  })
}, 120_000)

afterAll(async () => {
  await direct?.end()
  await gateway?.close()
  await server?.stop()
})

beforeEach(() => gateway?.usePolicy(policy))

const replicating = (login: string, mode: string): Promise<RawClient> =>
  RawClient.login({ ...gateway.connection(login), parameters: { replication: mode } })

async function recorded(): Promise<string[]> {
  await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'here', detail: {} }))
  return Array.from(readEntries(gateway.journal), ({ entry }) => entry).flatMap((entry) =>
    entry.type === 'statement.opened' && entry.verb === 'replication' ? [entry.canonical] : [],
  )
}

suite('a replication connection', () => {
  test.each(['true', 'on', '1', 'yes', 'database'])('is refused by default: replication=%s', async (mode) => {
    await expect(replicating('ana', mode)).rejects.toThrow('ErrorResponse 42501')
  })

  test('INVARIANT (no-unproven-column): is refused to whom anything is masked, whatever a rule allows', async () => {
    await expect(replicating('mara', 'database')).rejects.toThrow('ErrorResponse 42501')
  })

  test('is refused to whom rows are limited', async () => {
    gateway.usePolicy(`${policy}  - { id: few, effect: limit, rows: 10 }\n`)
    await expect(replicating('dora', 'database')).rejects.toThrow('ErrorResponse 42501')
  })

  test('is no other mode, and comes by no other way', async () => {
    await expect(replicating('dora', 'perhaps')).rejects.toThrow('ErrorResponse 22023')
    const parameters = { options: '-c replication=database' }
    await expect(RawClient.login({ ...gateway.connection('dora'), parameters })).rejects.toThrow(
      'ErrorResponse 42501',
    )
  })

  test('that is not one asks the database for nothing of the kind', async () => {
    const client = await replicating('ana', 'false')
    expect(await client.query('IDENTIFY_SYSTEM')).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    client.close()
  })

  test('takes commands where a rule allows it, each decided and recorded', async () => {
    const client = await replicating('dora', 'database')
    const before = (await recorded()).length
    expect(await client.query('IDENTIFY_SYSTEM')).toEqual([
      'RowDescription',
      expect.stringMatching(/^DataRow \d+\|1\|/),
      'CommandComplete IDENTIFY_SYSTEM',
      'ReadyForQuery I',
    ])
    expect(await client.query('  show wal_level')).toContain('DataRow logical')
    expect(await client.query('SELECT count(*) FROM customers')).toContain('DataRow 20')
    expect((await recorded()).slice(before)).toEqual(['identify_system'])
    gateway.usePolicy(policy.replace("&& 'admins' in", "&& 'nobody' in"))
    expect(await client.query('IDENTIFY_SYSTEM')).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    client.close()
  })

  test('takes no SQL where it is a physical one, and no extended protocol, as the database', async () => {
    const client = await replicating('dora', 'true')
    expect(await client.query('SELECT 1')).toEqual(['ErrorResponse 0A000', 'ReadyForQuery I'])
    client.send(runExtended('SELECT 1'), execute(), encodeSync())
    expect(await client.ready()).toEqual(['ErrorResponse 08P01', 'ReadyForQuery I'])
    expect(await client.query('SHOW wal_level')).toContain('DataRow logical')
    client.close()
  })

  test('streams both ways, and goes on when both sides have ended their stream', async () => {
    const client = await replicating('dora', 'database')
    const made = await client.query('CREATE_REPLICATION_SLOT both TEMPORARY LOGICAL test_decoding')
    expect(made).toContain('CommandComplete CREATE_REPLICATION_SLOT')
    client.send(encodeQuery({ sql: 'START_REPLICATION SLOT both LOGICAL 0/0' }))
    await direct.query('INSERT INTO log VALUES (4711)')
    let streamed = ''
    while (!streamed.includes('4711')) streamed += (await client.next())?.payload.toString('latin1')
    const status = Buffer.alloc(34)
    status.write('r')
    status[33] = 1
    client.send(encodeCopyData({ data: status }), encodeCopyDone())
    expect((await client.ready()).filter((said) => said !== 'CopyData')).toEqual([
      'CopyDone',
      'CommandComplete COPY 0',
      'CommandComplete START_REPLICATION',
      'ReadyForQuery I',
    ])
    expect(await client.query('IDENTIFY_SYSTEM')).toContain('CommandComplete IDENTIFY_SYSTEM')
    client.close()
  })
})

suite('tools that replicate', () => {
  const { PATH } = process.env
  const tool = (name: string, args: readonly string[], login = 'dora'): Promise<Outcome> => {
    const { host, port, user, password } = gateway.connection(login)
    const env = { PGPASSWORD: password, PATH: PATH ?? '' }
    return run(program(name), ['-h', host, '-p', String(port), '-U', user, ...args], { env })
  }

  test('pg_basebackup copies the whole server, with its log streamed beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-backup-'))
    const outcome = await tool('pg_basebackup', ['-D', folder, '-X', 'stream', '--checkpoint=fast'])
    expect(outcome).toEqual({ code: 0, output: '' })
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['PG_VERSION', 'backup_manifest', 'pg_wal']))
    const verified = await run(program('pg_verifybackup'), [folder])
    expect(verified).toEqual({ code: 0, output: 'backup successfully verified\n' })
    expect(await recorded()).toEqual(expect.arrayContaining(['base_backup', 'start_replication']))
    await rm(folder, { recursive: true })
  }, 60_000)

  test('pg_basebackup is refused to others', async () => {
    const { code, output } = await tool('pg_basebackup', ['-D', '/nonexistent/x'], 'ana')
    expect(code).not.toBe(0)
    expect(output).toMatch(/no rule allows|denied|refused|allows/i)
  }, 60_000)

  test('pg_recvlogical makes a slot, streams what happens and drops it', async () => {
    const slot = ['-d', 'postgres', '-S', 'logical']
    expect(await tool('pg_recvlogical', [...slot, '--create-slot', '-P', 'test_decoding'])).toEqual({
      code: 0,
      output: '',
    })
    await direct.query('INSERT INTO log VALUES (815)')
    const { rows } = await direct.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn')
    await direct.query('SET synchronous_commit = on; INSERT INTO log VALUES (816)')
    const folder = await mkdtemp(join(tmpdir(), 'sluice-logical-'))
    const file = join(folder, 'changes')
    const end = rows[0]?.lsn ?? ''
    const streamed = await tool('pg_recvlogical', [...slot, '--start', '-f', file, '-E', end, '--no-loop'])
    expect(streamed).toEqual({ code: 0, output: '' })
    expect(await readFile(file, 'utf8')).toContain('table public.log: INSERT: n[integer]:815')
    expect(await tool('pg_recvlogical', [...slot, '--drop-slot'])).toEqual({ code: 0, output: '' })
    await rm(folder, { recursive: true })
  }, 60_000)
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { pythonWith } from '@sluice/testkit/system-tools'
import { type Connection, createConnection } from 'mysql2/promise'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { missingTools, program, run } from '../harness/program.ts'

const missing = missingTools('MariaDB server', 'mariadb').length > 0
const suite = missing ? describe.skip : describe

const SCHEMA = `CREATE DATABASE shop; USE shop; CREATE TABLE loaded (id int PRIMARY KEY, email varchar(200));
CREATE USER gate IDENTIFIED BY 'secret'; GRANT ALL ON *.* TO gate; SET GLOBAL local_infile = 1`

const POLICY = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: files, effect: allow, when: "statement.clientFile && 'importers' in principal.groups" }
  - { id: big, effect: limit, bytes: 100000000, when: statement.clientFile }
  - { id: small, effect: limit, bytes: 100000, when: "principal.id.startsWith('small')" }
  - { id: hourly, effect: limit, per: hour, bytes: 1000, when: "principal.id.startsWith('hourly')" }
`
const ROWS = 20_000
const FILE = Array.from({ length: ROWS }, (_, i) => `${i}\tsomebody.${i}@example.com\n`).join('')
const LOAD = 'LOAD DATA LOCAL INFILE ? INTO TABLE loaded'

const wholeFile = (): Readable => Readable.from([Buffer.from(FILE)])

let server: RunningMariadb
let direct: Connection
let gateway: TestGateway
let folder: string
let path: string

beforeAll(async () => {
  if (missing) return
  server = await startMariadb({ accounts: true })
  direct = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
  await direct.query(SCHEMA)
  const importers = { groups: ['importers'] }
  gateway = await startGateway({
    upstream: { host: '127.0.0.1', port: server.port, superuser: 'gate', password: 'secret' },
    database: 'shop',
    system: 'mariadb',
    policy: POLICY,
    principals: { ana: importers, small: importers, hourly: importers, bo: { groups: ['analysts'] } },
    keys: ['store: { path: ./labels }'],
  })
  folder = await mkdtemp(join(tmpdir(), 'sluice-files-'))
  path = join(folder, 'it’s a "file".csv')
  await writeFile(path, FILE)
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await direct?.end()
  await server?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  if (!missing) await direct.query('TRUNCATE shop.loaded')
})

const loaded = async (): Promise<unknown> => {
  const [rows] = await direct.query('SELECT count(*) AS n FROM shop.loaded')
  return rows
}

const through = (login: string, flags: string[] = []): Promise<Connection> =>
  createConnection({ ...gateway.connection(login), ssl: { rejectUnauthorized: false }, flags })

/** What the record says of the last LOAD. */
const recorded = (): unknown => {
  const entries = [...readEntries(gateway.journal)].map(({ entry }) => entry)
  const opened = entries.findLast((entry) => entry.type === 'statement.opened' && entry.verb === 'load data')
  const closed = entries.find(
    (entry) =>
      entry.type === 'statement.closed' &&
      opened?.type === 'statement.opened' &&
      entry.session === opened.session &&
      entry.statement === opened.statement,
  )
  return { ...opened, ...closed }
}

const until = async <T>(done: () => Promise<T | undefined | false>): Promise<T> => {
  for (;;) {
    const value = await done()
    if (value !== undefined && value !== false) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

suite('a file that a rule lets through', () => {
  test('is loaded by mysql2, and recorded', async () => {
    const connection = await through('ana')
    const sql = { sql: LOAD, infileStreamFactory: wholeFile }
    const [result] = await connection.query({ ...sql, values: ['any.csv'] })
    expect(result).toMatchObject({ affectedRows: ROWS })
    const [rows] = await connection.query('SELECT ROW_COUNT() AS n, COUNT(*) AS here FROM loaded')
    expect(rows).toMatchObject([{ here: ROWS }])
    await connection.end()
    expect(recorded()).toMatchObject({
      outcome: 'completed',
      rows: ROWS,
      bytes: FILE.length,
      writes: ['pii.email'],
      canonical: expect.not.stringContaining('any.csv'),
    })
  })

  test('is loaded by MariaDB’s client, amid other statements', async () => {
    const { host, port, user, password, database } = gateway.connection('ana')
    const quoted = `'${path.replaceAll("'", "\\'")}'`
    const { output } = await run(
      program('mariadb'),
      [
        `-h${host}`,
        `-P${port}`,
        `-u${user}`,
        `-p${password}`,
        `--ssl-ca=${gateway.ca}`,
        '--local-infile=1',
        '-vvv',
        database,
      ],
      { input: `SELECT 1; LOAD DATA LOCAL INFILE ${quoted} INTO TABLE loaded; SELECT 2;` },
    )
    expect(output).toContain(`Records: ${ROWS}  Deleted: 0  Skipped: 0  Warnings: 0`)
    expect(await loaded()).toEqual([{ n: ROWS }])
  })

  test('is loaded by PyMySQL', async () => {
    const python = pythonWith('pymysql')
    if (python === undefined) return
    const script = join(import.meta.dirname, '..', 'drivers', 'pymysql_load.py')
    const { host, port, user, password, database } = gateway.connection('ana')
    const target = [script, host, `${port}`, user, password, database, gateway.ca, path, 'loaded']
    expect(await run(python, target)).toEqual({ code: 0, output: `loaded ${ROWS}\n` })
    expect(await loaded()).toEqual([{ n: ROWS }])
  })

  test('is loaded twice by one text, and what follows runs', async () => {
    const connection = await createConnection({
      ...gateway.connection('ana'),
      ssl: { rejectUnauthorized: false },
      multipleStatements: true,
    })
    let file = 0
    const sql = `${LOAD}; SELECT COUNT(*) AS n FROM loaded; ${LOAD}; SELECT COUNT(*) AS n FROM loaded`
    const infileStreamFactory = (): Readable => Readable.from([Buffer.from(`${(file += 1)}\tx\n`)])
    const [results] = await connection.query({ sql, values: ['a', 'b'], infileStreamFactory })
    expect(results).toMatchObject([{ affectedRows: 1 }, [{ n: 1 }], { affectedRows: 1 }, [{ n: 2 }]])
    await connection.end()
  })
})

suite('INVARIANT (deny-by-default)', () => {
  test.each([
    ['no rule lets the principal', 'bo', [], /no rule lets/],
    ['the client did not agree', 'ana', ['-LOCAL_FILES'], /not both agreed/],
  ])('no file is sent where %s', async (_what, login, flags, message) => {
    const connection = await through(login, flags)
    await expect(
      connection.query({ sql: LOAD, values: ['a'], infileStreamFactory: wholeFile }),
    ).rejects.toMatchObject({
      errno: 4166,
      message: expect.stringMatching(message),
    })
    await connection.ping()
    await connection.end()
    expect(await loaded()).toEqual([{ n: 0 }])
    // The journal is written a moment later.
    await until(async () => (recorded() as { outcome?: string }).outcome === 'refused')
  })
})

suite('INVARIANT (hostile-both-sides): nothing is loaded of a file', () => {
  test('that is longer than a limit', async () => {
    const connection = await through('small')
    connection.on('error', () => undefined)
    const told = connection.query({ sql: LOAD, values: ['a'], infileStreamFactory: wholeFile })
    await expect(told).rejects.toMatchObject({ errno: 1317, message: expect.stringContaining('`small`') })
    expect(recorded()).toMatchObject({ outcome: 'lost', code: '1317', decision: 'allow' })
    expect(await loaded()).toEqual([{ n: 0 }])
  })

  test('whose client leaves in the middle', async () => {
    const connection = await through('ana')
    connection.on('error', () => undefined)
    const file = new PassThrough()
    const asked = Promise.withResolvers<void>()
    const infileStreamFactory = (): Readable => {
      asked.resolve()
      return file
    }
    connection.query({ sql: LOAD, values: ['a'], infileStreamFactory }).catch(() => undefined)
    await asked.promise
    file.write(FILE.slice(0, FILE.lastIndexOf('\n', FILE.length / 2) + 1))
    // Nobody sees from outside how far the server has read.
    await new Promise((resolve) => setTimeout(resolve, 300))
    connection.destroy()
    await until(async () => (recorded() as { outcome?: string }).outcome)
    expect(recorded()).toMatchObject({ outcome: 'lost', code: '1158' })
    await until(
      async () =>
        (
          (
            await direct.query(
              "SELECT 1 FROM information_schema.processlist WHERE user = 'gate' AND info LIKE 'LOAD%'",
            )
          )[0] as unknown[]
        ).length === 0,
    )
    expect(await loaded()).toEqual([{ n: 0 }])
  })

  test('whose hour is used up', async () => {
    const connection = await through('hourly')
    const load = (lines: number, from: number): Promise<unknown> =>
      connection.query({
        sql: LOAD,
        values: ['a'],
        infileStreamFactory: () =>
          Readable.from([
            Buffer.from(Array.from({ length: lines }, (_, i) => `${from + i}\txxxx\n`).join('')),
          ]),
      })
    // 100 lines of 10 bytes each.
    await load(100, 1000)
    await expect(load(1, 5000)).rejects.toMatchObject({ message: expect.stringContaining('used up') })
    await connection.ping()
    await connection.end()
    expect(await loaded()).toEqual([{ n: 100 }])
  })
})

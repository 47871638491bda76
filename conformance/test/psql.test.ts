import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pythonWith } from '@sluice/testkit/system-tools'
import { missingTools, type Outcome, program, run } from '../harness/program.ts'
import { comparable, libpqUrl, type Side, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'

const folder = join(import.meta.dirname, '..', 'drivers', 'psql')
const missing = missingTools('psql', 'PostgreSQL server', 'python3 with psycopg2').length > 0
const python = pythonWith('pty') ?? ''
const suite = missing ? describe.skip : describe

let sides: SideBySide

beforeAll(async () => {
  if (!missing) sides = await startSideBySide('debian')
}, 120_000)

afterAll(() => sides?.close())

/** psql with commands as arguments, without encryption unless `parameters` ask for it. */
const psql = (
  side: Side,
  args: readonly string[],
  input = '',
  parameters = '?sslmode=disable',
): Promise<Outcome> => run(program('psql'), ['-X', ...args, libpqUrl(side, parameters)], { input })

/** The same on both sides: what came through the gateway, after it was held against what came directly. */
async function same(one: (side: Side) => Promise<Outcome>): Promise<Outcome> {
  const direct = await one(sides.direct)
  const through = await one(sides.through)
  expect(comparable(through.output)).toBe(comparable(direct.output))
  expect(through.code).toBe(direct.code)
  return through
}

suite('psql sees no difference', () => {
  test('in a file of commands: what \\d and its kin say, \\copy, \\gset, errors, transactions, settings, DDL', async () => {
    const commands = await readFile(join(folder, 'commands.sql'), 'utf8')
    const { output, code } = await same((side) => psql(side, ['-a'], commands))
    expect(code).toBe(0)
    expect(output).toContain('Foreign-key constraints:')
    expect(output).toContain('ERROR:  division by zero')
    expect(output.match(/^ left_over $/gm)).toHaveLength(2)
    expect(output).toContain('Asynchronous notification "x" with payload "hello"')
  }, 60_000)

  const commandLines: readonly (readonly [string, readonly string[], string, number])[] = [
    ['several -c', ['-c', 'SELECT 1; SELECT 2; SELECT 1/0', '-c', 'SELECT 3'], '', 0],
    ['a transaction in one -c that fails', ['-c', 'BEGIN; DELETE FROM orders; SELECT 1/0; COMMIT'], '', 1],
    ['nothing of it was kept', ['-Atc', 'SELECT count(*) FROM orders'], '', 0],
    ['ON_ERROR_STOP', ['-v', 'ON_ERROR_STOP=1'], 'SELECT 1; SELECT nothing; SELECT 2', 3],
    [
      '-1',
      ['-1', '-c', 'CREATE TABLE q (a int)', '-c', 'INSERT INTO q VALUES (1)', '-c', 'DROP TABLE q'],
      '',
      0,
    ],
    [
      'COPY both ways within one -c',
      ['-c', 'CREATE TABLE q (a int); COPY q FROM STDIN; TABLE q; COPY q TO STDOUT; DROP TABLE q'],
      '1\n2\n',
      0,
    ],
    ['-l', ['-l'], '', 0],
    ['its own end', ['-c', 'SELECT pg_terminate_backend(pg_backend_pid())'], '', 2],
    ['a value of 20 MB', ['-Atc', "SELECT md5(x), x FROM repeat('x', 20000000) x"], '', 0],
    ['100,000 rows', ['-Atc', "SELECT g, repeat('x', 50) FROM generate_series(1, 100000) g"], '', 0],
    [
      '\\copy of 200,000 rows',
      [
        '-c',
        'CREATE TABLE q (a int)',
        '-c',
        '\\copy q from stdin',
        '-c',
        'SELECT sum(a) FROM q',
        '-c',
        'DROP TABLE q',
      ],
      Array.from({ length: 200_000 }, (_, i) => `${i}\n`).join(''),
      0,
    ],
  ]

  test.each(commandLines)(
    '%s',
    async (_name, args, input, expected) => {
      const { code } = await same((side) => psql(side, args, input))
      expect(code).toBe(expected)
    },
    60_000,
  )
})

suite('psql and large objects, which are function calls of the protocol', () => {
  test('\\lo_import, \\lo_export, \\lo_unlink: what comes out is what went in', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-lo-'))
    const [given, taken] = [join(directory, 'given'), join(directory, 'taken')]
    await writeFile(given, randomBytes(3_000_000))
    const commands = [
      `\\lo_import ${given} 'a comment'`,
      `\\lo_export :LASTOID ${taken}`,
      '\\lo_unlink :LASTOID',
    ]
    const input = [...commands, '\\lo_unlink 1', 'SELECT count(*) FROM pg_largeobject_metadata'].join('\n')
    const { output } = await same(async (side) => {
      await rm(taken, { force: true })
      const outcome = await psql(side, ['-q', '-At'], input)
      expect((await readFile(taken)).equals(await readFile(given))).toBe(true)
      return outcome
    })
    expect(output).toBe('ERROR:  large object 1 does not exist\n0\n')
    await rm(directory, { recursive: true })
  }, 60_000)
})

suite('psql on a terminal sees no difference', () => {
  test('typing, Tab, Ctrl-C while a statement runs, and the session goes on', async () => {
    const lines = await readFile(join(folder, 'terminal.txt'), 'utf8')
    const { host, port, user, password } = sides.direct
    const env = {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: 'postgres',
    }
    const terminal = join(folder, 'terminal.py')
    const { output } = await same((side) =>
      run(python, [terminal, libpqUrl(side, '?sslmode=disable')], { input: lines, env }),
    )
    expect(output.match(/canceling statement due to user request/g)).toHaveLength(3)
    expect(output).toContain('usable')
    expect(output).toContain('SELECT count(*) FROM customer_contacts')
  }, 120_000)
})

suite('psql over TLS', () => {
  test.each(['verify-ca', 'verify-full'])('sslmode=%s trusts the gateway by its authority', async (mode) => {
    const parameters = `?sslmode=${mode}&sslrootcert=${sides.gateway.ca}`
    const { output, code } = await psql(
      sides.through,
      ['-c', '\\conninfo', '-c', 'SELECT 6 * 7'],
      '',
      parameters,
    )
    expect(code).toBe(0)
    expect(output).toContain('SSL connection (protocol: TLSv1.3')
    expect(output).toContain('42')
  })

  const refused: readonly (readonly [string, (side: Side) => Side])[] = [
    ['a database that is not served', (side) => ({ ...side, database: 'elsewhere' })],
    ['a wrong password', (side) => ({ ...side, password: 'wrong' })],
    ['an unknown login', (side) => ({ ...side, user: 'nobody' })],
  ]

  test.each(refused)('says why it refuses %s', async (_name, changed) => {
    const parameters = '?sslmode=require'
    const { output, code } = await psql(changed(sides.through), ['-c', 'SELECT 1'], '', parameters)
    expect(code).toBe(2)
    expect(output).toMatch(/FATAL: {2}(?:database `elsewhere` is not served here|authentication failed)/)
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'
import { missingTools, type Outcome, program, run } from '../harness/program.ts'
import {
  comparable,
  libpqUrl,
  onDatabase,
  type Side,
  type SideBySide,
  startSideBySide,
} from '../harness/side-by-side.ts'

const missing = missingTools('psql', 'pg_dump', 'pgbench', 'PostgreSQL server').length > 0
const suite = missing ? describe.skip : describe

/** Where dumps are restored to, through a gateway of its own. */
const COPY = 'shop_c'

let sides: SideBySide
let copyGateway: TestGateway
let folder: string

beforeAll(async () => {
  if (missing) return
  sides = await startSideBySide('debian')
  await onDatabase(sides.server, 'postgres', `CREATE DATABASE ${COPY} TEMPLATE template0`)
  copyGateway = await startGateway({
    upstream: sides.server,
    database: COPY,
    policy: allowAll,
    principals: { postgres: { groups: ['dba'] } },
  })
  folder = await mkdtemp(join(tmpdir(), 'sluice-dump-'))
}, 120_000)

afterAll(async () => {
  await copyGateway?.close()
  await sides?.close()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

/** A client program with its arguments and the connection behind them. Fails the test where the program fails. */
async function ok(name: string, args: readonly string[], url: string, input = ''): Promise<string> {
  const outcome: Outcome = await run(program(name), [...args, url], { input })
  if (outcome.code !== 0) throw new Error(`${name} failed:\n${outcome.output.slice(-4000)}`)
  return outcome.output
}

const throughCopy = (): Side => ({ ...copyGateway.connection('postgres'), ca: undefined })
const directCopy = (): Side => ({ ...sides.direct, database: COPY })
const dump = (side: Side, ...args: string[]): Promise<string> => ok('pg_dump', args, libpqUrl(side))

/** The restored database, seen directly, is the one that was dumped. */
async function expectRestored(): Promise<void> {
  expect(comparable(await dump(directCopy()))).toBe(comparable(await dump(sides.direct)))
}

suite('pg_dump and restore', () => {
  test.each([
    [[]],
    [['--inserts', '--table=products']],
    [['--schema-only', '--no-owner']],
    [['--data-only', '--column-inserts']],
    [['--serializable-deferrable', '--quote-all-identifiers']],
  ])('pg_dump %j writes what it writes without the gateway', async (args) => {
    expect(comparable(await dump(sides.through, ...args))).toBe(comparable(await dump(sides.direct, ...args)))
  })

  test('pg_dump | psql, both through a gateway', async () => {
    const script = await dump(sides.through)
    await ok('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-d'], libpqUrl(throughCopy()), script)
    await expectRestored()
  }, 60_000)

  test('pg_dump -Fc and pg_restore --clean', async () => {
    const file = join(folder, 'custom')
    await dump(sides.through, '-Fc', '-f', file)
    await ok('pg_restore', ['--clean', '--if-exists', file, '-d'], libpqUrl(throughCopy()))
    await expectRestored()
  }, 60_000)

  test('pg_dump -j 2, whose workers share a snapshot, and pg_restore -j 3', async () => {
    const file = join(folder, 'directory')
    await dump(sides.through, '-Fd', '-j', '2', '-f', file)
    await ok('pg_restore', ['-j', '3', '--clean', '--if-exists', file, '-d'], libpqUrl(throughCopy()))
    await expectRestored()
  }, 60_000)
})

suite('pgbench', () => {
  const clients = 4
  const each = 25

  test('-i makes the tables that it makes without the gateway', async () => {
    const initialised = await Promise.all(
      [sides.direct, sides.through].map((side) => ok('pgbench', ['-i', '-q', '-s', '1'], libpqUrl(side))),
    )
    const [direct, through] = initialised.map((output) => output.replaceAll(/\d+\.\d+ s/g, '<time>'))
    expect(through).toBe(direct)
    expect(await count(sides.through, 'pgbench_accounts')).toBe(100_000)
  }, 60_000)

  describe.each(['simple', 'extended', 'prepared'])('-M %s', (mode) => {
    const bench = (...args: string[]): Promise<string> =>
      ok(
        'pgbench',
        ['-n', '-M', mode, '-c', `${clients}`, '-j', '2', '-t', `${each}`, ...args],
        libpqUrl(sides.through),
      )

    test('the standard script: no transaction fails, and each left its row', async () => {
      const before = await count(sides.through, 'pgbench_history')
      const output = await bench()
      expect(output).toContain('number of failed transactions: 0 ')
      expect(output).toContain(`actually processed: ${clients * each}/${clients * each}`)
      expect(await count(sides.through, 'pgbench_history')).toBe(before + clients * each)
    }, 60_000)

    test('-S', async () => {
      expect(await bench('-S')).toContain('number of failed transactions: 0 ')
    }, 60_000)
  })

  test('afterwards the books balance', async () => {
    const sums = ['accounts', 'tellers', 'branches'].map(
      (name) => `(SELECT sum(${name.slice(0, 1)}balance) FROM pgbench_${name})`,
    )
    const sql = `SELECT sum(delta) = ALL (ARRAY[${sums.join(', ')}]) FROM pgbench_history`
    expect(await ok('psql', ['-XAtc', sql], libpqUrl(sides.through))).toBe('t\n')
  })
})

async function count(side: Side, table: string): Promise<number> {
  return Number(await ok('psql', ['-XAtc', `SELECT count(*) FROM ${table}`], libpqUrl(side)))
}

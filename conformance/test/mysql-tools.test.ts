import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'
import { type MysqlSides, startMysqlSides } from '../harness/mysql-sides.ts'
import { missingTools, type Outcome, program, run } from '../harness/program.ts'
import { sentinels } from '../harness/shop.ts'
import { comparable, type Side } from '../harness/side-by-side.ts'

const missing = missingTools('MariaDB server', 'mariadb', 'mariadb-dump', 'sysbench').length > 0
const suite = missing ? describe.skip : describe

/** Where dumps are restored to, through a gateway of its own. */
const COPY = 'shop_c'

const CODE = `
CREATE TRIGGER shout BEFORE INSERT ON products FOR EACH ROW SET NEW.title = upper(NEW.title);
CREATE PROCEDURE cheap(IN most decimal(10, 2)) READS SQL DATA SELECT * FROM products WHERE price <= most;
CREATE FUNCTION doubled(n int) RETURNS int DETERMINISTIC RETURN n * 2;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM orders WHERE quantity = 0;
`

let sides: MysqlSides
let copyGateway: TestGateway

beforeAll(async () => {
  if (missing) return
  sides = await startMysqlSides()
  for (const name of [sides.direct.database, sides.through.database])
    await sides.admin.query(`USE ${name}; ${CODE}`)
  await sides.admin.query(`CREATE DATABASE ${COPY} CHARACTER SET utf8mb4`)
  copyGateway = await startGateway({
    upstream: sides.upstream,
    database: COPY,
    system: 'mariadb',
    policy: allowAll,
    principals: { [sides.through.user]: { groups: ['dba'] } },
  })
}, 120_000)

afterAll(async () => {
  await copyGateway?.close()
  await sides?.close()
})

const reached = ({ host, port, user, password, ca }: Side): readonly string[] => [
  `-h${host}`,
  `-P${port}`,
  `-u${user}`,
  `-p${password}`,
  ...(ca === undefined ? ['--skip-ssl'] : [`--ssl-ca=${ca}`, '--ssl-verify-server-cert']),
]

const tried = (name: string, side: Side, args: readonly string[], input = ''): Promise<Outcome> =>
  run(program(name), [...reached(side), ...args, side.database], { input })

/** The same, and fails the test where the program fails. */
async function ok(name: string, side: Side, args: readonly string[], input = ''): Promise<string> {
  const { code, output } = await tried(name, side, args, input)
  if (code !== 0) throw new Error(`${name} failed:\n${output.slice(-4000)}`)
  return output
}

const dump = async (side: Side, ...args: readonly string[]): Promise<string> => {
  const output = await ok('mariadb-dump', side, ['--skip-dump-date', ...args])
  return comparable(output)
    .replaceAll(/^-- Host: .*$/gm, '-- Host: <host>')
    .replaceAll(
      / (Cardinality|Rows|Avg_row_length|Created|Create_time|Update_time)="[^"]*"/g,
      ' $1="<estimated or a time>"',
    )
}

suite('mariadb-dump', () => {
  test.each([
    [[]],
    [['--single-transaction', '--quick', '--hex-blob']],
    [['--routines', '--triggers', '--events']],
    [['--no-data', '--skip-opt']],
    [['--skip-extended-insert', '--complete-insert', '--compatible=ansi']],
    [['--xml']],
  ])(
    '%j writes what it writes without the gateway',
    async (args) => {
      const direct = await dump(sides.direct, ...args)
      expect(await dump(sides.through, ...args)).toBe(direct)
      expect(await dump({ ...sides.through, ca: undefined }, ...args)).toBe(direct)
    },
    60_000,
  )

  test('and mariadb, both through a gateway, make a database that is the same', async () => {
    const all = ['--routines', '--triggers', '--events', '--hex-blob']
    const script = await ok('mariadb-dump', sides.through, ['--skip-dump-date', ...all])
    const copy: Side = { ...copyGateway.connection(sides.through.user), ca: copyGateway.ca }
    await ok('mariadb', copy, [], script)
    const seen = await dump({ ...sides.direct, database: COPY }, ...all)
    expect(seen.replaceAll(COPY, 'shop_x')).toBe(await dump(sides.direct, ...all))
  }, 240_000)

  test('of a principal whose data is masked holds masks', async () => {
    const { output } = await tried('mariadb-dump', sides.masked, ['--single-transaction', '--hex-blob'])
    for (const sentinel of sentinels) expect(output).not.toMatch(sentinel)
    expect(output).toContain('m***@shop.example')
  }, 60_000)
})

const bench = (script: string, command: string, ...more: readonly string[]): Promise<Outcome> => {
  const { host, port, user, password, database } = sides.through
  const at = [
    `--mysql-host=${host}`,
    `--mysql-port=${port}`,
    `--mysql-user=${user}`,
    `--mysql-password=${password}`,
  ]
  const what = [
    `--mysql-db=${database}`,
    '--tables=2',
    '--table-size=500',
    '--threads=4',
    '--events=80',
    '--time=0',
  ]
  return run(program('sysbench'), [script, '--db-driver=mysql', ...at, ...what, ...more, command])
}

suite('sysbench', () => {
  beforeAll(async () => {
    if (!missing) expect(await bench('oltp_common', 'prepare')).toMatchObject({ code: 0 })
  }, 60_000)

  afterAll(async () => {
    if (!missing) expect(await bench('oltp_common', 'cleanup')).toMatchObject({ code: 0 })
  }, 60_000)

  describe.each(['auto', 'disable'])('with prepared statements: %s', (mode) => {
    test.each([
      'oltp_point_select',
      'oltp_read_only',
      'oltp_read_write',
      'oltp_delete',
      'oltp_insert',
      'oltp_update_index',
    ])(
      '%s',
      async (script) => {
        const { code, output } = await bench(script, 'run', `--db-ps-mode=${mode}`)
        // Transactions that meet are undone, as without a gateway; none may be lost.
        const whole = /reconnects: +0 [\s\S]*total number of events: +80\b/
        expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(whole) })
      },
      60_000,
    )
  })
})

import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startMariadb } from '@sluice/testkit/mariadb-server'
import { findProgram, mariadbTestData } from '@sluice/testkit/system-tools'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { allowAll, writeTestConfig } from '../harness/gateway.ts'
import { startGatewayProcess } from '../harness/gateway-process.ts'
import { run } from '../harness/program.ts'
import type { Way } from './sides.ts'
import type { Results } from './suite.ts'

/** MariaDB's own suite `main`, as `mysql-test-run --extern` runs it: against a server that is there already. */
export const mysqlTest = { name: 'mysql-test', passing: 119 } as const

const LIST = join(import.meta.dirname, '..', 'suites', 'mysql-test.txt')
const ROOT = 'root'
const PASSWORD = `${ROOT}-secret`
const DATABASE = 'test'

/** The tests show times and rely on this zone (mysql-test-run.pl). */
const TIME_ZONE = 'GMT-3'

/** What the tests take for granted of a server (MariaDB, mysql-test/include/default_mysqld.cnf). */
const SERVER = [
  '--local-infile',
  '--character-set-server=latin1',
  '--default-storage-engine=myisam',
  '--use-stat-tables=preferably',
  '--histogram-type=json_hb',
  '--log-bin-trust-function-creators=1',
  '--key-buffer-size=1M',
  '--sort-buffer-size=256K',
  '--max-heap-table-size=1M',
]

/** How long one test may take. */
const TEST_TIMEOUT_SECONDS = 120

/** What of MariaDB's tests the chosen ones read. */
const PARTS = ['main', 'include', 'std_data']

/** Schemas that are no test's. */
const KEPT = ['mysql', 'information_schema', 'performance_schema', 'sys']

/** The copy of the tests, where they connect to, and the server's own socket. */
type Place = { readonly folder: string; readonly port: number; readonly socket: string }

/** The tests of the list, by name. */
async function listedTests(): Promise<readonly string[]> {
  return (await readFile(LIST, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

/** Runs the tests of the list against a fresh server. What differs from what was expected is left in `keep`. */
export async function runMysqlTest(way: Way, keep: string | undefined): Promise<Results> {
  const folder = await workFolder()
  const server = await startMariadb({ accounts: true, options: SERVER, timeZone: TIME_ZONE })
  const admin = await createConnection({ socketPath: server.socket, user: ROOT, multipleStatements: true })
  await admin.query(
    `SET PASSWORD FOR ${ROOT}@localhost = PASSWORD('${PASSWORD}'); CREATE DATABASE ${DATABASE}`,
  )
  const reached = await reach(way, server.port)
  try {
    const results = new Map<string, 'ok' | 'failed'>()
    for (const test of await listedTests()) {
      await clean(admin)
      const { code, output } = await runTest({ folder, port: reached.port, socket: server.socket }, test)
      results.set(test, code === 0 ? 'ok' : 'failed')
      if (code !== 0 && keep !== undefined) await report(join(keep, `mysql-test-${way}`), test, output)
    }
    return results
  } finally {
    await reached.stop()
    await admin.end()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A copy of the tests: what they print is written beside what they are to print. */
async function workFolder(): Promise<string> {
  const source = mariadbTestData()
  if (source === undefined)
    throw new Error('MariaDB’s tests are not installed: run `apt-get install mariadb-test-data`')
  const folder = await mkdtemp(join(tmpdir(), 'sluice-mysql-test-'))
  for (const part of PARTS) await cp(join(source, part), join(folder, part), { recursive: true })
  await mkdir(join(folder, 'var', 'tmp'), { recursive: true })
  await symlink(join(folder, 'std_data'), join(folder, 'var', 'std_data'))
  return folder
}

async function reach(way: Way, port: number): Promise<{ port: number; stop: () => Promise<void> }> {
  if (way === 'direct') return { port, stop: () => Promise.resolve() }
  const { file } = await writeTestConfig({
    upstream: { host: '127.0.0.1', port, superuser: ROOT, password: PASSWORD },
    database: DATABASE,
    system: 'mariadb',
    policy: allowAll,
    principals: { [ROOT]: { groups: ['dba'] } },
  })
  const gateway = await startGatewayProcess(file)
  return {
    port: gateway.port,
    stop: async () => {
      await gateway.kill('SIGTERM')
      await rm(dirname(file), { recursive: true, force: true })
    },
  }
}

/** A test that fails leaves its tables behind, and the next one must not stumble over them. */
async function clean(admin: Connection): Promise<void> {
  const [rows] = await admin.query<RowDataPacket[]>('SHOW DATABASES')
  const left = rows.map((row) => String(row['Database'])).filter((name) => !KEPT.includes(name))
  const drops = left.map((name) => `DROP DATABASE \`${name}\`;`)
  await admin.query(`${drops.join('')} CREATE DATABASE ${DATABASE}`)
}

function runTest({ folder, port, socket }: Place, test: string): ReturnType<typeof run> {
  const variables = join(folder, 'var')
  return run(
    '/bin/sh',
    [
      '-c',
      `cd "$0" && exec timeout ${TEST_TIMEOUT_SECONDS} "$@"`,
      folder,
      findProgram('mysqltest') ?? '',
      ...argumentsFor(folder, port, test),
    ],
    {
      env: {
        MYSQL_TEST_DIR: folder,
        MYSQLTEST_VARDIR: variables,
        MYSQL_TMP_DIR: join(variables, 'tmp'),
        MASTER_MYPORT: String(port),
        MASTER_MYSOCK: socket,
        USE_RUNNING_SERVER: '1',
        LC_ALL: 'C',
        TZ: TIME_ZONE,
      },
    },
  )
}

const argumentsFor = (folder: string, port: number, test: string): readonly string[] => [
  '--no-defaults',
  '--silent',
  '--protocol=tcp',
  '--host=127.0.0.1',
  `--port=${port}`,
  `--user=${ROOT}`,
  `--password=${PASSWORD}`,
  `--tmpdir=${join(folder, 'var', 'tmp')}`,
  `--logdir=${join(folder, 'var')}`,
  `--basedir=${folder}/`,
  `--test-file=main/${test}.test`,
  `--result-file=main/${test}.result`,
  '--tail-lines=20',
  DATABASE,
]

async function report(folder: string, test: string, output: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${test}.log`), output)
}

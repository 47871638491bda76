// PostgreSQL's and MariaDB's own suites and everybody's drivers, directly and through the gateway under a policy that allows
// everything: the same tests have to pass, and drivers have to see the same.
// Usage: pnpm conformance [--require-tools] [--keep FOLDER] [suite or driver ...]
import { chown, cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { conformanceTools } from '@sluice/testkit/system-tools'
import { exclusions } from '../exclusions.ts'
import { compare } from './compare.ts'
import type { Driver } from './driver-programs.ts'
import { mariadbWorld, postgresWorld } from './driver-worlds.ts'
import { drivers } from './drivers.ts'
import { mysqlDrivers } from './mysql-drivers.ts'
import { mysqlTest, runMysqlTest } from './mysql-test.ts'
import { pipeline } from './pipeline.ts'
import { type PostgresTests, postgresTests } from './postgres-tests.ts'
import { isolation, regress } from './regress.ts'
import { startSide, type Way } from './sides.ts'
import type { Results, Suite } from './suite.ts'
import { printDrivers, printSuites, type Row } from './table.ts'
import { type DriverRow, tryDrivers } from './try-drivers.ts'
import { type Workplace, workplace } from './workplace.ts'

const { values: given, positionals } = parseArgs({
  options: { 'require-tools': { type: 'boolean', default: false }, keep: { type: 'string' } },
  allowPositionals: true,
})

/** Suites of one lane run one after the other; the second lane mostly waits for locks. */
const LANES: readonly (readonly Suite[])[] = [[regress], [isolation, pipeline]]

/** Drivers by the server that they are tried against. */
const WORLDS = [
  { server: 'PostgreSQL server', all: drivers, world: postgresWorld },
  { server: 'MariaDB server', all: mysqlDrivers, world: mariadbWorld },
]

const chosen = ({ name }: { readonly name: string }): boolean =>
  positionals.length === 0 || positionals.includes(name)

const known = [...LANES.flat(), mysqlTest, ...drivers, ...mysqlDrivers].map(({ name }) => name)
const unknown = positionals.filter((name) => !known.includes(name))

const problems =
  unknown.length > 0
    ? [`no suite and no driver is called \`${unknown.join('`, `')}\`; use ${known.join(', ')}`]
    : [...(await suiteProblems()), ...(await mysqlTestProblems()), ...(await driverProblems())]
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

async function suiteProblems(): Promise<readonly string[]> {
  const lanes = LANES.map((suites) => suites.filter(chosen))
  if (lanes.flat().length === 0) return []
  const built = await postgresTests().catch((error: unknown) => String(error))
  if (typeof built !== 'string') return runSuites(built, lanes)
  const skipped = `PostgreSQL’s own suites cannot be run: ${built}`
  if (given['require-tools']) return [skipped]
  console.warn(skipped)
  return []
}

async function runSuites(
  built: PostgresTests,
  lanes: readonly (readonly Suite[])[],
): Promise<readonly string[]> {
  const place = await workplace(built)
  try {
    const rows = (await Promise.all(lanes.map((suites) => runLane(place, suites)))).flat()
    printSuites(`PostgreSQL ${built.version}`, rows)
    if (given.keep !== undefined) await cp(join(place.folder, 'output'), given.keep, { recursive: true })
    return rows.flatMap((row) => row.problems)
  } finally {
    await place.remove()
  }
}

async function runLane(place: Workplace, suites: readonly Suite[]): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const suite of suites) {
    const direct = await timed(() => runOnce(place, suite, 'direct'))
    const through = await timed(() => runOnce(place, suite, 'gateway'))
    const comparison = compare(suite, direct.results, through.results, exclusions)
    rows.push({ ...comparison, directSeconds: direct.seconds, throughSeconds: through.seconds })
  }
  return rows
}

async function mysqlTestProblems(): Promise<readonly string[]> {
  const wanted = ['MariaDB server', 'mysqltest', 'MariaDB’s tests']
  const missing = conformanceTools.filter(({ name, find }) => wanted.includes(name) && find() === undefined)
  if (!chosen(mysqlTest) || missing.length > 0) return []
  const [direct, through] = await Promise.all(
    (['direct', 'gateway'] as const).map((way) => timed(() => runMysqlTest(way, given.keep))),
  )
  if (direct === undefined || through === undefined) return []
  const comparison = compare(mysqlTest, direct.results, through.results, exclusions)
  printSuites('MariaDB', [{ ...comparison, directSeconds: direct.seconds, throughSeconds: through.seconds }])
  return comparison.problems
}

async function runOnce(place: Workplace, suite: Suite, way: Way): Promise<Results> {
  const output = join(place.folder, 'output', `${suite.name}-${way}`)
  await mkdir(output)
  if (place.account) await chown(output, place.account.uid, place.account.gid)
  const { side, stop } = await startSide(way, suite.database)
  try {
    return await suite.run(place, side, output)
  } finally {
    await stop()
  }
}

async function timed(run: () => Promise<Results>): Promise<{ results: Results; seconds: number }> {
  const started = performance.now()
  const results = await run()
  return { results, seconds: (performance.now() - started) / 1000 }
}

/** Drivers whose tools are not there are left out: what is missing was said already. */
async function driverProblems(): Promise<readonly string[]> {
  const missing = conformanceTools.filter(({ find }) => find() === undefined).map(({ name }) => name)
  const there = ({ tools }: Driver): boolean => !tools.some((tool) => missing.includes(tool))
  const rows: DriverRow[] = []
  for (const { server, all, world } of WORLDS) {
    const some = all.filter(chosen).filter(there)
    if (some.length > 0 && !missing.includes(server)) rows.push(...(await tryDrivers(some, world)))
  }
  if (rows.length > 0) printDrivers(rows)
  return rows.flatMap((row) => row.problems)
}

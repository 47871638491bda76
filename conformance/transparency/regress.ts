import { join } from 'node:path'
import type { Side } from '../harness/side-by-side.ts'
import type { Results, Suite } from './suite.ts'
import type { Workplace } from './workplace.ts'

/** PostgreSQL documentation, "Running the Tests Against an Existing Installation". */
export const regress: Suite = {
  name: 'pg_regress',
  passing: 217,
  database: 'regression',
  run: (workplace, side, output) =>
    runRegress(workplace, side, output, 'regress/pg_regress', [
      '--schedule=regress/parallel_schedule',
      '--inputdir=regress',
      `--dlpath=${join(workplace.folder, 'regress')}`,
      '--max-concurrent-tests=20',
    ]),
}

/** The same for what two and more sessions do at a time. */
export const isolation: Suite = {
  name: 'isolation',
  passing: 115,
  database: 'isolation_regression',
  run: (workplace, side, output) =>
    runRegress(workplace, side, output, 'isolation/pg_isolation_regress', [
      '--schedule=isolation/isolation_schedule',
      '--inputdir=isolation',
    ]),
}

async function runRegress(
  workplace: Workplace,
  side: Side,
  output: string,
  program: string,
  args: readonly string[],
): Promise<Results> {
  const server = [`--host=${side.host}`, `--port=${side.port}`, `--user=${side.user}`]
  const database = ['--use-existing', `--dbname=${side.database}`]
  const folders = [`--bindir=${workplace.tests.bin}`, `--outputdir=${output}`]
  const ended = await workplace.run(
    join(workplace.folder, program),
    [...server, ...database, ...folders, ...args],
    side,
  )
  return resultsIn(ended.output)
}

/** What pg_regress prints of each test: `test name ... ok 12 ms`, without `test` inside a parallel group. */
export function resultsIn(output: string): Results {
  const lines = output.matchAll(/^(?:test| {4}) (\S+)\s+\.\.\. (ok|FAILED|failed)/gm)
  return new Map([...lines].map(([, name, word]) => [name ?? '', word === 'ok' ? 'ok' : 'failed']))
}

import type { Side } from '../harness/side-by-side.ts'
import type { Workplace } from './workplace.ts'

/** What became of a suite's tests, by name, in the order they ran. */
export type Results = ReadonlyMap<string, 'ok' | 'failed'>

/** A suite that takes the address of a server. */
export type Suite = {
  readonly name: 'pg_regress' | 'isolation' | 'libpq_pipeline'
  readonly database: string
  /** Runs it against a fresh database. What it leaves behind, such as `regression.diffs`, is in `output`. */
  readonly run: (workplace: Workplace, side: Side, output: string) => Promise<Results>
}

import type { Exclusion } from '../exclusions.ts'
import type { Side } from '../harness/side-by-side.ts'
import type { Workplace } from './workplace.ts'

/** What became of a suite's tests, by name, in the order they ran. */
export type Results = ReadonlyMap<string, 'ok' | 'failed'>

/** Which suite is compared, and how many of its tests pass directly at least: with fewer, not all of it is compared. */
export type Compared = { readonly name: Exclusion['suite']; readonly passing: number }

/** A suite that takes the address of a server. */
export type Suite = Compared & {
  readonly name: 'pg_regress' | 'isolation' | 'libpq_pipeline'
  readonly database: string
  /** Runs it against a fresh database. What it leaves behind, such as `regression.diffs`, is in `output`. */
  readonly run: (workplace: Workplace, side: Side, output: string) => Promise<Results>
}

import type { Exclusion } from '../exclusions.ts'
import type { Compared, Results } from './suite.ts'

/** One suite, run directly and through the gateway, held side by side. */
export type Comparison = {
  readonly suite: string
  readonly tests: number
  readonly direct: number
  readonly through: number
  readonly excluded: number
  /** What is wrong: one line each. None: the gateway is transparent to this suite, but for what is excluded. */
  readonly problems: readonly string[]
}

/** The tests that pass directly have to pass through the gateway, and the list of exclusions has to be true. */
export function compare(
  { name: suite, passing }: Compared,
  direct: Results,
  through: Results,
  exclusions: readonly Exclusion[],
): Comparison {
  const excluded = new Map(exclusions.filter((e) => e.suite === suite).map((e) => [e.test, e.reason]))
  const passed = [...direct].filter(([, result]) => result === 'ok').map(([test]) => test)
  const lost = passed.filter((test) => through.get(test) !== 'ok')
  const broken = lost.filter((test) => !excluded.has(test))
  const stale = [...excluded.keys()].filter((test) => !lost.includes(test))
  return {
    suite,
    tests: direct.size,
    direct: passed.length,
    through: passed.length - lost.length,
    excluded: lost.length - broken.length,
    problems: [
      ...(passed.length < passing
        ? [
            `${suite}: ${passed.length} tests pass directly, and ${passing} did: the others are not compared; see why they fail (--keep)`,
          ]
        : []),
      ...broken.map(
        (test) => `${suite}: ${test} passes directly and ${outcome(through, test)} through the gateway`,
      ),
      ...stale.map(
        (test) => `${suite}: ${test} is listed in conformance/exclusions.ts, and is no difference`,
      ),
    ],
  }
}

function outcome(through: Results, test: string): string {
  return through.has(test) ? 'fails' : 'was not reached'
}

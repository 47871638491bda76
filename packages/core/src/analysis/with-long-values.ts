import type { Analysis } from './context.ts'
import type { OutputLineage } from './facts.ts'
import type { DialectTraits } from './traits.ts'
import { useOf } from './uses.ts'

/** How long a constant may be, or a bind value, that the analysis reckons with, in bytes. */
export const CONSTANT_BYTES: number = 8 * 1024

/**
 * The statement as it is with constants or bind values that may be longer than `CONSTANT_BYTES`: what is made of them and of
 * columns may be too long, and NULL for it.
 */
export const withLongValues = (analysis: Analysis, traits: Pick<DialectTraits, 'overflows'>): Analysis => {
  if (traits.overflows === undefined) return analysis
  const { facts } = analysis
  const isBlank = ({ sources, unknown, functions }: OutputLineage): boolean =>
    (sources.length > 0 || unknown) &&
    functions.some((name) => traits.overflows?.(name, [Number.POSITIVE_INFINITY]))
  const outputs =
    typeof facts.outputs === 'string'
      ? facts.outputs
      : facts.outputs.map((output) => (isBlank(output) ? { ...output, blank: true as const } : output))
  const stored = facts.flows.flatMap(({ direct, sources }) => (direct ? [] : sources))
  const uses = [...facts.uses, ...stored.map((column) => useOf(column, 'stored'))]
  return { ...analysis, facts: { ...facts, outputs, uses } }
}

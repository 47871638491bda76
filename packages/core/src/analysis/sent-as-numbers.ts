import type { Analysis } from './context.ts'
import { useOf } from './uses.ts'

/**
 * The statement as it is with these bind values, counted from 0: a text that is compared with a number is read as one,
 * which tells more than whether it equals a value. The same analysis where all of them are texts.
 */
export const sentAsNumbers = (analysis: Analysis, isNumber: (at: number) => boolean): Analysis => {
  const { facts } = analysis
  const read = (facts.textBindings ?? []).filter(({ param }) => isNumber(param - 1))
  if (read.length === 0) return analysis
  const uses = [...facts.uses, ...read.map(({ column }) => useOf(column, 'computed'))]
  return { ...analysis, facts: { ...facts, uses } }
}

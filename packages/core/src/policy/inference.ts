import type { Facts } from '../analysis/facts.ts'
import { type ColumnUse, MILD, type UseFact } from '../analysis/uses.ts'
import type { Column } from '../catalog/catalog.ts'
import type { RuleRef } from './decision.ts'
import type { InferenceLevel } from './document.ts'
import { isOfSamples, type PolicyMasks } from './masks.ts'
import type { Policy } from './policy.ts'
import type { Refusal } from './refusal.ts'

/** The rule named where the inference guard refuses. */
export const INFERENCE_RULE = 'sluice:inference'

const inferenceRule: RuleRef = { id: INFERENCE_RULE, effect: 'deny', mode: 'enforce' }

/**
 * Whether a statement would tell a principal something of what is masked for it: by the rows there are, by their order, by
 * an error. INVARIANT (no-unproven-column): what cannot be followed counts as a masked column. Undefined: it does not.
 */
export const inferred = (
  facts: Facts,
  masks: PolicyMasks,
  policy: Policy,
): { readonly told: Refusal; readonly rules: readonly RuleRef[] } | undefined => {
  if (!masks.any) return undefined
  for (const fact of facts.uses) {
    const mask = fact.column && masks.verdict(fact.column).mask
    const level = fact.column ? (mask?.inference ?? 'off') : masks.unfollowed
    if (!isRefused(fact, level)) continue
    const rules = fact.column ? masks.verdict(fact.column).rules.filter(({ mode }) => mode === 'enforce') : []
    return { told: refusedUse(fact, mask?.rule, level, policy), rules: [inferenceRule, ...rules] }
  }
  if (facts.opaque !== undefined && masks.unfollowed === 'strict')
    return { told: refusedOpaque(facts.opaque), rules: [inferenceRule] }
  return undefined
}

/** A value that was computed of a masked one may be a letter of it: what equals it tells that letter. */
const isRefused = ({ column, use }: UseFact, level: InferenceLevel): boolean => {
  if (level !== 'balanced') return level === 'strict'
  if (!MILD.has(use) || column === undefined) return !MILD.has(use)
  return isOfSamples(column) || (use !== 'null' && column.labels.some((label) => label.computed === true))
}

const refusedUse = (
  { column, use }: UseFact,
  rule: string | undefined,
  level: InferenceLevel,
  policy: Policy,
): Refusal => {
  const masked =
    column === undefined
      ? 'a value whose origin cannot be proven'
      : `\`${nameOf(column)}\`, which rule \`${rule}\` masks,`
  return {
    message: `${masked} may not be ${WORDS[use]}: that would tell what it holds (rule \`${inferenceRule.id}\`)`,
    hint: `${insteadOf(use, level, column)}, or ask the owner of policy version \`${policy.version}\` for the right to read it unmasked`,
  }
}

const insteadOf = (use: ColumnUse, level: InferenceLevel, column: Column | undefined): string => {
  if (use === 'left') return 'drop the trigger or the rule first, and commit that'
  return `${level === 'balanced' && column ? 'compare it as it is for equality with a value, ' : ''}leave it out there`
}

const refusedOpaque = (opaque: string): Refusal => ({
  message: `the statement was not understood (${opaque}), so what it tells of masked columns is not known (rule \`${inferenceRule.id}\`)`,
  hint: 'write it in plainer SQL, one statement at a time',
})

/** What the client did, as messages say it. */
const WORDS: Readonly<Record<ColumnUse, string>> = {
  equality: 'compared',
  join: 'compared with another column',
  null: 'tested for NULL',
  pattern: 'searched for a pattern',
  range: 'compared for more or less',
  computed: 'decided by what a function or an operator makes of it',
  failing: 'used in what may fail, or give several rows, for some values',
  stored: 'written after something was made of it',
  tested: 'copied to a column whose type, a constraint, an index, a partition or a view decides by its value',
  left: 'what a trigger or a rule writes to whatever gets the name that this frees',
  order: 'sorted by',
  group: 'grouped by',
  distinct: 'made distinct',
  'set operation': 'compared by UNION, INTERSECT or EXCEPT',
  window: 'what a window is cut or sorted by',
  rows: 'what decides how many rows there are',
}

const nameOf = ({ relation, name }: Column): string => `${relation.schema}.${relation.name}.${name}`

import type { Column } from '../catalog/catalog.ts'
import { narrowest, narrowestMask, revealsNothing } from '../mask/narrower.ts'
import type { TransformSpec } from '../mask/transform.ts'
import { ConditionFailed, type ConditionInput } from './conditions/condition.ts'
import { ColumnValue } from './conditions/values.ts'
import type { ColumnMasks, DatabaseFacts, RuleError, RuleRef } from './decision.ts'
import { type InferenceLevel, inferenceLevels, type MaskRule, type Transforms } from './document.ts'
import type { Policy } from './policy.ts'
import type { Principal } from './principal.ts'
import { refOf } from './rule-ref.ts'
import { askingFor, subjectsOf } from './subjects.ts'

/** Column masks that also say which rules spoke, for the record. */
export type PolicyMasks = ColumnMasks & {
  /** Mask rules whose `when` or `unless` failed: they mask. */
  readonly errors: readonly RuleError[]
  /** Every mask rule that speaks about the column, observed ones included, and what failed. */
  verdict(column: Column): ColumnVerdict
  /** What may be asked about a value that could not be followed: what may be about any column. */
  readonly unfollowed: InferenceLevel
}

/** The narrowest mask of a column, and the strictest of what its rules say may be asked about it. */
type AskedMask = {
  readonly transform: TransformSpec
  readonly rule: string
  readonly inference: InferenceLevel
}

/** What the mask rules say about one column. */
type ColumnVerdict = {
  readonly mask: AskedMask | undefined
  readonly rules: readonly RuleRef[]
  readonly errors: readonly RuleError[]
}

/** The rule named where a chain of delegations is too long to be judged: everything is masked. */
const delegationRule = 'sluice:delegation-depth'

/** The rule named where a column of samples is masked that no rule of the policy masks. */
const samplesRule = 'sluice:samples'
/** What statistics and their like are labelled: values of other columns, of whichever, or what was made of them. */
const SAMPLE = 'internal.sample'

/** Whether a column holds statistics or their like. Whether there are any tells of the values, too: how many are alike. */
export const isOfSamples = ({ labels }: Column): boolean => labels.some(({ name }) => name === SAMPLE)

const redact: TransformSpec = { kind: 'redact' }
const nothing: TransformSpec = { kind: 'null' }

/**
 * Which columns are masked for a principal on a database. An agent that acts for someone has the masks of both.
 * Columns are judged when first asked for and remembered by identity, so one value serves a whole session.
 */
export const columnMasks = (policy: Policy, principal: Principal, database: DatabaseFacts): PolicyMasks => {
  const subjects = subjectsOf(principal)
  if (subjects === undefined) return everything
  const errors: RuleError[] = []
  const active = subjects.flatMap((subject) => {
    const input: ConditionInput = askingFor(subject, database)
    return policy.masks
      .filter((rule) => isActive(rule, input, errors))
      .map((rule) => ({ rule, input, inference: rule.inference ?? policy.inference }))
  })
  const enforced = active.filter(({ rule }) => rule.mode === 'enforce')
  const unfollowed = enforced.reduce<InferenceLevel>(
    (level, { inference }) => stricter(level, inference),
    'off',
  )
  const ofSamples: AskedMask | undefined =
    enforced.length === 0 ? undefined : { transform: nothing, rule: samplesRule, inference: unfollowed }
  const scanning = enforced.find(({ rule }) => rule.scan)
  const known = new WeakMap<Column, ColumnVerdict>()
  const verdict = (column: Column): ColumnVerdict => {
    let found = known.get(column)
    if (found === undefined) {
      found = judge(active, column, ofSamples)
      known.set(column, found)
    }
    return found
  }
  return {
    any: enforced.length > 0,
    unfollowed,
    ...(scanning === undefined ? {} : { scan: scanning.rule.id }),
    errors,
    forColumn: (column) => verdict(column).mask,
    verdict,
  }
}

type ActiveRule = {
  readonly rule: MaskRule
  readonly input: ConditionInput
  readonly inference: InferenceLevel
}

/** A rule whose own condition fails counts as active: it masks rather than shows. */
const isActive = (rule: MaskRule, input: ConditionInput, errors: RuleError[]): boolean => {
  try {
    return (rule.when?.test(input) ?? true) && !(rule.unless?.test(input) ?? false)
  } catch (error) {
    errors.push(errorOf(rule, error))
    return true
  }
}

/**
 * Its values are those of the columns of the same name above it and below it: what is said of one is said of all.
 * `ofSamples`: how samples of other columns are masked, where anything is. INVARIANT (no-unproven-column).
 */
const judge = (
  active: readonly ActiveRule[],
  column: Column,
  ofSamples: AskedMask | undefined,
): ColumnVerdict => {
  const own = [new ColumnValue(column)]
  let all: readonly ColumnValue[] | undefined
  const ofFamily = (): readonly ColumnValue[] =>
    (all ??= [...own, ...(column.family ?? []).map((table) => new ColumnValue(column, table))])
  const rules: RuleRef[] = []
  const errors: RuleError[] = []
  const masks: AskedMask[] = []
  for (const { rule, input, inference } of active) {
    const asked = ask(rule, input, rule.columns.mentions.table ? ofFamily() : own, errors)
    if (asked === undefined) continue
    if (!rules.some((ref) => ref.id === rule.id)) rules.push(refOf(rule))
    if (rule.mode === 'observe') continue
    masks.push({ transform: asked, rule: rule.id, inference })
  }
  const said = together(masks)
  const mask =
    ofSamples && isOfSamples(column)
      ? { ...ofSamples, ...said, transform: nothing }
      : said && fitting(said, column)
  return { mask, rules, errors }
}

/** What a transform leaves of a value says nothing of what is left of one that was computed of it. */
const fitting = (mask: AskedMask, column: Column): AskedMask =>
  column.labels.some((label) => label.computed) && !revealsNothing(mask.transform)
    ? { ...mask, transform: redact }
    : mask

/** Of several masks the one that reveals less, and of what they say may be asked the strictest. */
const together = (masks: readonly AskedMask[]): AskedMask | undefined => {
  const mask = narrowestMask(masks)
  return (
    mask && {
      ...mask,
      inference: masks.map(({ inference }) => inference).reduce<InferenceLevel>(stricter, 'off'),
    }
  )
}

const stricter = (a: InferenceLevel, b: InferenceLevel): InferenceLevel =>
  inferenceLevels.indexOf(a) >= inferenceLevels.indexOf(b) ? a : b

const ask = (
  rule: MaskRule,
  input: ConditionInput,
  values: readonly ColumnValue[],
  errors: RuleError[],
): TransformSpec | undefined => {
  try {
    const spoken = values.find((column) => rule.columns.test({ ...input, column }))
    return spoken && transformFor(rule.transforms, spoken.labels)
  } catch (error) {
    errors.push(errorOf(rule, error))
    return redact
  }
}

/**
 * For each label of the column, `with` is asked by the label, then by its parents; the most specific entry speaks.
 * Where several labels have an entry, the narrower of them; where none has, the `default`. It speaks as well for a label
 * without one beside others of its kind (`pii`): a value that came into the column with it is no other's.
 */
export const transformFor = (transforms: Transforms, labels: readonly string[]): TransformSpec => {
  const said = labels.map((label) => ({ kind: kindOf(label), spec: mostSpecific(transforms, label) }))
  const kinds = new Set(said.flatMap(({ kind, spec }) => (spec === undefined ? [] : [kind])))
  const found = said.flatMap(({ kind, spec }) => spec ?? (kinds.has(kind) ? transforms.otherwise : []))
  return found.length === 0 ? transforms.otherwise : narrowest(found)
}

const kindOf = (label: string): string => label.split('.', 1)[0] ?? ''

const mostSpecific = (transforms: Transforms, label: string): TransformSpec | undefined => {
  for (let name = label; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const spec = transforms.byLabel.get(name)
    if (spec !== undefined) return spec
  }
  return undefined
}

const errorOf = (rule: MaskRule, error: unknown): RuleError => {
  if (!(error instanceof ConditionFailed)) throw error
  return { rule: rule.id, message: error.message }
}

const redactAll: AskedMask = { transform: redact, rule: delegationRule, inference: 'strict' }
const everything: PolicyMasks = {
  any: true,
  errors: [],
  unfollowed: 'strict',
  forColumn: () => redactAll,
  verdict: () => ({ mask: redactAll, rules: [], errors: [] }),
}

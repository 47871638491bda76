import { ConditionFailed, type ConditionInput } from './conditions/condition.ts'
import type { RuleError, RuleRef } from './decision.ts'
import type { DenyRule, LimitRule, Rule } from './document.ts'
import type { Policy } from './policy.ts'
import { refOf } from './rule-ref.ts'

/** What the rules say about one statement of one subject. */
export type Verdict = {
  readonly allows: readonly RuleRef[]
  readonly denies: readonly DenyRule[]
  /** Rules in `enforce` that failed to evaluate. */
  readonly failed: readonly RuleRef[]
  /** The limit rules that hold. */
  readonly limits: readonly LimitRule[]
  /** Rules in `observe` that would have counted. */
  readonly observed: readonly RuleRef[]
  readonly errors: readonly RuleError[]
}

/** Asks every rule, in order. `input` has the statement and the session. */
export const askRules = (policy: Policy, input: Required<Omit<ConditionInput, 'column'>>): Verdict => {
  const allows: RuleRef[] = []
  const denies: DenyRule[] = []
  const failed: RuleRef[] = []
  const limits: LimitRule[] = []
  const observed: RuleRef[] = []
  const errors: RuleError[] = []
  for (const rule of policy.rules) {
    if (cannotSpeak(rule, input)) continue
    const answer = applies(rule, input)
    if (answer === false) continue
    if (answer !== true) errors.push({ rule: rule.id, message: answer.message })
    if (rule.mode === 'observe') observed.push(...(answer === true ? [refOf(rule)] : []))
    else if (answer !== true) failed.push(refOf(rule))
    else if (rule.effect === 'allow') allows.push(refOf(rule))
    else if (rule.effect === 'deny') denies.push(rule)
    else limits.push(rule)
  }
  return { allows, denies, failed, limits, observed, errors }
}

/**
 * INVARIANT (deny-by-default): a statement that was not understood has no facts, so an allow rule that does not name
 * `statement.opaque` would be true of it by accident. Such a rule is not asked. Nor is one that does not name
 * `statement.clientFile` asked about files of clients, which no rule lets through by the way.
 */
const cannotSpeak = ({ effect, when }: Rule, { statement }: ConditionInput): boolean =>
  effect === 'allow' &&
  ((statement?.opaque !== '' && when?.mentions.opaque !== true) ||
    (statement?.clientFile !== false && when?.mentions.clientFile !== true))

const applies = (rule: Rule, input: ConditionInput): boolean | ConditionFailed => {
  try {
    return (rule.when?.test(input) ?? true) && !(rule.unless?.test(input) ?? false)
  } catch (error) {
    if (error instanceof ConditionFailed) return error
    throw error
  }
}

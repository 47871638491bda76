import type { RuleRef } from './decision.ts'
import type { Rule } from './document.ts'

const refs = new WeakMap<Rule, RuleRef>()

/** How decisions and records cite a rule. */
export const refOf = (rule: Rule): RuleRef => {
  let ref = refs.get(rule)
  if (ref === undefined) {
    ref = { id: rule.id, effect: rule.effect, mode: rule.mode }
    refs.set(rule, ref)
  }
  return ref
}

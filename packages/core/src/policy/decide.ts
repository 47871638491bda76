import type { Facts } from '../analysis/facts.ts'
import { capsOf } from './caps.ts'
import type { ConditionInput } from './conditions/condition.ts'
import { sessionValue, statementValue } from './conditions/values.ts'
import type { DatabaseFacts, Decision, RuleError, RuleRef, SessionFacts } from './decision.ts'
import { inferred } from './inference.ts'
import { columnMasks, type PolicyMasks } from './masks.ts'
import type { Policy } from './policy.ts'
import type { Principal } from './principal.ts'
import {
  type Refusal,
  refusedByDefault,
  refusedByDelegation,
  refusedByFailure,
  refusedByRule,
} from './refusal.ts'
import { refOf } from './rule-ref.ts'
import { askingFor, maxDelegations, subjectsOf } from './subjects.ts'
import { askRules, type Verdict } from './verdict.ts'

/**
 * Everything that a decision hangs on. `facts`, `principal`, `database` and `session` are values that do not change:
 * what was decided is remembered by their identity.
 */
export type DecisionRequest = {
  readonly facts: Facts
  readonly principal: Principal
  readonly database: DatabaseFacts
  readonly session: SessionFacts
}

/**
 * Decides one execution of an analysed statement. Never throws.
 *
 * INVARIANT (deny-by-default): without an allow rule that holds, or with a rule that fails to evaluate, the answer is
 * no. Deny beats allow; the lowest limit counts; masks add up. Of an agent and whom it acts for, the narrower counts.
 */
export const decide = (policy: Policy, request: DecisionRequest): Decision => {
  const scope = scopeOf(policy, request.principal, request.database)
  if (policy.mentionsSession) return decideAnew(policy, scope, request)
  let decision = scope.decisions.get(request.facts)
  if (decision === undefined) {
    decision = decideAnew(policy, scope, request)
    scope.decisions.set(request.facts, decision)
  }
  return decision
}

/** What is made once for a principal on a database under a policy. */
type Scope = {
  /** Whose rights count, with what conditions see of them; undefined where the chain is too long. */
  readonly subjects: readonly Subject[] | undefined
  readonly masks: PolicyMasks
  readonly decisions: WeakMap<Facts, Decision>
}

type Subject = {
  readonly principal: Principal
  readonly input: Pick<ConditionInput, 'principal' | 'database'>
}

const scopes = new WeakMap<Policy, WeakMap<Principal, WeakMap<DatabaseFacts, Scope>>>()

/** The scope that was asked for last: the statements of a session come one after the other. */
let last: (Pick<DecisionRequest, 'principal' | 'database'> & { policy: Policy; scope: Scope }) | undefined

const scopeOf = (policy: Policy, principal: Principal, database: DatabaseFacts): Scope => {
  if (last?.policy === policy && last.principal === principal && last.database === database) return last.scope
  const scope = rememberedScope(policy, principal, database)
  last = { policy, principal, database, scope }
  return scope
}

const rememberedScope = (policy: Policy, principal: Principal, database: DatabaseFacts): Scope => {
  const found = scopes.get(policy)?.get(principal)?.get(database)
  if (found !== undefined) return found
  const byPrincipal = scopes.get(policy) ?? new WeakMap<Principal, WeakMap<DatabaseFacts, Scope>>()
  const byDatabase = byPrincipal.get(principal) ?? new WeakMap<DatabaseFacts, Scope>()
  const scope: Scope = {
    subjects: subjectsOf(principal)?.map((subject) => ({
      principal: subject,
      input: askingFor(subject, database),
    })),
    masks: columnMasks(policy, principal, database),
    decisions: new WeakMap(),
  }
  scopes.set(policy, byPrincipal.set(principal, byDatabase.set(database, scope)))
  return scope
}

const decideAnew = (policy: Policy, scope: Scope, request: DecisionRequest): Decision => {
  const { facts, session } = request
  const statement = statementValue(facts)
  const verdicts = (scope.subjects ?? []).map(({ principal, input }) => ({
    principal,
    verdict: askRules(policy, { ...input, statement, session: sessionValue(session) }),
  }))
  const spoken = maskRules(scope.masks, facts)
  const errors = uniqueErrors([...verdicts.flatMap(({ verdict }) => verdict.errors), ...spoken.errors])
  const common = { errors, policyVersion: policy.version }
  const observed = [
    ...verdicts.flatMap(({ verdict }) => verdict.observed),
    ...spoken.rules.filter((rule) => rule.mode === 'observe'),
  ]
  const refused = refusal(policy, request, scope.subjects === undefined ? undefined : verdicts)
  if (refused !== undefined)
    return { kind: 'deny', rules: uniqueRules([...refused.rules, ...observed]), ...refused.told, ...common }
  const told = inferred(facts, scope.masks, policy)
  if (told !== undefined)
    return { kind: 'deny', rules: uniqueRules([...told.rules, ...observed]), ...told.told, ...common }
  const allowing = verdicts.flatMap(({ verdict }) => [...verdict.allows, ...verdict.limits.map(refOf)])
  return {
    kind: 'allow',
    rules: uniqueRules([...allowing, ...spoken.rules, ...observed]),
    obligations: { masks: scope.masks, ...capsOf(limitsOf(verdicts)) },
    ...common,
  }
}

type Spoken = readonly { readonly principal: Principal; readonly verdict: Verdict }[]

/** Why the statement is refused, with the rules that say so; undefined where it is allowed to every subject. */
const refusal = (
  policy: Policy,
  { facts, principal, database }: DecisionRequest,
  verdicts: Spoken | undefined,
): { readonly told: Refusal; readonly rules: readonly RuleRef[] } | undefined => {
  if (verdicts === undefined || verdicts.length === 0)
    return { told: refusedByDelegation(principal, maxDelegations), rules: [] }
  const refused = { facts, database, policy }
  const denies = verdicts.flatMap(({ verdict }) => verdict.denies)
  const failed = verdicts.flatMap(({ verdict }) => verdict.failed)
  const rules = [...denies.map(refOf), ...failed]
  const [denied] = denies
  if (denied !== undefined) return { told: refusedByRule(denied, refused), rules }
  const [broken] = failed
  if (broken !== undefined) return { told: refusedByFailure(broken.id, refused), rules }
  const without = verdicts.find(({ verdict }) => verdict.allows.length === 0)
  return without === undefined ? undefined : { told: refusedByDefault(without.principal, refused), rules }
}

const limitsOf = (verdicts: Spoken): Parameters<typeof capsOf>[0] =>
  verdicts.flatMap(({ principal, verdict }) => verdict.limits.map((rule) => ({ principal, rule })))

/** The mask rules that speak about a column which the statement names. */
const maskRules = (
  masks: PolicyMasks,
  facts: Facts,
): { readonly rules: readonly RuleRef[]; readonly errors: readonly RuleError[] } => {
  const verdicts = facts.columns.map(({ column }) => masks.verdict(column))
  return {
    rules: verdicts.flatMap(({ rules }) => rules),
    errors: [...masks.errors, ...verdicts.flatMap(({ errors }) => errors)],
  }
}

const uniqueRules = (rules: readonly RuleRef[]): readonly RuleRef[] => [...new Set(rules)]

const uniqueErrors = (errors: readonly RuleError[]): readonly RuleError[] =>
  errors.filter(
    (error, index) =>
      errors.findIndex((other) => other.rule === error.rule && other.message === error.message) === index,
  )

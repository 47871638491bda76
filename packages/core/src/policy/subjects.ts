import type { ConditionInput } from './conditions/condition.ts'
import { DatabaseValue, PrincipalValue } from './conditions/values.ts'
import type { DatabaseFacts } from './decision.ts'
import type { Principal } from './principal.ts'

/** An agent for an agent for … : chains longer than this are refused. */
export const maxDelegations = 4

/**
 * Everyone whose rights count: the principal, then whom it acts for, and so on. Undefined: the chain is too long.
 */
export const subjectsOf = (principal: Principal): readonly Principal[] | undefined => {
  const subjects: Principal[] = []
  for (let next: Principal | undefined = principal; next !== undefined; next = next.onBehalfOf) {
    if (subjects.length > maxDelegations) return undefined
    subjects.push(next)
  }
  return subjects
}

/** What conditions see of a subject on a database. */
export const askingFor = (
  subject: Principal,
  database: DatabaseFacts,
): Pick<ConditionInput, 'principal' | 'database'> => ({
  principal: new PrincipalValue(subject),
  database: new DatabaseValue(database),
})

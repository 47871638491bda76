import type { Facts, TableFact } from '../analysis/facts.ts'
import type { FunctionEffect } from '../catalog/catalog.ts'
import type { DatabaseFacts, Deny } from './decision.ts'
import type { DenyRule } from './document.ts'
import type { Policy } from './policy.ts'
import type { Principal } from './principal.ts'

/** What a client is told of a denial. */
export type Refusal = Pick<Deny, 'message' | 'hint'>

type Refused = { readonly facts: Facts; readonly database: DatabaseFacts; readonly policy: Policy }

/** A deny rule holds. */
export const refusedByRule = (rule: DenyRule, { facts, database, policy }: Refused): Refusal => ({
  message: `${thing(facts)} is refused by rule \`${rule.id}\`${rule.message === undefined ? '' : `: ${rule.message}`}`,
  hint: `the owner of policy version \`${policy.version}\` for database \`${database.name}\` can change rule \`${rule.id}\``,
})

/** A rule could not be evaluated. INVARIANT (deny-by-default). */
export const refusedByFailure = (rule: string, { facts, database, policy }: Refused): Refusal => ({
  message: `${thing(facts)} is refused: rule \`${rule}\` failed to evaluate`,
  hint: `tell the owner of policy version \`${policy.version}\` for database \`${database.name}\`; the record says why it failed`,
})

/** No allow rule holds. INVARIANT (deny-by-default). */
export const refusedByDefault = (who: Principal, { facts, database, policy }: Refused): Refusal => {
  if (facts.opaque !== undefined)
    return {
      message: `the statement was not understood (${facts.opaque}), and no rule allows that for \`${who.id}\``,
      hint: 'write it in plainer SQL, one statement at a time, or ask for a rule that names `statement.opaque`',
    }
  if (facts.clientFile === true)
    return {
      message: `no rule lets \`${who.id}\` send a file with ${thing(facts)}`,
      hint: 'ask for an allow rule that names `statement.clientFile`, or send the rows with `INSERT`',
    }
  const effects = facts.effects.length === 0 ? 'none' : facts.effects.join(', ')
  return {
    message: `no rule allows ${thing(facts)} for \`${who.id}\``,
    hint: `ask the owner of policy version \`${policy.version}\` for database \`${database.name}\` for an allow rule (verb \`${facts.verb}\`, effects: ${effects})`,
  }
}

/** The chain of delegations is too long to be judged. */
export const refusedByDelegation = (who: Principal, most: number): Refusal => ({
  message: `\`${who.id}\` acts for someone who acts for someone else, more than ${most} times over`,
  hint: 'connect with a token that names the person or workload it acts for directly',
})

/** Nobody finds in a long query which of its calls it is refused for. */
const reachesBeyond: ReadonlySet<FunctionEffect> = new Set([
  'file',
  'network',
  'program',
  'dynamic',
  'admin',
  'unknown',
])

/** `drop table` on `public.orders` and 2 more, `select` that calls `pg_read_file` */
const thing = (facts: Facts): string => {
  if (facts.opaque !== undefined) return `the statement, which was not understood (${facts.opaque}),`
  const verb = facts.verb === '' ? 'the statement' : `\`${facts.verb}\``
  const [first, ...others] = facts.tables
  const tables = first === undefined ? '' : ` on \`${nameOf(first)}\`${more(others.length)}`
  const [call, ...calls] = facts.functions.filter(({ effect }) => reachesBeyond.has(effect))
  return `${verb}${tables}${call === undefined ? '' : ` that calls \`${call.name}\`${more(calls.length)}`}`
}

const more = (count: number): string => (count === 0 ? '' : ` and ${count} more`)

const nameOf = (table: TableFact): string =>
  table.schema === '' ? table.name : `${table.schema}.${table.name}`

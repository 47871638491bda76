import { CHECKS, defaults, type Printed, REFERENCES, rules, TRIGGERS } from './queries.ts'
import type { CheckFound, DefaultFound, ReferenceFound, RuleFound, Snapshot, TriggerFound } from './rows.ts'

/** What runs by itself when somebody writes. */
export type Standing = Pick<Snapshot, 'triggers' | 'rules' | 'defaults' | 'references' | 'checks'>

/** The queries that ask for it; for defaults, of the relations `among` alone where it is given. */
export const standing = (printed: Printed, among?: readonly number[]): readonly string[] => [
  TRIGGERS,
  rules(printed),
  defaults(printed, among),
  REFERENCES,
  CHECKS,
]

/** The rows of these queries, in their order. */
export const standingOf = (found: readonly (readonly unknown[])[]): Standing => ({
  triggers: found[0] as readonly TriggerFound[],
  rules: found[1] as readonly RuleFound[],
  defaults: found[2] as readonly DefaultFound[],
  references: found[3] as readonly ReferenceFound[],
  checks: found[4] as readonly CheckFound[],
})

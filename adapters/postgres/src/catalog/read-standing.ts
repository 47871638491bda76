import { ATTACHED } from './attached.ts'
import { CHECKS, defaults, type Printed, REFERENCES, rules, TRIGGERS } from './queries.ts'
import type {
  AttachedFound,
  CheckFound,
  DefaultFound,
  ReferenceFound,
  RuleFound,
  Snapshot,
  TestFound,
  TriggerFound,
} from './rows.ts'
import { TESTS } from './tests.ts'

/** What runs by itself when somebody writes, or reads. */
export type Standing = Pick<
  Snapshot,
  'triggers' | 'rules' | 'defaults' | 'references' | 'checks' | 'tests' | 'attached'
>

/**
 * The queries that ask for it; for defaults, of the relations `among` alone where it is given. `attached`: also for what
 * policies and indexes run.
 */
export const standing = (printed: Printed, among?: readonly number[], attached = true): readonly string[] => [
  TRIGGERS,
  rules(printed),
  defaults(printed, among),
  REFERENCES,
  CHECKS,
  TESTS,
  ...(attached ? [ATTACHED] : []),
]

/** The rows of these queries, in their order; `attached` where that was not asked for. */
export const standingOf = (
  found: readonly (readonly unknown[])[],
  attached: Standing['attached'] = [],
): Standing => ({
  triggers: found[0] as readonly TriggerFound[],
  rules: found[1] as readonly RuleFound[],
  defaults: found[2] as readonly DefaultFound[],
  references: found[3] as readonly ReferenceFound[],
  checks: found[4] as readonly CheckFound[],
  tests: found[5] as readonly TestFound[],
  attached: (found[6] as readonly AttachedFound[] | undefined) ?? attached,
})

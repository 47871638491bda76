import type { Facts } from '../../src/analysis/facts.ts'
import type { Column } from '../../src/catalog/catalog.ts'
import type { DatabaseFacts, SessionFacts } from '../../src/policy/decision.ts'
import { loadPolicy, type Policy } from '../../src/policy/policy.ts'
import type { Principal } from '../../src/policy/principal.ts'
import { formatProblem } from '../../src/policy/problem.ts'

/** The policy, or a failed test that says what is wrong with its text. */
export const policyOf = (rules: string): Policy => {
  const loaded = loadPolicy(`version: 1\nrules:\n${rules}`, 'policy.yaml')
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  return loaded.value
}

/** What is wrong with a text, as it is printed. */
export const problemsOf = (text: string): readonly string[] => {
  const loaded = loadPolicy(text, 'policy.yaml')
  return loaded.ok ? [] : loaded.problems.map(formatProblem)
}

export const facts = (change: Partial<Facts> = {}): Facts => ({
  verb: 'select',
  verbs: [change.verb ?? 'select'],
  effects: ['read'],
  tables: [{ schema: 'public', name: 'customers', access: ['read'], labels: ['pii.email'], known: true }],
  columns: [],
  functions: [],
  bounded: true,
  outputs: [],
  flows: [],
  uses: [],
  dynamic: false,
  parameterCount: 0,
  fingerprint: '00',
  canonical: 'select',
  ...change,
})

export const column = (name: string, ...labels: readonly string[]): Column => ({
  relation: { schema: 'public', name: 'customers', id: 1 },
  name,
  ordinal: 1,
  type: 'text',
  labels: labels.map((label) => ({ name: label, origin: 'detector', confidence: 1 })),
})

export const principal = (change: Partial<Principal> = {}): Principal => ({
  id: 'ana@example.com',
  kind: 'human',
  groups: ['analysts'],
  provider: 'staff',
  ...change,
})

export const database: DatabaseFacts = { name: 'shop', system: 'postgresql', environment: 'production' }

export const session: SessionFacts = {
  id: 's1',
  clientAddress: '10.0.0.7',
  applicationName: 'psql',
  tls: true,
}

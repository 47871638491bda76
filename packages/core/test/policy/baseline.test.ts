import { describe, expect, test } from '@jest/globals'
import type { Facts } from '../../src/analysis/facts.ts'
import { decide } from '../../src/policy/decide.ts'
import { columnMasks } from '../../src/policy/masks.ts'
import { baselineText } from '../../src/policy/packs/baseline.ts'
import { loadPolicy } from '../../src/policy/policy.ts'
import type { Principal } from '../../src/policy/principal.ts'
import { column, database, facts, principal, session } from './given.ts'

const loaded = loadPolicy(baselineText, 'baseline')
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
const policy = loaded.value

const who = {
  human: principal({ groups: [] }),
  workload: principal({ id: 'billing', kind: 'workload', groups: [] }),
  agent: principal({ id: 'bot', kind: 'agent', groups: [], onBehalfOf: principal({ groups: [] }) }),
  admin: principal({ id: 'root', groups: ['admins'] }),
  workloadInAdmins: principal({ id: 'job', kind: 'workload', groups: ['admins'] }),
  agentOfAdmin: principal({
    id: 'bot',
    kind: 'agent',
    groups: ['admins'],
    onBehalfOf: principal({ groups: ['admins'] }),
  }),
} satisfies Record<string, Principal>

const written = [{ schema: 'public', name: 'orders', access: ['write'], labels: [], known: true }] as const
const statements = {
  begin: { verb: 'begin', effects: [], tables: [] },
  set: { verb: 'set', effects: ['session'], tables: [] },
  show: { verb: 'show', effects: ['read'], tables: [] },
  select: {},
  'select of everything': { bounded: false },
  'insert one row': { verb: 'insert', effects: ['write'], tables: written },
  'update some': { verb: 'update', effects: ['read', 'write'], tables: written },
  'update all': { verb: 'update', effects: ['read', 'write'], tables: written, bounded: false },
  'lock of a migration tool': {
    verb: 'update',
    effects: ['read', 'write'],
    tables: [{ ...written[0], name: 'knex_migrations_lock' }],
    bounded: false,
  },
  'all by its lock': {
    verb: 'update',
    effects: ['read', 'write'],
    tables: [...written, { ...written[0], name: 'knex_migrations_lock' }],
    bounded: false,
  },
  'delete in a CTE': { verb: 'select', effects: ['read', 'write'], tables: written, bounded: false },
  'select nextval': { verb: 'select', effects: ['read', 'write'], tables: [] },
  'create table': { verb: 'create table', effects: ['ddl'], tables: [] },
  'create table as': {
    verb: 'create table',
    effects: ['ddl', 'read', 'write'],
    tables: written,
    bounded: false,
  },
  'drop table': { verb: 'drop table', effects: ['ddl'], bounded: false },
  truncate: { verb: 'truncate', effects: ['ddl', 'write'], tables: written, bounded: false },
  grant: { verb: 'grant', effects: ['dcl'], tables: [] },
  vacuum: { verb: 'vacuum', effects: ['admin'], tables: [] },
  'read a file': { effects: ['file', 'read'] },
  'run a program': { verb: 'copy', effects: ['program', 'read'] },
  'unknown function': { effects: ['read', 'unknown'] },
  'set role': { verb: 'set role', effects: ['session'], tables: [] },
  set_config: {
    effects: ['read', 'session'],
    functions: [{ schema: 'pg_catalog', name: 'set_config', effect: 'session' }],
  },
  opaque: { verb: 'opaque', effects: ['unknown'], tables: [], opaque: 'why', bounded: false },
} satisfies Record<string, Partial<Facts>>

type Who = keyof typeof who
const everyone = Object.keys(who) as Who[]
const people: Who[] = ['human', 'workload', 'admin', 'workloadInAdmins']

/** Who may, by statement; everybody else may not. */
const may: Record<keyof typeof statements, readonly Who[]> = {
  begin: everyone,
  set: everyone,
  show: everyone,
  select: everyone,
  'select of everything': everyone,
  'insert one row': people,
  'update some': people,
  'update all': [],
  'lock of a migration tool': people,
  'all by its lock': [],
  'delete in a CTE': [],
  'select nextval': people,
  'create table': ['admin'],
  'create table as': ['admin'],
  'drop table': ['admin'],
  truncate: ['admin'],
  grant: ['admin'],
  vacuum: ['admin'],
  'read a file': ['admin'],
  'run a program': ['admin'],
  'unknown function': ['admin'],
  'set role': ['admin'],
  set_config: people,
  opaque: [],
}

describe('who may what', () => {
  test.each(Object.keys(statements) as (keyof typeof statements)[])('%s', (name) => {
    const request = { facts: facts(statements[name]), database, session }
    const decisions = everyone.map((one) => ({ one, ...decide(policy, { ...request, principal: who[one] }) }))
    expect(decisions.filter((decision) => decision.kind === 'allow').map(({ one }) => one)).toEqual(may[name])
    expect(decisions.flatMap((decision) => decision.errors)).toEqual([])
  })
})

test.each([
  ['agent', 1000],
  ['human', 10_000],
  ['workload', 10_000],
  ['admin', undefined],
] as const)('rows for %s', (name, most) => {
  const decision = decide(policy, { facts: facts(), principal: who[name], database, session })
  expect(decision.kind === 'allow' && decision.obligations.rows?.most).toBe(most)
})

test.each([
  ['pii.email', 'email'],
  ['pii.name', 'redact'],
  ['pii.card', 'partial'],
  ['pii.phone', 'partial'],
  ['secret.api-key', 'redact'],
  ['internal.statement', 'redact'],
  ['product.name', undefined],
])('%s is masked by %s, except to the data protection officer', (label, kind) => {
  const labelled = column('c', label)
  expect(columnMasks(policy, who.human, database).forColumn(labelled)?.transform.kind).toBe(kind)
  expect(columnMasks(policy, who.admin, database).forColumn(labelled)?.transform.kind).toBe(kind)
  const officer = columnMasks(policy, principal({ groups: ['dpo'] }), database)
  expect(officer.any).toBe(false)
  expect(officer.forColumn(labelled)).toBeUndefined()
})

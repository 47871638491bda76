import type { Facts, TableFact } from '@sluice/core/analysis/facts'
import type { Column, RelationRef } from '@sluice/core/catalog/catalog'
import type { DecisionRequest } from '@sluice/core/policy/decide'
import type { Principal } from '@sluice/core/policy/principal'
import type { Chance } from '@sluice/testkit/chance'
import { condition } from './policy-conditions.ts'
import type { MadePolicy, MadeRule } from './policy-model.ts'
import { words } from './policy-words.ts'

/** As they stand in a policy, as JSON. */
const transforms = [
  '"redact"',
  '"null"',
  '"email"',
  '"hash"',
  '{"constant":"hidden"}',
  '{"constant":"other"}',
  '{"partial":{"first":1}}',
  '{"partial":{"last":4}}',
  '{"partial":{"first":2,"last":2}}',
  '{"fpe":{"alphabet":"digits"}}',
  '{"fpe":{"alphabet":"lower"}}',
  '{"date":"year"}',
  '{"date":"day"}',
  '{"number":10}',
  '{"number":15}',
  '{"number":30}',
  '{"json":{"$.a":"redact"}}',
  '{"json":{"$.b":"hash"}}',
] as const

const levels = ['off', 'balanced', 'strict'] as const
const uses = ['equality', 'join', 'null', 'pattern', 'range', 'order', 'failing'] as const
const entries = ['default', 'pii', 'pii.email', 'pii.card', 'secret', 'internal'] as const

const some = <Value>(chance: Chance, list: readonly Value[], percent: number): readonly Value[] =>
  list.filter(() => chance.often(percent))
const several = <Value>(chance: Chance, most: number, make: () => Value): readonly Value[] =>
  Array.from({ length: chance.below(most + 1) }, make)

/** A rule of an effect. */
export const madeRule = (chance: Chance, id: string, effect: MadeRule['effect']): MadeRule => {
  const place = effect === 'mask' ? 'principal' : 'statement'
  const needsWhen = effect === 'deny' || chance.often(effect === 'mask' ? 40 : 60)
  return {
    id,
    effect,
    observe: chance.often(12),
    ...(needsWhen ? { when: condition(chance, place) } : {}),
    ...(chance.often(25) ? { unless: condition(chance, place, 1) } : {}),
    ...(effect === 'mask' ? maskPart(chance) : {}),
    ...(effect === 'limit' ? limitPart(chance) : {}),
  }
}

const maskPart = (chance: Chance): Partial<MadeRule> => {
  const keys = some(chance, entries, 40)
  const named = keys.length === 0 ? ['default'] : keys
  return {
    columns: condition(chance, 'column'),
    with: Object.fromEntries(named.map((key) => [key, chance.pick(transforms)])),
    ...(chance.often(30) ? { inference: chance.pick(levels) } : {}),
    scan: chance.often(20),
  }
}

const limitPart = (chance: Chance): Partial<MadeRule> => {
  const which = chance.below(3)
  return {
    ...(which < 2 ? { rows: chance.between(1, 5) } : {}),
    ...(which > 0 ? { bytes: chance.between(1, 5) } : {}),
    perHour: chance.often(40),
  }
}

/** A policy, of which many allow something. */
export const madePolicy = (chance: Chance): MadePolicy => ({
  ...(chance.often(50) ? { inference: chance.pick(levels) } : {}),
  rules: [
    ...(chance.often(70) ? [{ id: 'all', effect: 'allow' } as const] : []),
    ...Array.from({ length: chance.between(1, 6) }, (_, index) =>
      madeRule(chance, `r${index}`, chance.pick(['allow', 'allow', 'deny', 'mask', 'mask', 'limit'])),
    ),
  ],
})

/** Its text. JSON is YAML. */
export const written = ({ inference, rules }: MadePolicy): string =>
  JSON.stringify({ version: 1, inference, rules: rules.map(writtenRule) })

const writtenRule = ({
  observe,
  when,
  unless,
  columns,
  with: by,
  scan,
  perHour,
  ...rule
}: MadeRule): object => ({
  ...rule,
  mode: observe === true ? 'observe' : undefined,
  when: when?.text,
  unless: unless?.text,
  columns: columns?.text,
  with:
    by &&
    Object.fromEntries(Object.entries(by).map(([key, transform]) => [key, JSON.parse(transform) as unknown])),
  scan: scan === true ? 'on' : undefined,
  per: perHour === true ? 'hour' : undefined,
})

const relation = (chance: Chance): RelationRef => ({
  schema: chance.pick(words.schemas),
  name: chance.pick(words.tables),
  id: 0,
})

const column = (chance: Chance): Column => ({
  relation: relation(chance),
  name: chance.pick(words.columns),
  ordinal: 1,
  type: chance.pick(words.types),
  labels: some(chance, words.labels, 30).map((name) => ({
    name,
    origin: 'detector',
    confidence: 1,
    ...(chance.often(10) ? { computed: true } : {}),
  })),
  ...(chance.often(20) ? { family: [relation(chance)] } : {}),
})

const table = (chance: Chance): TableFact => ({
  ...relation(chance),
  access: some(chance, words.access, 70),
  labels: some(chance, words.labels, 20),
  known: chance.often(90),
  ...(chance.often(20) ? { relatives: [relation(chance)] } : {}),
})

const principal = (chance: Chance, depth = 0): Principal => {
  const acts = depth < 3 && chance.often(depth === 0 ? 35 : 15)
  const isAgent = acts || chance.often(30)
  const model = chance.often(50) ? { model: chance.pick(words.models) } : {}
  return {
    id: chance.pick(words.ids),
    kind: isAgent ? 'agent' : chance.pick(['human', 'workload'] as const),
    groups: some(chance, words.groups, 30),
    provider: chance.pick(words.providers),
    ...(acts ? { onBehalfOf: principal(chance, depth + 1) } : {}),
    ...(isAgent && chance.often(60) ? { agent: { name: chance.pick(words.agents), ...model } } : {}),
  }
}

/** One that was not understood has no facts. */
const facts = (chance: Chance): Facts => {
  const nothing = {
    verb: '',
    verbs: [],
    effects: [],
    tables: [],
    columns: [],
    functions: [],
    bounded: false,
    outputs: [],
    flows: [],
    uses: [],
    dynamic: chance.often(10),
    parameterCount: chance.below(4),
    fingerprint: chance.pick(['00', '01']),
    canonical: '',
    ...(chance.often(8) ? { clientFile: true as const } : {}),
  }
  if (chance.often(8)) return { ...nothing, opaque: 'a loop' }
  const verb = chance.pick(words.verbs)
  const columns = several(chance, 3, () => column(chance))
  const used = chance.often(40) ? some(chance, columns, 40) : []
  const tables = several(chance, 2, () => table(chance))
  return {
    ...nothing,
    verb,
    verbs: [...new Set([verb, ...some(chance, words.verbs, 10)])],
    effects: chance.often(50) ? ['read'] : some(chance, words.effects, 20),
    tables: tables.filter(({ name }, index) => tables.findIndex((other) => other.name === name) === index),
    columns: columns.map((one) => ({ column: one, roles: some(chance, words.roles, 30) })),
    functions: some(chance, words.functions, 15).map((name) => ({
      schema: chance.pick(['pg_catalog', 'public']),
      name,
      effect: 'pure',
    })),
    ...(chance.often(10) ? { channels: ['news'] } : {}),
    bounded: chance.often(50),
    uses: used.map((one) => ({ column: chance.often(85) ? one : undefined, use: chance.pick(uses) })),
  }
}

/** A statement of somebody, on a database, in a session. */
export const madeRequest = (chance: Chance): DecisionRequest => ({
  facts: facts(chance),
  principal: principal(chance),
  database: {
    name: chance.pick(words.databases),
    system: chance.pick(words.systems),
    environment: chance.pick(words.environments),
  },
  session: {
    id: 's1',
    clientAddress: chance.pick(words.addresses),
    applicationName: chance.pick(words.applications),
    tls: chance.often(50),
  },
})

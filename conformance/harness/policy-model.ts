import type { Facts } from '@sluice/core/analysis/facts'
import type { Column } from '@sluice/core/catalog/catalog'
import type { DecisionRequest } from '@sluice/core/policy/decide'
import type { InferenceLevel } from '@sluice/core/policy/document'
import type { Principal } from '@sluice/core/policy/principal'
import type { Answer, Asked, Asking, MadeCondition } from './policy-conditions.ts'

/** A rule, as it is meant. `with`: by label, each transform as JSON. */
export type MadeRule = {
  readonly id: string
  readonly effect: 'allow' | 'deny' | 'mask' | 'limit'
  readonly observe?: boolean
  readonly when?: MadeCondition
  readonly unless?: MadeCondition
  readonly columns?: MadeCondition
  readonly with?: Readonly<Record<string, string>>
  readonly inference?: InferenceLevel
  readonly scan?: boolean
  readonly rows?: number
  readonly bytes?: number
  readonly perHour?: boolean
}

/** A policy, as it is meant. */
export type MadePolicy = { readonly inference?: InferenceLevel; readonly rules: readonly MadeRule[] }

/** What comes of a statement. Lists are sorted, without repeats; `rules` are those that are enforced. */
export type Said =
  | { readonly kind: 'deny'; readonly rules: readonly string[] }
  | {
      readonly kind: 'allow'
      readonly rules: readonly string[]
      readonly rows?: number
      readonly bytes?: number
      readonly hourly: readonly string[]
      readonly scan: boolean
    }

const units = ['rows', 'bytes'] as const
const levels: readonly InferenceLevel[] = ['off', 'balanced', 'strict']

const strictest = (asked: readonly InferenceLevel[]): InferenceLevel =>
  levels[Math.max(0, ...asked.map((level) => levels.indexOf(level)))] ?? 'off'

/** Without repeats. */
export const sorted = (list: readonly string[]): readonly string[] => [...new Set(list)].toSorted()

/** What `docs/policy.md` says of a statement: every rule is asked for everybody whose rights count. */
export const decidedByBook = (policy: MadePolicy, request: DecisionRequest): Said => {
  const everybody = behind(request.principal)
  const spoken = everybody.flatMap((who) =>
    policy.rules.flatMap((rule) => {
      const answer = rule.effect === 'mask' || rule.observe ? false : asked(rule, request, who)
      return answer === false ? [] : [{ rule, who, answer }]
    }),
  )
  const of = (effect: MadeRule['effect']) =>
    spoken.filter(({ rule, answer }) => answer === true && rule.effect === effect)
  const failed = spoken.filter(({ answer }) => answer === 'failed')
  const refusing = [...of('deny'), ...failed].map(({ rule }) => rule.id)
  if (refusing.length > 0) return { kind: 'deny', rules: sorted(refusing) }
  if (everybody.some((one) => !of('allow').some(({ who }) => who === one))) return { kind: 'deny', rules: [] }
  const told = guessed(policy, request)
  if (told !== undefined) return { kind: 'deny', rules: sorted(['sluice:inference', ...told]) }
  const masks = request.facts.columns.flatMap(({ column }) => masksOf(policy, request, column))
  const limits = of('limit')
  return {
    kind: 'allow',
    rules: sorted([...of('allow'), ...limits, ...masks].map(({ rule }) => rule.id)),
    ...lowest(limits.map(({ rule }) => rule).filter(({ perHour }) => perHour !== true)),
    hourly: sorted(
      limits
        .filter(({ rule }) => rule.perHour)
        .flatMap(({ rule, who }) =>
          units.flatMap((unit) => (rule[unit] === undefined ? [] : account(who, rule.id, unit, rule[unit]))),
        ),
    ),
    scan: enforcedMasks(policy, request).some(({ rule }) => rule.scan === true),
  }
}

/** An hourly account, in one line. */
export const account = (
  { provider, id }: { readonly provider: string; readonly id: string },
  rule: string,
  unit: string,
  most: number,
): string => `${provider} ${id} ${rule} ${unit} ${most}`

const lowest = (rules: readonly MadeRule[]): { readonly rows?: number; readonly bytes?: number } =>
  Object.fromEntries(
    units.flatMap((unit) => {
      const all = rules.flatMap((rule) => rule[unit] ?? [])
      return all.length === 0 ? [] : [[unit, Math.min(...all)]]
    }),
  )

/** Whoever acts, then whom it acts for, and so on. */
const behind = (principal: Principal): readonly Principal[] =>
  principal.onBehalfOf === undefined ? [principal] : [principal, ...behind(principal.onBehalfOf)]

/** What was not understood, and files of clients, only rules speak of that name them. */
const asked = (
  rule: MadeRule,
  { facts, database, session }: DecisionRequest,
  principal: Principal,
): Answer => {
  const isSilent =
    rule.effect === 'allow' &&
    ((facts.opaque !== undefined && !rule.when?.names.has('opaque')) ||
      (facts.clientFile === true && !rule.when?.names.has('clientFile')))
  return isSilent ? false : holds(rule, { principal, database, session, statement: seen(facts) })
}

const holds = (rule: MadeRule, of: Asked): Answer => {
  const when = rule.when?.means(of) ?? true
  if (when !== true) return when
  const unless = rule.unless?.means(of) ?? false
  return unless === 'failed' ? unless : !unless
}

/** The statement as conditions see it. */
const seen = (facts: Facts): Asking => ({
  ...facts,
  tables: tablesOf(facts),
  columns: facts.columns.flatMap(({ column, roles }) =>
    [column.relation, ...(column.family ?? [])].map((table, index) => ({
      schema: table.schema,
      table: table.name,
      name: column.name,
      roles,
      labels: column.labels.map(({ name }) => name),
      named: index === 0,
    })),
  ),
  channels: facts.channels ?? [],
  clientFile: facts.clientFile === true,
  opaque: facts.opaque ?? '',
})

/** What is done to a table is done to those that share rows with it. */
const tablesOf = ({ tables }: Facts): Asking['tables'] => {
  const touched = tables.flatMap((table) => [
    { ...table, named: true },
    ...(table.relatives ?? []).map(({ schema, name }) => ({ ...table, schema, name, named: false })),
  ])
  const same = Map.groupBy(touched, ({ schema, name }) => JSON.stringify([schema, name]))
  return [...same.values()].map((all) => ({
    schema: all[0]?.schema ?? '',
    name: all[0]?.name ?? '',
    access: ['read', 'write'].filter((one) => all.some(({ access }) => access.some((is) => is === one))),
    labels: [...new Set(all.flatMap(({ labels }) => labels))],
    known: all.every(({ known }) => known),
    named: all.some(({ named }) => named),
  }))
}

type Spoken = { readonly rule: MadeRule; readonly who: Principal }
type Who = Pick<DecisionRequest, 'principal' | 'database'>

/** One whose condition fails masks. */
const enforcedMasks = (policy: MadePolicy, { principal, database }: Who): readonly Spoken[] =>
  behind(principal).flatMap((who) =>
    policy.rules
      .filter((rule) => rule.effect === 'mask' && !rule.observe)
      .filter((rule) => holds(rule, { principal: who, database }) !== false)
      .map((rule) => ({ rule, who })),
  )

/** What every mask rule asks for a column, as JSON. Where `columns` fails it is `redact`. */
export const masksOf = (
  policy: MadePolicy,
  of: Who,
  column: Column,
): readonly { readonly rule: MadeRule; readonly transform: string }[] =>
  enforcedMasks(policy, of).flatMap(({ rule, who }) => {
    const labels = column.labels.map(({ name }) => name)
    const answers = [column.relation, ...(column.family ?? [])].map(({ schema, name: table }) =>
      rule.columns?.means({
        principal: who,
        database: of.database,
        column: { schema, table, name: column.name, type: column.type, labels },
      }),
    )
    const answer = answers.find((one) => one !== false)
    if (answer === undefined) return []
    if (answer === 'failed') return [{ rule, transform: '"redact"' }]
    return entriesFor(rule.with ?? {}, labels).map((transform) => ({ rule, transform }))
  })

/** Each label asks by its own name and then by those above it, and `default` speaks where nothing else does. */
const entriesFor = (by: Readonly<Record<string, string>>, labels: readonly string[]): readonly string[] => {
  const otherwise = by['default'] ?? '"redact"'
  const said = labels.map((label) => {
    const words = label.split('.')
    const names = words.map((_, index) => words.slice(0, words.length - index).join('.'))
    return { kind: words[0], transform: names.map((name) => by[name]).find((one) => one !== undefined) }
  })
  const kinds = new Set(said.filter(({ transform }) => transform !== undefined).map(({ kind }) => kind))
  if (kinds.size === 0) return [otherwise]
  return said.flatMap(({ kind, transform }) => transform ?? (kinds.has(kind) ? [otherwise] : []))
}

const mild: ReadonlySet<string> = new Set(['equality', 'join', 'null'])

/** The rules whose masked column the statement asks about more than may be; undefined where it does not. */
const guessed = (policy: MadePolicy, request: DecisionRequest): readonly string[] | undefined => {
  const levelOf = (rule: MadeRule): InferenceLevel => rule.inference ?? policy.inference ?? 'balanced'
  const ofAny = strictest(enforcedMasks(policy, request).map(({ rule }) => levelOf(rule)))
  for (const { column, use } of request.facts.uses) {
    const masks = column === undefined ? [] : masksOf(policy, request, column)
    const level = column === undefined ? ofAny : strictest(masks.map(({ rule }) => levelOf(rule)))
    const isPart = column?.labels.some(({ computed }) => computed === true) === true && use !== 'null'
    if (level === 'strict' || (level === 'balanced' && (isPart || !mild.has(use))))
      return masks.map(({ rule }) => rule.id)
  }
  return request.facts.opaque !== undefined && ofAny === 'strict' ? [] : undefined
}

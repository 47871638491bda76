import type { Analysis } from '@sluice/core/analysis/context'
import type { Effect, Facts } from '@sluice/core/analysis/facts'
import type { Allow, Decision } from '@sluice/core/policy/decision'
import type {
  StatementOpening,
  StatementResult,
  StatementShape,
  StatementWho,
} from '@sluice/core/record/statement'
import { withoutFound } from '@sluice/core/record/without-found'
import type { Reach } from '../ports/audit-sink.ts'
import type { Governance, SessionIdentity } from '../session/governance.ts'
import { follow } from './follow.ts'
import { makePermit, type Permit } from './permit.ts'

/** Bind values as the record keeps them: the types are one value for all executions of a prepared statement. */
export type BoundValues = Pick<StatementOpening, 'types' | 'hashes'>

/** No bind values. */
export const NO_VALUES: BoundValues = { types: [], hashes: [] }

/** A statement execution whose record is open. */
export type Execution = {
  readonly statement: number
  readonly position: number
  /** How far its record must come before anything of it leaves. */
  readonly reach: Reach
  readonly analysis: Analysis
  readonly decision: Decision
  /** Milliseconds of the clock that nobody sets: what durations are measured with. */
  readonly startedAt: number
}

/** An execution that policy allows. */
export type Allowed = Execution & { readonly decision: Allow }

/** Narrows an execution to one that policy allows. */
export const isAllowed = (execution: Execution): execution is Allowed => execution.decision.kind === 'allow'

let lastStatement = 0

/** Third stage: the record is opened. Nothing has been sent yet; `admit` says when it may. */
export function openRecord(
  governance: Governance,
  who: SessionIdentity,
  analysis: Analysis,
  decision: Decision,
  values: BoundValues,
  traceparent: string | undefined,
): Execution {
  const startedAt = performance.now()
  const reach =
    isPureRead(analysis) && decision.kind === 'allow' ? (governance.readsWaitFor ?? 'disk') : 'disk'
  lastStatement += 1
  const opening = {
    who: whoOf(governance, who),
    shape: shapeOf(analysis.facts, decision),
    types: values.types,
    hashes: values.hashes,
    statement: lastStatement,
    at: governance.now(),
    traceparent,
  }
  const position = governance.audit.open(opening, reach)
  return { statement: lastStatement, position, reach, analysis, decision, startedAt }
}

const whos = new WeakMap<SessionIdentity, StatementWho>()

/** One value for all statements of a session, so that the journal knows it again. */
function whoOf(governance: Governance, who: SessionIdentity): StatementWho {
  let made = whos.get(who)
  if (made === undefined) {
    made = { session: who.facts.id, principal: who.principal.id, database: governance.database.name }
    whos.set(who, made)
  }
  return made
}

const shapes = new WeakMap<Decision, { readonly facts: Facts; readonly shape: StatementShape }>()

/** One value for all executions that a remembered decision is about. */
function shapeOf(facts: Facts, decision: Decision): StatementShape {
  const known = shapes.get(decision)
  if (known?.facts === facts) return known.shape
  const blessed = facts.functions
    .filter((called) => called.blessed === true)
    .map(({ schema, name }) => qualified(schema, name))
  const writes = labelsWritten(facts)
  const shape: StatementShape = {
    canonical: facts.canonical,
    fingerprint: facts.fingerprint,
    verb: facts.verb,
    effects: facts.effects,
    tables: facts.tables.map(({ schema, name, access }) => ({
      name: withoutFound(qualified(schema, name)),
      access,
    })),
    ...(writes.length === 0 ? {} : { writes }),
    ...(facts.opaque === undefined ? {} : { opaque: withoutFound(facts.opaque) }),
    ...(blessed.length === 0 ? {} : { blessed }),
    decision: decision.kind,
    rules: decision.rules,
    ruleErrors: decision.errors,
    policyVersion: decision.policyVersion,
  }
  shapes.set(decision, { facts, shape })
  return shape
}

/** A view's column has those of what it is derived from, too. */
function labelsWritten({ written = [] }: Facts): readonly string[] {
  const columns = written.flatMap((column) => [column, ...(column.derivedFrom?.sources ?? [])])
  return [...new Set(columns.flatMap(({ labels }) => labels.map(({ name }) => name)))].sort()
}

const harmless: ReadonlySet<Effect> = new Set<Effect>(['read'])

/** True where running it changes nothing. */
export function isPureRead({ facts }: Analysis): boolean {
  return facts.effects.every((effect) => harmless.has(effect))
}

/**
 * Fourth stage. INVARIANT (record-before-effect): a pure read whose record was taken gets its permit at once, anything
 * else once its record is durable. INVARIANT (no-unproven-column): what it moves is kept before. Rejects with
 * `JournalUnavailable` or `FlowsUnwritable`.
 */
export function admit(
  governance: Governance,
  who: SessionIdentity,
  execution: Allowed,
): Permit | Promise<Permit> {
  const { position } = execution
  try {
    follow(governance, who, execution)
  } catch (error) {
    return Promise.reject(error)
  }
  if (isPureRead(execution.analysis) && Number.isFinite(position)) return makePermit(position)
  return governance.audit.durable(position).then(() => makePermit(position))
}

/**
 * What must be waited for before a byte of a result leaves, or a session begins; undefined where nothing must. INVARIANT
 * (record-before-effect). Rejects with `JournalUnavailable`.
 */
export function recorded(
  { audit }: Governance,
  { position, reach }: Pick<Execution, 'position' | 'reach'>,
): Promise<void> | undefined {
  if (reach === 'file') return audit.isWritten(position) ? undefined : audit.written(position)
  return audit.isDurable(position) ? undefined : audit.durable(position)
}

/** Last stage: the record is closed with what became of the statement. `result` is shared by those that ended alike. */
export function closeRecord(
  governance: Governance,
  who: SessionIdentity,
  execution: Execution,
  result: StatementResult,
  rows: number,
  bytes: number,
): void {
  const at = governance.now()
  // As the journal writes it: whole microseconds.
  const durationMs = Math.round((performance.now() - execution.startedAt) * 1000) / 1000
  const { statement } = execution
  governance.audit.close({ who: whoOf(governance, who), result, statement, at, rows, bytes, durationMs })
  const { verb } = execution.analysis.facts
  const decision = execution.decision.kind
  const { code } = result
  governance.metrics.statement(
    code === undefined ? { verb, decision, durationMs, rows } : { verb, decision, durationMs, rows, code },
  )
}

function qualified(schema: string, name: string): string {
  return schema === '' ? name : `${schema}.${name}`
}

import type { Analysis } from '@sluice/core/analysis/context'
import type { Effect } from '@sluice/core/analysis/facts'
import type { Allow, Decision } from '@sluice/core/policy/decision'
import type { StatementOpened } from '@sluice/core/record/record'
import type { Governance, SessionIdentity } from '../session/governance.ts'
import { makePermit, type Permit } from './permit.ts'

/** A bind value as the record keeps it. */
export type ParameterRecord = StatementOpened['parameters'][number]

/** A statement execution whose record is open. */
export type Execution = {
  readonly statement: number
  readonly position: number
  readonly analysis: Analysis
  readonly decision: Decision
  readonly startedAt: number
}

let lastStatement = 0

/** Third stage: the record is opened. Nothing has been sent yet; `admit` says when it may. */
export function openRecord(
  governance: Governance,
  who: SessionIdentity,
  analysis: Analysis,
  decision: Decision,
  parameters: readonly ParameterRecord[],
  traceparent: string | undefined,
): Execution {
  const { facts } = analysis
  const startedAt = governance.now()
  lastStatement += 1
  const position = governance.audit.append({
    type: 'statement.opened',
    session: who.facts.id,
    statement: lastStatement,
    at: startedAt,
    principal: who.principal.id,
    database: governance.database.name,
    canonical: facts.canonical,
    fingerprint: facts.fingerprint,
    verb: facts.verb,
    effects: facts.effects,
    tables: facts.tables.map(({ schema, name, access }) => ({ name: qualified(schema, name), access })),
    ...(facts.opaque === undefined ? {} : { opaque: facts.opaque }),
    decision: decision.kind,
    rules: decision.rules,
    ruleErrors: decision.errors,
    policyVersion: decision.policyVersion,
    parameters,
    ...(traceparent === undefined ? {} : { traceparent }),
  })
  return { statement: lastStatement, position, analysis, decision, startedAt }
}

const harmless: ReadonlySet<Effect> = new Set<Effect>(['read'])

/** True where running it changes nothing. */
export function isPureRead({ facts }: Analysis): boolean {
  return facts.effects.every((effect) => harmless.has(effect))
}

/**
 * Fourth stage. INVARIANT (record-before-effect): a pure read gets its permit at once, anything else once its
 * record is durable. Rejects with `JournalUnavailable`.
 */
export function admit(
  governance: Governance,
  execution: Execution & { readonly decision: Allow },
): Permit | Promise<Permit> {
  const { position } = execution
  if (isPureRead(execution.analysis) || governance.audit.isDurable(position)) return makePermit(position)
  return governance.audit.durable(position).then(() => makePermit(position))
}

/** What became of an execution. */
export type Outcome = {
  readonly outcome: 'completed' | 'failed' | 'refused' | 'skipped' | 'lost'
  readonly code?: string
  readonly rows: number
  readonly bytes: number
  readonly exposed: readonly string[]
  readonly masked: readonly { readonly name: string; readonly transform: string; readonly rule: string }[]
}

/** Last stage: the record is closed with what became of the statement. */
export function closeRecord(
  governance: Governance,
  who: SessionIdentity,
  execution: Execution,
  outcome: Outcome,
): void {
  const at = governance.now()
  const durationMs = at - execution.startedAt
  governance.audit.append({
    type: 'statement.closed',
    session: who.facts.id,
    statement: execution.statement,
    at,
    ...outcome,
    durationMs,
  })
  governance.metrics.statement({
    verb: execution.analysis.facts.verb,
    decision: execution.decision.kind,
    durationMs,
    rows: outcome.rows,
    ...(outcome.code === undefined ? {} : { code: outcome.code }),
  })
}

function qualified(schema: string, name: string): string {
  return schema === '' ? name : `${schema}.${name}`
}

import type { Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api'
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { PrincipalRecord, SessionOpened, StatementOpened } from '@sluice/core/record/record'
import * as a from '@sluice/telemetry/attributes'
import { admitAttributes } from '@sluice/telemetry/redaction'
import type { Assembled, Opening } from '../assemble.ts'
import { parseTraceparent, sessionSpanId, sessionTraceId, statementSpanId } from './ids.ts'

type Statement = Extract<Assembled, { kind: 'statement' }>
type Session = Extract<Assembled, { kind: 'session' }>
type Refused = Extract<Assembled, { kind: 'refused' }>

/** The span of a record: a session's, a statement's, or that of a connection that did not become a session. */
export const spanOf = (record: Assembled, resource: Resource): ReadableSpan => {
  switch (record.kind) {
    case 'statement':
      return statementSpan(record, resource)
    case 'session':
      return sessionSpan(record, resource)
    case 'refused':
      return refusedSpan(record, resource)
  }
}

const statementSpan = (record: Statement, resource: Resource): ReadableSpan => {
  const { opened, closed, session, endedAt } = record
  const { entry } = opened
  const ofSession = sessionContext(entry.session, session?.entry)
  const caller = parseTraceparent(entry.traceparent)
  const outcome = closed?.outcome ?? 'lost'
  const summary = summaryOf(entry)
  const parent: SpanContext =
    caller === undefined
      ? ofSession
      : { traceId: caller.traceId, spanId: caller.spanId, traceFlags: caller.flags, isRemote: true }
  return span(resource, {
    name: summary,
    kind: SpanKind.CLIENT,
    context: {
      ...ofSession,
      traceId: parent.traceId,
      spanId: statementSpanId(entry.session, entry.statement),
    },
    parent,
    // In a caller's trace the session is still one step away.
    links: caller === undefined ? [] : [{ context: ofSession }],
    startMs: entry.at,
    endMs: closed === undefined ? endedAt : Math.max(endedAt, entry.at + finite(closed.durationMs)),
    error: outcome === 'completed' ? undefined : (closed?.code ?? outcome),
    attributes: {
      ...sessionAttributes(entry.session, session?.entry),
      ...placeOf(opened),
      [a.USER_ID]: entry.principal,
      [a.DB_NAMESPACE]: entry.database,
      [a.DB_OPERATION_NAME]: entry.verb.toUpperCase(),
      [a.DB_COLLECTION_NAME]: entry.tables.length === 1 ? entry.tables[0]?.name : undefined,
      [a.DB_QUERY_TEXT]: entry.canonical,
      [a.DB_QUERY_SUMMARY]: summary,
      [a.SLUICE_STATEMENT_FINGERPRINT]: entry.fingerprint,
      [a.SLUICE_EFFECTS]: entry.effects,
      [a.SLUICE_OPAQUE]: entry.opaque,
      [a.SLUICE_DECISION]: entry.decision,
      [a.SLUICE_RULES]: entry.rules.map((rule) => rule.id),
      [a.SLUICE_RULES_FAILED]:
        entry.ruleErrors.length === 0 ? undefined : entry.ruleErrors.map((error) => error.rule),
      [a.SLUICE_POLICY_VERSION]: entry.policyVersion,
      [a.SLUICE_OUTCOME]: outcome,
      [a.DB_RESPONSE_STATUS_CODE]: closed?.code,
      [a.DB_RESPONSE_RETURNED_ROWS]: closed?.rows,
      [a.SLUICE_RESPONSE_BYTES]: closed?.bytes,
      [a.SLUICE_COLUMNS_EXPOSED]: closed?.exposed,
      [a.SLUICE_COLUMNS_MASKED]: closed?.masked.map((column) => column.name),
    },
  })
}

const sessionSpan = ({ opened, closed, endedAt }: Session, resource: Resource): ReadableSpan => {
  const { entry } = opened
  const caller = parseTraceparent(entry.traceparent)
  return span(resource, {
    name: `session ${entry.database}`.slice(0, MAX_SUMMARY),
    kind: SpanKind.SERVER,
    context: sessionContext(entry.session, entry),
    parent:
      caller === undefined
        ? undefined
        : { traceId: caller.traceId, spanId: caller.spanId, traceFlags: caller.flags, isRemote: true },
    links: [],
    startMs: entry.at,
    endMs: endedAt,
    error: closed === undefined ? 'lost' : undefined,
    attributes: {
      ...sessionAttributes(entry.session, entry),
      ...placeOf(opened),
      [a.USER_ID]: entry.principal.id,
      [a.USER_ROLES]: entry.principal.groups,
      [a.DB_NAMESPACE]: entry.database,
      [a.SLUICE_SESSION_TLS]: entry.tls,
      [a.SLUICE_SESSION_STATEMENTS]: closed?.statements,
    },
  })
}

// The login name and the database of a refused connection are whatever a stranger typed, a password at times: they
// stay in the journal (INVARIANT secrets-stay-out).
const refusedSpan = ({ opened }: Refused, resource: Resource): ReadableSpan => {
  const { entry } = opened
  return span(resource, {
    name: 'session refused',
    kind: SpanKind.SERVER,
    context: sessionContext(entry.session, undefined),
    parent: undefined,
    links: [],
    startMs: entry.at,
    endMs: entry.at,
    error: entry.code,
    attributes: {
      ...placeOf(opened),
      [a.SESSION_ID]: entry.session,
      [a.CLIENT_ADDRESS]: entry.clientAddress,
      [a.DB_SYSTEM_NAME]: systemOf(entry.protocol),
      [a.DB_RESPONSE_STATUS_CODE]: entry.code,
      [a.SLUICE_OUTCOME]: 'refused',
    },
  })
}

const placeOf = ({ position, hash }: Opening<never> | { position: number; hash: Uint8Array }) => ({
  [a.SLUICE_JOURNAL_POSITION]: position,
  [a.SLUICE_JOURNAL_HASH]: Buffer.from(hash).toString('hex'),
})

const sessionAttributes = (id: string, session: SessionOpened | undefined) => ({
  [a.SESSION_ID]: id,
  [a.DB_SYSTEM_NAME]: session === undefined ? undefined : systemOf(session.protocol),
  [a.CLIENT_ADDRESS]: session?.clientAddress,
  [a.SLUICE_PRINCIPAL_KIND]: session?.principal.kind,
  [a.SLUICE_PRINCIPAL_PROVIDER]: session?.principal.provider,
  [a.SLUICE_ON_BEHALF_OF]:
    session?.principal.onBehalfOf === undefined ? undefined : behalfOf(session.principal),
  [a.GEN_AI_AGENT_NAME]: session?.principal.agent?.name,
  [a.GEN_AI_REQUEST_MODEL]: session?.principal.agent?.model,
  [a.GEN_AI_CONVERSATION_ID]: session?.principal.agent?.runId,
})

const behalfOf = (principal: PrincipalRecord): string[] => {
  const ids: string[] = []
  for (let next = principal.onBehalfOf; next !== undefined && ids.length < 8; next = next.onBehalfOf)
    ids.push(next.id)
  return ids
}

const sessionContext = (session: string, opened: SessionOpened | undefined): SpanContext => ({
  traceId: parseTraceparent(opened?.traceparent)?.traceId ?? sessionTraceId(session),
  spanId: sessionSpanId(session),
  traceFlags: TraceFlags.SAMPLED,
})

const systems: Readonly<Record<string, string>> = {
  postgres: 'postgresql',
  sqlserver: 'microsoft.sql_server',
  mssql: 'microsoft.sql_server',
  tds: 'microsoft.sql_server',
}

const systemOf = (protocol: string): string =>
  Object.hasOwn(systems, protocol) ? (systems[protocol] as string) : protocol

const MAX_SUMMARY = 255

/** Semantic conventions, "Generating query summary": whole words, at most 255 characters. */
const summaryOf = ({ verb, tables }: StatementOpened): string => {
  let summary = verb.toUpperCase()
  for (const { name } of tables) {
    if (summary.length + 1 + name.length > MAX_SUMMARY) break
    summary += ` ${name}`
  }
  return summary
}

type SpanParts = {
  readonly name: string
  readonly kind: SpanKind
  readonly context: SpanContext
  readonly parent: SpanContext | undefined
  readonly links: Link[]
  readonly startMs: number
  readonly endMs: number
  /** What failed, for the status and `error.type`; undefined where nothing did. */
  readonly error: string | undefined
  readonly attributes: Parameters<typeof admitAttributes>[0]
}

const span = (resource: Resource, parts: SpanParts): ReadableSpan => {
  const endMs = Math.max(parts.startMs, parts.endMs)
  const attributes: Attributes = admitAttributes({ ...parts.attributes, [a.ERROR_TYPE]: parts.error })
  return {
    name: parts.name,
    kind: parts.kind,
    spanContext: () => parts.context,
    ...(parts.parent === undefined ? {} : { parentSpanContext: parts.parent }),
    startTime: hrTime(parts.startMs),
    endTime: hrTime(endMs),
    duration: hrTime(endMs - parts.startMs),
    status: { code: parts.error === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes,
    links: parts.links,
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: '@sluice/audit' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

const hrTime = (ms: number): HrTime => {
  const seconds = Math.floor(finite(ms) / 1_000)
  return [seconds, Math.round((finite(ms) - seconds * 1_000) * 1e6)]
}

const finite = (value: number): number => (Number.isFinite(value) ? Math.max(0, value) : 0)

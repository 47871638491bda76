import { Buffer } from 'node:buffer'
import type {
  PrincipalRecord,
  SessionOpened,
  StatementClosed,
  StatementOpened,
} from '@sluice/core/record/record'
import * as a from '@sluice/telemetry/attributes'
import type { Assembled, Opening } from '../assemble.ts'
import { parseTraceparent, sessionSpanId, sessionTraceId, statementSpanId } from './ids.ts'
import { encodeAttributes, type Span, type SpanAttributes, type SpanPlace, spanKinds } from './otlp.ts'

type Statement = Extract<Assembled, { kind: 'statement' }>
type Session = Extract<Assembled, { kind: 'session' }>
type Refused = Extract<Assembled, { kind: 'refused' }>

/** The span of a record: a session's, a statement's, or that of a connection that did not become a session. */
export const spanOf = (record: Assembled): Span => {
  switch (record.kind) {
    case 'statement':
      return statementSpan(record)
    case 'session':
      return sessionSpan(record)
    case 'refused':
      return refusedSpan(record)
  }
}

const statementSpan = (record: Statement): Span => {
  const { opened, closed, endedAt } = record
  const { entry } = opened
  const { name, place, attributes } = commonOf(record)
  const caller = entry.traceparent === undefined ? undefined : parseTraceparent(entry.traceparent)
  return {
    name,
    kind: spanKinds.client,
    place: {
      traceId: caller?.traceId ?? place.traceId,
      spanId: statementSpanId(entry.session, entry.statement),
      flags: place.flags,
    },
    parent: caller === undefined ? { ...place, remote: false } : { ...caller, remote: true },
    // In a caller's trace the session is still one step away.
    link: caller === undefined ? undefined : place,
    startMs: entry.at,
    endMs: closed === undefined ? endedAt : Math.max(endedAt, entry.at + finite(closed.durationMs)),
    failed: closed?.outcome !== 'completed',
    shared: [attributes, resultAttributes(record)],
    attributes: {
      [a.SLUICE_JOURNAL_POSITION]: opened.position,
      [a.SLUICE_JOURNAL_HASH]: hexOf(opened.hash),
      [a.DB_RESPONSE_RETURNED_ROWS]: closed?.rows,
      [a.SLUICE_RESPONSE_BYTES]: closed?.bytes,
    },
  }
}

/** What all executions of a statement in a session have in common. */
type Common = {
  readonly session: SessionOpened | undefined
  readonly name: string
  /** The session's. */
  readonly place: SpanPlace
  readonly attributes: Buffer
}

/** By the constants that the journal has of them; see `DecodedEntry`. */
const commons = new WeakMap<object, WeakMap<object, Common>>()

const commonOf = ({ opened, session }: Statement): Common => {
  const { entry, who, shape } = opened
  if (who === undefined || shape === undefined) return makeCommon(entry, session?.entry)
  const known = commons.get(who)?.get(shape)
  if (known !== undefined && known.session === session?.entry) return known
  const made = makeCommon(entry, session?.entry)
  const ofWho = commons.get(who) ?? new WeakMap<object, Common>()
  commons.set(who, ofWho.set(shape, made))
  return made
}

const makeCommon = (entry: StatementOpened, session: SessionOpened | undefined): Common => {
  const summary = summaryOf(entry)
  return {
    session,
    name: summary,
    place: sessionPlace(entry.session, session),
    attributes: encodeAttributes({
      ...sessionAttributes(entry.session, session),
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
    }),
  }
}

const results = new WeakMap<object, Buffer>()

/** What all executions that ended alike have in common. */
const resultAttributes = ({ closed, result }: Statement): Buffer => {
  if (closed === undefined) return LOST
  const known = result === undefined ? undefined : results.get(result)
  if (known !== undefined) return known
  const made = encodeAttributes(outcomeAttributes(closed))
  if (result !== undefined) results.set(result, made)
  return made
}

const outcomeAttributes = ({ outcome, code, exposed, masked }: StatementClosed): SpanAttributes => ({
  [a.SLUICE_OUTCOME]: outcome,
  [a.DB_RESPONSE_STATUS_CODE]: code,
  [a.SLUICE_COLUMNS_EXPOSED]: exposed,
  [a.SLUICE_COLUMNS_MASKED]: masked.map((column) => column.name),
  [a.ERROR_TYPE]: outcome === 'completed' ? undefined : (code ?? outcome),
})

const LOST = encodeAttributes({ [a.SLUICE_OUTCOME]: 'lost', [a.ERROR_TYPE]: 'lost' })

const sessionSpan = ({ opened, closed, endedAt }: Session): Span => {
  const { entry } = opened
  const caller = parseTraceparent(entry.traceparent)
  return {
    name: `session ${entry.database}`.slice(0, MAX_SUMMARY),
    kind: spanKinds.server,
    place: sessionPlace(entry.session, entry),
    parent: caller === undefined ? undefined : { ...caller, remote: true },
    link: undefined,
    startMs: entry.at,
    endMs: endedAt,
    failed: closed === undefined,
    shared: [],
    attributes: {
      ...sessionAttributes(entry.session, entry),
      ...placeOf(opened),
      [a.USER_ID]: entry.principal.id,
      [a.USER_ROLES]: entry.principal.groups,
      [a.DB_NAMESPACE]: entry.database,
      [a.SLUICE_SESSION_TLS]: entry.tls,
      [a.SLUICE_SESSION_STATEMENTS]: closed?.statements,
      [a.ERROR_TYPE]: closed === undefined ? 'lost' : undefined,
    },
  }
}

// The login name and the database of a refused connection are whatever a stranger typed, a password at times: they
// stay in the journal (INVARIANT secrets-stay-out).
const refusedSpan = ({ opened }: Refused): Span => {
  const { entry } = opened
  return {
    name: 'session refused',
    kind: spanKinds.server,
    place: sessionPlace(entry.session, undefined),
    parent: undefined,
    link: undefined,
    startMs: entry.at,
    endMs: entry.at,
    failed: true,
    shared: [],
    attributes: {
      ...placeOf(opened),
      [a.SESSION_ID]: entry.session,
      [a.CLIENT_ADDRESS]: entry.clientAddress,
      [a.DB_SYSTEM_NAME]: systemOf(entry.protocol),
      [a.DB_RESPONSE_STATUS_CODE]: entry.code,
      [a.SLUICE_OUTCOME]: 'refused',
      [a.ERROR_TYPE]: entry.code,
    },
  }
}

const placeOf = ({ position, hash }: Opening<never> | { position: number; hash: Uint8Array }) => ({
  [a.SLUICE_JOURNAL_POSITION]: position,
  [a.SLUICE_JOURNAL_HASH]: hexOf(hash),
})

let lastHash: { readonly bytes: Uint8Array; readonly hex: string } | undefined

/** Entries of one block have one hash. */
const hexOf = (bytes: Uint8Array): string => {
  if (lastHash?.bytes !== bytes) lastHash = { bytes, hex: Buffer.from(bytes).toString('hex') }
  return lastHash.hex
}

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

/** W3C Trace Context, "Trace Flags": sampled. */
const SAMPLED = 1

const sessionPlace = (session: string, opened: SessionOpened | undefined): SpanPlace => ({
  traceId: parseTraceparent(opened?.traceparent)?.traceId ?? sessionTraceId(session),
  spanId: sessionSpanId(session),
  flags: SAMPLED,
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

const finite = (value: number): number => (Number.isFinite(value) ? Math.max(0, value) : 0)

import { Buffer } from 'node:buffer'
import type {
  PrincipalRecord,
  SessionOpened,
  StatementClosed,
  StatementOpened,
} from '@sluice/core/record/record'
import { withoutFound } from '@sluice/core/record/without-found'
import * as a from '@sluice/telemetry/attributes'
import type { Assembled } from '../assemble.ts'
import { HASH_BYTES } from '../block.ts'
import { parseTraceparent, refusedSpanId, sessionSpanId, sessionTraceId, statementSpanId } from './ids.ts'
import {
  countAttribute,
  encodeAttributes,
  encodeHead,
  type Span,
  type SpanAttributes,
  type SpanPlace,
  spanKinds,
} from './otlp.ts'

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
  const common = commonOf(record)
  return {
    spanId: statementSpanId(entry.session, entry.statement),
    startMs: entry.at,
    endMs: closed === undefined ? endedAt : Math.max(endedAt, entry.at + finite(closed.durationMs)),
    failed: closed?.outcome !== 'completed',
    shared: [
      headOf(common, entry.traceparent),
      common.attributes,
      resultAttributes(record),
      hashAttribute(opened.hash),
    ],
    counts: [
      { attribute: POSITION, value: opened.position },
      { attribute: RETURNED_ROWS, value: closed && (responseBytes(entry, closed) > 0 ? closed.rows : 0) },
      { attribute: ROWS_AFFECTED, value: closed && affectedRows(entry, closed) },
      { attribute: RESPONSE_BYTES, value: closed && responseBytes(entry, closed) },
    ],
  }
}

const POSITION = countAttribute(a.SLUICE_JOURNAL_POSITION)
const RETURNED_ROWS = countAttribute(a.DB_RESPONSE_RETURNED_ROWS)
const ROWS_AFFECTED = countAttribute(a.SLUICE_ROWS_AFFECTED)
const RESPONSE_BYTES = countAttribute(a.SLUICE_RESPONSE_BYTES)
const STATEMENTS = countAttribute(a.SLUICE_SESSION_STATEMENTS)

/** The journal's rows were returned where there are bytes of them: a row is never empty on the wire. Else they were changed. */
const affectedRows = (opened: StatementOpened, closed: StatementClosed): number | undefined =>
  responseBytes(opened, closed) === 0 && (closed.rows > 0 || opened.effects.includes('write'))
    ? closed.rows
    : undefined

/** The bytes of some statements are those of a file that the client sent. */
const responseBytes = ({ verb }: StatementOpened, { bytes }: StatementClosed): number =>
  SENDING.has(verb) ? 0 : bytes

const SENDING: ReadonlySet<string> = new Set(['load data', 'load xml'])

/** A statement is a child of its session, unless its text has the caller's trace. */
const headOf = ({ name, place, head }: Common, traceparent: string | undefined): Buffer => {
  const caller = traceparent === undefined ? undefined : parseTraceparent(traceparent)
  if (caller === undefined) return head
  return encodeHead({
    name,
    kind: spanKinds.client,
    traceId: caller.traceId,
    flags: place.flags,
    parent: { ...caller, remote: true },
    // In a caller's trace the session is still one step away.
    link: place,
  })
}

/** What all executions of a statement in a session have in common. */
type Common = {
  readonly session: SessionOpened | undefined
  readonly name: string
  /** The session's. */
  readonly place: SpanPlace
  /** Where no caller's trace is. */
  readonly head: Buffer
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
  const place = sessionPlace(entry.session, session)
  return {
    session,
    name: summary,
    place,
    head: encodeHead({
      name: summary,
      kind: spanKinds.client,
      traceId: place.traceId,
      flags: place.flags,
      parent: { ...place, remote: false },
      link: undefined,
    }),
    attributes: encodeAttributes({
      ...sessionAttributes(entry.session, session),
      [a.USER_ID]: entry.principal,
      [a.DB_NAMESPACE]: entry.database,
      [a.DB_OPERATION_NAME]: entry.verb.toUpperCase(),
      [a.DB_COLLECTION_NAME]: entry.tables.length === 1 ? entry.tables[0]?.name : undefined,
      // The journal may be older than what keeps values that are written as names out of it.
      [a.DB_QUERY_TEXT]: withoutFound(entry.canonical),
      [a.DB_QUERY_SUMMARY]: summary,
      [a.SLUICE_STATEMENT_FINGERPRINT]: entry.fingerprint,
      [a.SLUICE_EFFECTS]: entry.effects,
      [a.SLUICE_WRITES_LABELS]: entry.writes,
      [a.SLUICE_OPAQUE]: entry.opaque,
      [a.SLUICE_FUNCTIONS_BLESSED]: entry.blessed,
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
  const place = sessionPlace(entry.session, entry)
  const head = encodeHead({
    name: `session ${entry.database}`.slice(0, MAX_SUMMARY),
    kind: spanKinds.server,
    traceId: place.traceId,
    flags: place.flags,
    parent: caller === undefined ? undefined : { ...caller, remote: true },
    link: undefined,
  })
  const attributes = encodeAttributes({
    ...sessionAttributes(entry.session, entry),
    [a.USER_ID]: entry.principal.id,
    [a.USER_ROLES]: entry.principal.groups,
    [a.DB_NAMESPACE]: entry.database,
    [a.SLUICE_SESSION_TLS]: entry.tls,
    [a.ERROR_TYPE]: closed === undefined ? 'lost' : undefined,
  })
  return {
    spanId: place.spanId,
    startMs: entry.at,
    endMs: endedAt,
    failed: closed === undefined,
    shared: [head, attributes, hashAttribute(opened.hash)],
    counts: [
      { attribute: POSITION, value: opened.position },
      { attribute: STATEMENTS, value: closed?.statements },
    ],
  }
}

// The login name and the database of a refused connection are whatever a stranger typed, a password at times: they
// stay in the journal (INVARIANT secrets-stay-out).
const refusedSpan = ({ opened }: Refused): Span => {
  const { entry } = opened
  const { traceId, flags } = sessionPlace(entry.session, undefined)
  const head = { name: 'session refused', kind: spanKinds.server, parent: undefined, link: undefined }
  const attributes = encodeAttributes({
    [a.SESSION_ID]: entry.session,
    [a.USER_ID]: entry.principal,
    [a.CLIENT_ADDRESS]: entry.clientAddress,
    [a.DB_SYSTEM_NAME]: systemOf(entry.system ?? entry.protocol),
    [a.DB_RESPONSE_STATUS_CODE]: entry.code,
    [a.SLUICE_OUTCOME]: 'refused',
    [a.ERROR_TYPE]: entry.code,
  })
  return {
    spanId: refusedSpanId(entry.session),
    startMs: entry.at,
    endMs: entry.at,
    failed: true,
    shared: [encodeHead({ ...head, traceId, flags }), attributes, hashAttribute(opened.hash)],
    counts: [{ attribute: POSITION, value: opened.position }],
  }
}

const NO_HASH = '0'.repeat(2 * HASH_BYTES)

/** The attribute but for the hash, in which it ends. */
const HASH_ATTRIBUTE = encodeAttributes({ [a.SLUICE_JOURNAL_HASH]: NO_HASH })

let lastHash: { readonly bytes: Uint8Array; readonly attribute: Buffer } | undefined

/** Entries of one block have one hash. */
const hashAttribute = (bytes: Uint8Array): Buffer => {
  if (lastHash?.bytes !== bytes) {
    const attribute = Buffer.from(HASH_ATTRIBUTE)
    attribute.write(Buffer.from(bytes).toString('hex'), attribute.length - NO_HASH.length, 'latin1')
    lastHash = { bytes, attribute }
  }
  return lastHash.attribute
}

const sessionAttributes = (id: string, session: SessionOpened | undefined) => ({
  [a.SESSION_ID]: id,
  [a.DB_SYSTEM_NAME]: session === undefined ? undefined : systemOf(session.system ?? session.protocol),
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

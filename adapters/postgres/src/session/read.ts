import { isDeepStrictEqual } from 'node:util'
import { mayRunOther } from '@sluice/core/analysis/code-since'
import type { Analysis } from '@sluice/core/analysis/context'
import { doubted } from '@sluice/core/analysis/doubted'
import { mayFireOther } from '@sluice/core/analysis/stamps'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { onceReady } from '@sluice/gateway/pipeline/once-ready'
import {
  type ReadingContext,
  type Understood,
  understand,
  understandRead,
} from '@sluice/gateway/pipeline/understand'
import { ProtocolViolation } from '@sluice/wire/violation'
import { namingOf, readingOf } from '../startup/client-encoding.ts'
import { type Answer, allAnswered, askServer, canAsk } from './ask.ts'
import { HIDDEN, isHidden } from './hidden.ts'
import type { Session } from './session.ts'
import { askPrepared } from './still-prepared.ts'

/** Reads a text in the session's context as the server has it. Rejects when no catalog can be had. */
export function readText(
  session: Session,
  text: string,
): readonly Understood[] | Promise<readonly Understood[]> {
  if (mustAsk(session)) return readAsking(session, text)
  const understood = understand(session.governance, text, contextOf(session))
  if (!(understood instanceof Promise)) return certain(session, understood)
  // The catalog that it waited for may have other schemas.
  return understood.then((all) => (mustAsk(session) ? readAsking(session, text) : certain(session, all)))
}

async function readAsking(session: Session, text: string): Promise<readonly Understood[]> {
  const { encoding } = session
  const asks = !(await namesNothing(session, text))
  // It may have been asked in front of a transaction by then.
  if (asks && mustAsk(session)) await refreshContext(session)
  // It came before the database could say that it reads texts otherwise by now.
  if (session.encoding !== encoding && /[\u0080-\uffff]/.test(text)) {
    const message = 'client_encoding changed in front of a text beyond ASCII; wait for its answer first'
    throw new ProtocolViolation('client', 'encoding', message)
  }
  const understood = await understand(session.governance, text, contextOf(session))
  return asks && mustAsk(session) ? readAsking(session, text) : certain(session, understood)
}

/** INVARIANT (no-unproven-column): where it is not certain what EXECUTE runs, the statement is not understood. */
function certain(
  session: Session,
  understood: readonly Understood[],
): readonly Understood[] | Promise<readonly Understood[]> {
  if (!understood.some(mayRunPrepared)) return understood
  const hidden = understood.filter(({ read, analysis }) => runsHidden(session, read, analysis))
  if (hidden.length === 0) return understood
  return Promise.all(
    understood.map(async (one) =>
      hidden.includes(one) ? { read: one.read, analysis: await readHidden(session, one.read) } : one,
    ),
  )
}

function runsHidden(session: Session, read: ReadStatement, analysis: Analysis): boolean {
  const { statement } = read
  const run = statement.kind === 'explain' ? statement.statement : statement
  const prepared = run.kind === 'execute' ? session.names.statement(run.name) : undefined
  return prepared !== undefined && isHidden(session, prepared, analysis)
}

function mayRunPrepared({ read: { statement } }: Understood): boolean {
  return statement.kind === 'execute' || statement.kind === 'explain'
}

/** A statement of which it is not certain what it does. */
export function readHidden(session: Session, read: ReadStatement): Analysis | Promise<Analysis> {
  return understandRead(session.governance, { ...read, statement: HIDDEN }, contextOf(session))
}

const NAMELESS: ReadonlySet<string> = new Set([
  'transaction',
  'set',
  'show',
  'discard',
  'empty',
  'deallocate',
])

/**
 * Transaction control, SET and their like mean the same under every search path, and the question would be a query
 * before `SET TRANSACTION ISOLATION LEVEL` or `SET TRANSACTION SNAPSHOT '…'`, which must come first. A text with a
 * backslash may read otherwise once `standard_conforming_strings` is known.
 */
async function namesNothing(session: Session, text: string): Promise<boolean> {
  if (text.length > MAX_NAMELESS_LENGTH || text.includes('\\')) return false
  const reading = await session.governance.dialect.read(text, session.modes)
  if (reading.some(begins) && (await mustAskAhead(session, text))) return false
  return reading.every(({ statement }) => NAMELESS.has(statement.kind))
}

const MAX_NAMELESS_LENGTH = 1000

function begins({ statement }: ReadStatement): boolean {
  return statement.kind === 'transaction' && statement.op === 'begin'
}

/** Transactions of these levels see all the while what their first query saw. */
const keepsSnapshot = /repeatable\s+read|serializable/i

/**
 * In front of such a transaction the question takes no snapshot of it: a LOCK TABLE that comes first is to be waited for
 * before anything is looked at (PostgreSQL documentation, SQL Commands: LOCK). In front of others it is not asked, but for which
 * they are; see `QUESTION_AHEAD`.
 */
async function mustAskAhead(session: Session, text: string): Promise<boolean> {
  if (session.transaction !== 'I' || session.sinceSync > 0) return false
  if (/isolation/i.test(text)) return keepsSnapshot.test(text)
  if (session.isolation === undefined) await learnAhead(session)
  return mustAsk(session) && keepsSnapshot.test(session.isolation ?? '')
}

/** By which transactions may be of another level than before. */
const setIsolation: ReadonlySet<string> = new Set([
  'default_transaction_isolation',
  'session characteristics',
  'all',
])

/** Forgets of which level transactions are where a statement may change that. */
export function noteIsolation(session: Session, { statement }: ReadStatement): void {
  if (statement.kind === 'discard' || (statement.kind === 'set' && setIsolation.has(statement.name)))
    session.isolation = undefined
}

/** The same for a statement that was prepared before: its meaning follows today's settings and tables. */
export function readAgain(session: Session, read: ReadStatement): Analysis | Promise<Analysis> {
  if (mustAskFor(session, read)) return refreshContext(session).then(() => readAgain(session, read))
  const analysis = readCertain(session, read)
  if (!(analysis instanceof Promise)) return analysis
  return analysis.then((now) => (mustAskFor(session, read) ? readAgain(session, read) : now))
}

/** True where a statement that was read before is to wait until the server has said what holds today. */
export function mustAskFor(session: Session, read: ReadStatement | undefined): boolean {
  return mustAsk(session) && !(read !== undefined && NAMELESS.has(read.statement.kind))
}

function readCertain(session: Session, read: ReadStatement): Analysis | Promise<Analysis> {
  const analysis = understandRead(session.governance, read, contextOf(session))
  return onceReady(analysis, (now) => (runsHidden(session, read, now) ? readHidden(session, read) : now))
}

function contextOf(session: Session): ReadingContext {
  return {
    modes: session.modes,
    names: session.context,
    session: session.names,
    catalogDirty: session.catalogDirty,
    codeSince: session.codeSince,
    tablesSince: session.tablesSince,
  }
}

/** What was bound before, in doubt where the session itself has changed the code since that it runs. */
export function doubtedSince(
  session: Session,
  read: ReadStatement | undefined,
  analysis: Analysis,
  catalog: Catalog,
): Analysis {
  const { catalogDirty, codeSince, context } = session
  if (!catalogDirty) return analysis
  const { statement } = read ?? {}
  return mayRunOther(statement, analysis, codeSince, catalog, context) || mayFireOther(statement, codeSince)
    ? doubted(analysis, true, codeSince?.does)
    : analysis
}

function mustAsk(session: Session): boolean {
  return isStale(session) && canAsk(session)
}

/** The session has done something that may change how names are looked up, or others have. */
function isStale({ contextStale, contextUnder, governance }: Session): boolean {
  return contextStale || governance.catalog.last()?.schemas !== contextUnder
}

/**
 * Amid a transaction PostgreSQL hears of what others did to schemas and rights when it locks something, as the statement
 * that is read will (backend/storage/lmgr/lmgr.c, `LockDatabaseObject`). Nobody else locks this schema.
 */
const UP_TO_DATE = "(pg_catalog.pg_get_object_address('schema', '{pg_catalog}', '{}')).objid IS NOT NULL"

/** Names of schemas come in UTF-8, whatever the session's encoding is. */
const PATH =
  `CASE WHEN ${UP_TO_DATE} THEN pg_catalog.encode(pg_catalog.convert_to(` +
  "pg_catalog.array_to_json(pg_catalog.current_schemas(true))::pg_catalog.text, 'UTF8'), 'hex') END"

/**
 * Where `pg_temp` leads the search path, looking that up makes the schema, and a transaction that did so itself may not be
 * prepared: in front of one it is left for later.
 */
const PATH_AHEAD =
  "CASE WHEN pg_catalog.strpos(pg_catalog.lower(pg_catalog.current_setting('search_path')), 'pg_temp') " +
  `OPERATOR(pg_catalog.=) 0 THEN ${PATH} END`

const questionOf = (path: string): string =>
  `SELECT ${path}, ` +
  "pg_catalog.current_setting('standard_conforming_strings'), pg_catalog.current_setting('client_encoding'), " +
  "pg_catalog.current_setting('server_encoding'), pg_catalog.current_setting('extra_float_digits'), " +
  "pg_catalog.current_setting('default_transaction_isolation')"

const QUESTION = questionOf(PATH)
const QUESTION_AHEAD = questionOf(PATH_AHEAD)

/**
 * Asks the server how names are looked up, rather than following every SET and ROLLBACK ourselves. Done right before
 * a statement is read, so that the snapshot it takes is one the statement would have taken anyway. Throws
 * ProtocolViolation (reason `encoding`) where the session's texts cannot be read safely any more.
 */
export async function refreshContext(session: Session): Promise<void> {
  await allAnswered(session)
  // An error may have come meanwhile.
  if (canAsk(session)) await ask(session, QUESTION, true)
}

/** The same in front of a transaction, as far as it makes nothing. */
async function learnAhead(session: Session): Promise<void> {
  await allAnswered(session)
  if (session.transaction === 'I' && canAsk(session)) await ask(session, QUESTION_AHEAD, false)
}

async function ask(session: Session, question: string, wholly: boolean): Promise<void> {
  const schemas = session.governance.catalog.last()?.schemas
  const { changesSent } = session
  await askServer(session, question, (answer) => {
    if (!learn(session, answer, wholly)) return
    session.contextUnder = schemas
    // Who asked may have been cancelled meanwhile, and more be on its way.
    session.contextStale = session.changesSent !== changesSent
  })
  if (session.names.areVoided && !session.contextStale) await askPrepared(session)
}

/** False: it did not say how names are looked up, and need not have. */
function learn(session: Session, answer: Answer, wholly: boolean): boolean {
  const [path, conforming, client, server, digits, isolation] = answer?.[0] ?? []
  if (
    (typeof path !== 'string' && wholly) ||
    typeof conforming !== 'string' ||
    typeof client !== 'string' ||
    typeof server !== 'string' ||
    typeof digits !== 'string'
  ) {
    throw new Error('the database did not say how names are looked up')
  }
  session.encoding = readingOf(client)
  session.serverEncoding = server
  session.floats = Number(digits) >= 1 ? 'exact' : 'rounded'
  session.modes = {
    ...session.modes,
    standardConformingStrings: conforming === 'on',
    naming: namingOf(server, client),
  }
  if (session.transaction === 'I') session.isolation = isolation ?? undefined
  if (typeof path !== 'string') return false
  const searchPath = (JSON.parse(Buffer.from(path, 'hex').toString()) as unknown[]).map(String)
  // What was described under the same is known by the very value; see `isDescribed`.
  if (!isDeepStrictEqual(session.context.searchPath, searchPath))
    session.context = { database: session.context.database, searchPath }
  return true
}

import { withCaptures } from '@sluice/core/analysis/captured'
import { obscures } from '@sluice/core/analysis/changes'
import { type CodeSince, codeAfter, mayRunOther } from '@sluice/core/analysis/code-since'
import type { Analysis, ContextChange, NameContext, SessionNames } from '@sluice/core/analysis/context'
import { doubted, unproven, withUnknown } from '@sluice/core/analysis/doubted'
import type { TableFact } from '@sluice/core/analysis/facts'
import { withKeysSince } from '@sluice/core/analysis/keys-since'
import { namesAfter } from '@sluice/core/analysis/names-after'
import { withStamps } from '@sluice/core/analysis/stamps'
import { withTablesBehind } from '@sluice/core/analysis/tables-behind'
import { isChanged, type TablesSince, tablesAfter, withTablesSince } from '@sluice/core/analysis/tables-since'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { Statement } from '@sluice/core/statement/command'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import type { LexerModes } from '../ports/dialect.ts'
import type { Governance } from '../session/governance.ts'
import { ofFreshTable } from './fresh.ts'

/** What the session brings to the reading of its next text. */
export type ReadingContext = {
  readonly modes: LexerModes
  readonly names: NameContext
  readonly session: SessionNames
  /** True while the session has changed tables in a transaction that others cannot see yet. */
  readonly catalogDirty: boolean
  /** What code it has changed there. Absent: none. */
  readonly codeSince?: CodeSince | undefined
  /** How it has changed tables there. Absent: none. */
  readonly tablesSince?: TablesSince | undefined
}

/** One statement of a text: as it was read, and what it means here and now. */
export type Understood = { readonly read: ReadStatement; readonly analysis: Analysis }

/**
 * First stage: text → one analysis per statement, in order. Synchronous on a cache hit with a settled catalog.
 * Rejects only when no catalog can be had (`CatalogSource.settled`).
 */
export function understand(
  governance: Governance,
  text: string,
  context: ReadingContext,
): readonly Understood[] | Promise<readonly Understood[]> {
  const reading = governance.dialect.read(text, context.modes)
  if (!(reading instanceof Promise)) {
    const catalog = catalogFor(governance, reading)
    if (catalog !== undefined) return analyseAll(governance, reading, catalog, context)
  }
  return understandLater(governance, reading, context)
}

/** Statements that name nothing a catalog has and return nothing: they need not wait for a new one. */
const NAME_NOTHING: ReadonlySet<string> = new Set(['transaction', 'set', 'discard', 'deallocate', 'empty'])

function catalogFor({ catalog }: Governance, reading: Reading): Catalog | undefined {
  const nothing = reading.every(({ statement }) => NAME_NOTHING.has(statement.kind))
  return catalog.current() ?? (nothing ? catalog.last() : undefined)
}

async function understandLater(
  governance: Governance,
  reading: Reading | Promise<Reading>,
  context: ReadingContext,
): Promise<readonly Understood[]> {
  const read = await reading
  return analyseAll(
    governance,
    read,
    catalogFor(governance, read) ?? (await governance.catalog.settled()),
    context,
  )
}

/** The same for one statement that was read before: for what was prepared, under today's catalog and settings. */
export function understandRead(
  governance: Governance,
  read: ReadStatement,
  context: ReadingContext,
): Analysis | Promise<Analysis> {
  const catalog = catalogFor(governance, [read])
  if (catalog !== undefined) return analyseOne(governance, read, catalog, context)
  return governance.catalog.settled().then((settled) => analyseOne(governance, read, settled, context))
}

function analyseAll(
  governance: Governance,
  reading: Reading,
  catalog: Catalog,
  context: ReadingContext,
): readonly Understood[] | Promise<readonly Understood[]> {
  const first = reading[0]
  if (reading.length === 1 && first !== undefined) {
    return [{ read: first, analysis: analyseOne(governance, first, catalog, context) }]
  }
  const text: Text = { governance, reading, catalog, understood: [], following: context, obscured: false }
  return analyseTurn(text) ? text.understood : analyseInTurns(text)
}

/** How far the statements of one text are understood. */
type Text = {
  readonly governance: Governance
  readonly reading: Reading
  readonly catalog: Catalog
  readonly understood: Understood[]
  following: ReadingContext
  obscured: boolean
}

/** How long statements of one text are understood in one turn, at which all other sessions wait. The first ends it. */
const TURN_MS = 20

/** Understands statements until its turn is over; true where it has all. */
function analyseTurn(text: Text): boolean {
  const { governance, reading, catalog, understood } = text
  const end = performance.now() + TURN_MS
  for (const read of reading.slice(understood.length)) {
    const analysis = analyseOne(governance, read, catalog, text.following)
    understood.push({ read, analysis: text.obscured ? opaque(analysis, catalog) : analysis })
    text.following = after(text.following, analysis.changes)
    text.obscured ||= analysis.changes.some(obscures)
    if (performance.now() > end) break
  }
  return understood.length === reading.length
}

async function analyseInTurns(text: Text): Promise<readonly Understood[]> {
  do await new Promise((resolve) => setImmediate(resolve))
  while (!analyseTurn(text))
  return text.understood
}

/**
 * Analyses that do not hang on names of the session are kept with the reading they belong to. The catalog is not: a
 * text that is never sent again would keep the catalog of its day, and under DDL every text has another.
 */
const kept = new WeakMap<
  ReadStatement,
  { analysis: Analysis; catalog: WeakRef<Catalog>; names: NameContext }
>()

function analyseOne(
  governance: Governance,
  read: ReadStatement,
  catalog: Catalog,
  context: ReadingContext,
): Analysis {
  const hit = kept.get(read)
  if (hit?.catalog.deref() === catalog && samePath(hit.names, context.names))
    return provenHere(governance, read, hit.analysis, catalog, context)
  const analysis = withWay(read, governance.analyse(read, catalog, context.names, context.session))
  if (!dependsOnSession(read))
    kept.set(read, { analysis, catalog: new WeakRef(catalog), names: context.names })
  return provenHere(governance, read, analysis, catalog, context)
}

function provenHere(
  governance: Governance,
  read: ReadStatement,
  found: Analysis,
  catalog: Catalog,
  context: ReadingContext,
): Analysis {
  if (!context.catalogDirty) return found
  return ofFreshTable(governance, read, found, catalog, context) ?? proven(read, found, catalog, context)
}

/** How its rows travel. */
function withWay({ statement }: ReadStatement, analysis: Analysis): Analysis {
  if (statement.kind === 'fetch' && !statement.move) return { ...analysis, fetches: statement.cursor }
  if (statement.kind !== 'copy') return analysis
  const { direction, format, options } = statement
  return { ...analysis, copy: { direction, format, options } }
}

function dependsOnSession(read: ReadStatement): boolean {
  const statement = read.statement.kind === 'explain' ? read.statement.statement : read.statement
  return statement.kind === 'execute' || statement.kind === 'fetch' || statement.kind === 'prepare'
}

function samePath(a: NameContext, b: NameContext): boolean {
  if (a === b) return true
  return (
    a.database === b.database &&
    a.searchPath.length === b.searchPath.length &&
    a.searchPath.every((schema, i) => schema === b.searchPath[i])
  )
}

/**
 * INVARIANT (no-unproven-column): lineage read from a catalog that the session has changed itself proves nothing.
 * INVARIANT (deny-by-default): nor what code does that it may have changed.
 */
function proven(
  { statement }: ReadStatement,
  found: Analysis,
  catalog: Catalog,
  { codeSince, tablesSince, names }: ReadingContext,
): Analysis {
  const stamped = withStamps(statement, found, codeSince, catalog, names)
  const analysis = withTablesBehind(stamped, tablesSince, names, catalog)
  const keyed = withKeysSince(statement, withTablesSince(analysis, tablesSince, catalog), tablesSince)
  const whole = withCaptures(keyed, tablesSince, catalog)
  if (!mayRunOther(statement, analysis, codeSince, catalog, names)) {
    if (isOfItsOwn(statement, analysis)) return whole
    if (whole === analysis && readsSystemAlone(statement, analysis, tablesSince, catalog)) return analysis
    if (whole === analysis && isFollowedBlock(statement, analysis, tablesSince, catalog)) return analysis
    const bare = unproven(whole)
    const isSure =
      whole === analysis && codeSince === undefined && isMadeOfSame(statement, analysis, tablesSince, catalog)
    return isSure ? { ...bare, facts: { ...bare.facts, flows: analysis.facts.flows } } : bare
  }
  return doubted(whole, statement.kind !== 'prepare', codeSince?.does)
}

/**
 * True for a table that is made without rows and lists all of its columns: its checks are about those, and what it runs is the
 * system's own.
 */
function isOfItsOwn(statement: Statement, { own }: Analysis): boolean {
  if (statement.kind !== 'ddl' || statement.verb !== 'create' || statement.object !== 'table') return false
  return statement.columns !== undefined && statement.query === undefined && own === undefined
}

const READING: ReadonlySet<string> = new Set(['select', 'set-operation', 'values', 'show'])

/** True for a query that runs no code and reads nothing, or the system's own catalogs, which no definition changes. */
function readsSystemAlone(
  { kind }: Statement,
  { own, facts }: Analysis,
  since: TablesSince | undefined,
  catalog: Catalog,
): boolean {
  if (!READING.has(kind) || own !== undefined || since === undefined) return false
  return facts.tables.every((table) => !table.access.includes('write') && isSystem(table, since, catalog))
}

/**
 * True where a materialized view gets what the catalog says that it does: it runs no code, and reads tables alone that have
 * not changed. What views show may change with any table.
 */
function isMadeOfSame(
  statement: Statement,
  { own, facts }: Analysis,
  since: TablesSince | undefined,
  catalog: Catalog,
): boolean {
  if (statement.kind !== 'ddl' || statement.verb !== 'create' || statement.object !== 'materialized view')
    return false
  if (own !== undefined || since === undefined) return false
  return facts.tables.every((table) => isSame(table, since, catalog))
}

/** True for a block of which it is known where its values are from: it runs no other code, and all that it reads is the same. */
function isFollowedBlock(
  { kind }: Statement,
  { own, facts }: Analysis,
  since: TablesSince | undefined,
  catalog: Catalog,
): boolean {
  if (kind !== 'do' || own !== undefined || since === undefined) return false
  if (facts.flows.some(({ unknown }) => unknown)) return false
  return facts.tables.every(
    (table) => isSystem(table, since, catalog) || isSame(table, since, catalog) || table.keys === true,
  )
}

/** Whether no value of the table is read, or it is one that has not changed: what views show may change with any. */
function isSame(
  { access, schema, name, relatives = [] }: TableFact,
  since: TablesSince,
  catalog: Catalog,
): boolean {
  return (
    !access.includes('read') ||
    (catalog.relation(schema, name)?.type === 'table' &&
      ![{ name }, ...relatives].some((table) => isChanged(since, table.name)))
  )
}

function isSystem({ schema, name }: TableFact, since: TablesSince, catalog: Catalog): boolean {
  return !isChanged(since, name) && catalog.relation(schema, name)?.system === true
}

/** INVARIANT (deny-by-default): what follows, in the same text, a statement that may have changed the meaning of names. */
function opaque(analysis: Analysis, catalog: Catalog): Analysis {
  if (isSureAnywhere(analysis, catalog)) return analysis
  const reason = 'follows a statement in the same text that may change what names mean; send it by itself'
  const bare = unproven(analysis)
  const { facts } = bare
  const effects = withUnknown(facts.effects)
  return { ...bare, facts: { ...facts, effects, opaque: facts.opaque ?? reason } }
}

/**
 * True where it means the same whatever names lead to: it has none, or is a call like `pg_advisory_unlock_all()`, which acts
 * on the session alone and whose name nobody gave to anything else.
 */
function isSureAnywhere({ facts }: Analysis, catalog: Catalog): boolean {
  if (facts.tables.length > 0) return false
  return facts.functions.every(
    ({ name, effect }) => effect === 'session' && catalog.hasRoutine?.(name) === false,
  )
}

function after(context: ReadingContext, changes: readonly ContextChange[]): ReadingContext {
  if (changes.length === 0) return context
  const catalogDirty = context.catalogDirty || changes.some(({ kind }) => kind === 'catalog')
  const codeSince = changes.reduce(codeAfter, context.codeSince)
  const tablesSince = changes.reduce(tablesAfter, context.tablesSince)
  const session = changes.reduce(namesAfter, context.session)
  return { ...context, catalogDirty, codeSince, tablesSince, session }
}

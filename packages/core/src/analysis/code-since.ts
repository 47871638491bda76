import type { Catalog, CodeMoves } from '../catalog/catalog.ts'
import { joinedCode } from '../flow/code-moves.ts'
import type { Ddl, Statement } from '../statement/command.ts'
import type { CodeChange } from './code-change.ts'
import type { Analysis, ContextChange, NameContext } from './context.ts'

/** How code has changed since a catalog was read, in a transaction that others cannot see. */
export type CodeSince = {
  readonly other: CodeChange['other']
  readonly changed: ReadonlySet<string>
  readonly runs: ReadonlySet<string>
  /** What functions read and move that were made. */
  readonly does: readonly CodeMoves[]
  /** Functions of triggers that were made and read and tell nothing of any row. Absent: others may have come, too. */
  readonly stamps?: ReadonlySet<string>
}

/** Names that are told apart in one transaction; with more, any code may be another. */
export const MAX_CHANGED_NAMES = 2_000

const NOTHING: CodeSince = { other: 'none', changed: new Set(), runs: new Set(), does: [] }
const ANYTHING: CodeSince = { ...NOTHING, other: 'any' }
const NO_STAMPS: ReadonlySet<string> = new Set()

/** The same after one more change. INVARIANT (hostile-both-sides): as large as `MAX_CHANGED_NAMES`. */
export const codeAfter = (since: CodeSince | undefined, change: ContextChange): CodeSince | undefined => {
  const code = change.kind === 'catalog' ? change.code : undefined
  if (code === undefined) return since
  const before = since ?? { ...NOTHING, stamps: NO_STAMPS }
  const does = code.does === undefined ? before.does : together([...before.does, code.does])
  const anything = before.other === 'any' && does === before.does ? before : { ...ANYTHING, does }
  if (before.other === 'any' || code.other === 'any') return anything
  const changed = withNames(before.changed, code.changed ?? [], code.renamed)
  const runs = withNames(before.runs, code.runs ?? [], code.renamed)
  if (changed.size + runs.size > MAX_CHANGED_NAMES) return anything
  const other = code.other === 'own' ? 'own' : before.other
  return { other, changed, runs, does, ...stampsAfter(before, code) }
}

/** Code of the users' own may have become any other but where a definition says which. */
const stampsAfter = ({ stamps }: CodeSince, code: CodeChange): Pick<CodeSince, 'stamps'> => {
  if (stamps === undefined || code.installs === true) return {}
  if (code.stamps !== undefined) return { stamps: new Set([...stamps, code.stamps]) }
  return code.other === 'none' ? { stamps } : {}
}

const together = (all: readonly CodeMoves[]): readonly CodeMoves[] =>
  all.length > MAX_CHANGED_NAMES ? [joinedCode(all)] : all

const withNames = (
  before: ReadonlySet<string>,
  more: readonly string[],
  renamed: CodeChange['renamed'],
): ReadonlySet<string> => {
  const moved = renamed && before.has(renamed[0]) ? [renamed[1]] : []
  return more.length + moved.length === 0 ? before : new Set([...before, ...more, ...moved])
}

/** Run no code of what they name. */
const PASSIVE: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'dcl',
  'transaction',
  'set',
  'show',
  'discard',
  'deallocate',
  'close-cursor',
  'notification',
  'lock',
  'maintenance',
  'empty',
])

/**
 * Whether a statement may run other code than the analysis says, which was made by a catalog that does not have these
 * changes; `statement` undefined: which one is not known any more. INVARIANT (deny-by-default): then nobody knows what it does.
 */
export const mayRunOther = (
  statement: Statement | undefined,
  analysis: Analysis,
  since: CodeSince | undefined,
  catalog: Catalog,
  names: NameContext,
): boolean => {
  if (statement && PASSIVE.has(statement.kind)) return false
  const { facts, own } = analysis
  const definition = statement?.kind === 'ddl' ? statement : undefined
  if (definition && !runsNow(definition)) return false
  const tables = definition && !definition.query ? [] : facts.tables
  const others = (schema: string, name: string) =>
    names.searchPath.flatMap((one) => (one === schema ? [] : (catalog.relation(one, name) ?? [])))
  // What was before it on the path may be gone, or have another name.
  const uncovered = tables.flatMap(({ schema, name }) => others(schema, name))
  if (uncovered.some(({ functions }) => functions !== undefined)) return true
  if (since === undefined || since.other === 'none') return false
  if (since.other === 'any') return tables.length + facts.functions.length > 0 || facts.outputs !== 'none'
  if (own !== undefined || uncovered.some(({ type }) => type === 'view')) return true
  const called = facts.functions.map(({ name }) => name)
  return [...tables.map(({ name }) => name), ...called].some(
    (name) => since.changed.has(name) || since.runs.has(name),
  )
}

/** Whether a definition runs what it is made of, and does not only keep it. */
const runsNow = ({ verb, object, query, expressions, assignments, computes, elements }: Ddl): boolean => {
  if (query !== undefined) return object !== 'view'
  if (computes !== undefined || elements?.some(runsNow) === true) return true
  const some = expressions.length + (assignments?.length ?? 0) > 0
  return some && (verb === 'alter' || object === 'index') && object !== 'policy'
}

import type { Procedural, RowFill, Statement } from '../../statement/command.ts'
import type { Analysis, ContextChange } from '../context.ts'
import type { Facts, Outputs } from '../facts.ts'
import { joined, unlistedInside } from '../facts-of.ts'
import { UNKNOWN } from '../feed.ts'
import { joinedOwnCode } from '../own-code.ts'
import { outermost } from '../scope.ts'
import type { Binder } from './binder.ts'
import { findRoutine } from './names.ts'
import type { Analyser, Outcome } from './statement.ts'
import { variableOf } from './type.ts'

/**
 * IF, WHILE, BEGIN … END and their like. Whether, how often and in which order the statements inside run is not
 * known, so the whole does what any of them does. Values end up in variables, messages or nowhere: they flow to where
 * nothing is known. INVARIANT (no-unproven-column): which of the statements returned a row cannot be told, so the
 * outputs of all are unknown.
 */
export const bindProcedural = (b: Binder, node: Procedural, analyse: Analyser): Outcome => {
  for (const expression of node.expressions)
    b.findings.flow(b.expression(expression, outermost(b.context)), undefined)
  for (const fill of node.fills ?? []) bindFill(b, fill)
  for (const type of node.types ?? []) variableOf(b, type)
  const known = (node.assumes ?? []).every((name) => isOfSystem(b, name))
  const statements = known ? node.statements : [...node.statements, OTHER]
  const inner = statements.map((statement) => b.findings.deeper(() => analyse(statement)))
  for (const { facts } of inner) tellBlanks(b, facts.outputs)
  if (b.context.variables && inner.some(({ facts }) => !areFollowed(facts.outputs)))
    b.findings.flow(UNKNOWN, undefined)
  const outputs = node.returns && inner.some(({ facts }) => facts.outputs !== 'none') ? 'unknown' : 'none'
  const [first] = inner
  if (!first) return { outputs }
  const all = together(first, inner)
  return { outputs, inner: all, opaque: all.facts.opaque, dynamic: all.facts.dynamic }
}

const OTHER: Statement = {
  kind: 'opaque',
  reason: 'runs a text that is put together by what users have under a name of the system',
}

/**
 * Whether a name leads to nothing of the users' own. A function of theirs that takes just what it is given is nearer than
 * one of the system wherever it is; operators and types of the same operands are only in front of those of the system.
 */
const isOfSystem = (b: Binder, name: string): boolean => {
  const { searchPath } = b.context
  const system = searchPath.findLastIndex((schema) => b.traits.isSystemSchema(schema))
  const reached = name.includes(' ') ? searchPath.slice(0, system) : searchPath
  return reached.every((schema) => findRoutine(b, schema, name) === undefined)
}

/** Whose rows come is not known, so neither is whose NULLs to hide. */
const tellBlanks = (b: Binder, outputs: Outputs): void => {
  if (typeof outputs === 'string') return
  for (const output of outputs)
    if (output.blank === true) b.findings.tells({ ...output, pending: [] }, 'computed')
}

/** Whether it is known of all values that come into variables where they are from. */
const areFollowed = (outputs: Outputs): boolean =>
  outputs === 'none' || (outputs !== 'unknown' && outputs.every(({ unknown }) => !unknown))

/** A value for the row that a trigger is called for. Where no row is known it goes where nothing is known. */
const bindFill = (b: Binder, { column, value }: RowFill): void => {
  const feed = value ? b.expression(value, outermost(b.context)) : UNKNOWN
  const columns = b.context.row?.relation.columns ?? []
  const targets = column === undefined ? columns : columns.filter(({ name }) => name === column)
  for (const target of targets) b.findings.flow(feed, target)
  if (targets.length === 0) b.findings.flow(feed, undefined)
}

const together = (first: Analysis, all: readonly Analysis[]): Analysis => {
  const facts = all.map((analysis) => analysis.facts)
  const opaque = facts.find((one) => one.opaque !== undefined)?.opaque
  const channels = new Set(facts.flatMap((one) => one.channels ?? []))
  const merged: Facts = {
    ...first.facts,
    ...(channels.size === 0 ? {} : { channels: [...channels] }),
    ...(facts.some(({ clientFile }) => clientFile === true) ? { clientFile: true } : {}),
    verbs: [...new Set(facts.flatMap(({ verbs }) => verbs))],
    effects: [...new Set(facts.flatMap(({ effects }) => effects))].sort(),
    tables: joined(facts.flatMap(({ tables }) => tables)),
    columns: facts.flatMap(({ columns }) => columns),
    functions: facts.flatMap(({ functions }) => functions),
    bounded: facts.every(({ bounded }) => bounded),
    outputs: 'unknown',
    flows: facts.flatMap(({ flows }) => flows),
    uses: facts.flatMap(({ uses }) => uses),
    reads: facts.flatMap(({ reads }) => reads ?? []),
    ...unlistedInside(facts.map(({ unlisted }) => unlisted)),
    dynamic: facts.some(({ dynamic }) => dynamic),
    ...(opaque === undefined ? {} : { opaque }),
  }
  const own = joinedOwnCode(all.map((analysis) => analysis.own))
  return { ...first, facts: merged, changes: changesOf(all), ...(own === undefined ? {} : { own }) }
}

/** Names that a statement inside defines may be defined or not: what the session knows of names is void then. */
const changesOf = (all: readonly Analysis[]): readonly ContextChange[] => {
  const changes = all.flatMap((analysis) => analysis.changes)
  const defines = (kinds: ReadonlySet<string>): boolean => changes.some(({ kind }) => kinds.has(kind))
  const statements = defines(DEFINES_STATEMENTS)
  if (!statements && !defines(DEFINES_CURSORS)) return changes
  const others = changes.filter(({ kind }) => !DEFINES_STATEMENTS.has(kind) && !DEFINES_CURSORS.has(kind))
  return [...others, statements ? { kind: 'names-void' } : { kind: 'names-void', only: 'cursors' }]
}

const DEFINES_STATEMENTS: ReadonlySet<string> = new Set<ContextChange['kind']>(['prepare', 'deallocate'])
const DEFINES_CURSORS: ReadonlySet<string> = new Set<ContextChange['kind']>(['declare', 'close'])

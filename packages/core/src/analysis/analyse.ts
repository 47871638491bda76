import type { Catalog } from '../catalog/catalog.ts'
import type { ReadStatement } from '../statement/reading.ts'
import type { Binder } from './bind/binder.ts'
import { bindExpression } from './bind/expression.ts'
import { bindFromItem } from './bind/from.ts'
import { bindQuery } from './bind/query.ts'
import { type Analyser, bindStatement } from './bind/statement.ts'
import { bindWrite } from './bind/write.ts'
import { changesOf } from './changes.ts'
import { missed } from './complete.ts'
import type { Analysis, NameContext, SessionNames } from './context.ts'
import { factsOf } from './facts-of.ts'
import { Findings, TooComplex } from './findings.ts'
import { joinedOwnCode, ownCodeOf } from './own-code.ts'
import type { DialectTraits } from './traits.ts'
import type { BoundStatement, Surroundings } from './work.ts'

/**
 * Understands one statement in a session's context: what it touches, what it may do, and where every column that it
 * returns comes from. Pure, synchronous, bounded; never throws: what cannot be understood is opaque.
 *
 * INVARIANT (no-unproven-column): an output without `unknown` is fed by its `sources` and nothing else.
 * INVARIANT (deny-by-default): what is not understood has the effect `unknown` and a reason in `opaque`.
 */
export const analyse = (
  read: ReadStatement,
  catalog: Catalog,
  context: NameContext,
  names: SessionNames,
  traits: DialectTraits,
): Analysis => analyseIn(read, { catalog, context, names, traits })

const analyseIn = (read: ReadStatement, around: Surroundings): Analysis => {
  try {
    return understood(complete(bind(read, around)))
  } catch (error) {
    // A RangeError is the engine's own stack: as much too deep as our own limit.
    if (!(error instanceof TooComplex) && !(error instanceof RangeError)) throw error
    return understood(unreadable(read, around, `the statement ${reasonOf(error)}; split it up`))
  }
}

const reasonOf = (error: Error): string =>
  error instanceof TooComplex ? error.message : 'is nested too deeply'

/** Step `bind`: names, stars, columns and lineage, in one walk that follows the scopes. */
const bind = (read: ReadStatement, around: Surroundings): BoundStatement => {
  const { statement } = read
  const findings = findingsOf(around)
  const binder = binderFor(around, findings)
  const inside: Analyser = (inner, other) =>
    analyseIn({ ...read, statement: inner }, other ? { ...around, ...other } : around)
  const outcome = bindStatement(binder, statement, around, inside)
  return { read, statement, around, findings, inner: undefined, dynamic: false, ...outcome }
}

const findingsOf = ({ traits }: Surroundings): Findings =>
  new Findings((type) => traits.isTextType?.(type) === true)

const binderFor = (around: Surroundings, findings: Findings): Binder => {
  const binder: Binder = {
    catalog: around.catalog,
    context: around.context,
    traits: around.traits,
    findings,
    expression: (node, scope) => bindExpression(binder, node, scope),
    query: (node, parent) => bindQuery(binder, node, parent),
    fromItem: (node, outer, left) => bindFromItem(binder, node, outer, left),
    write: (node, parent) => bindWrite(binder, node, parent),
  }
  return binder
}

/** Step `complete`: a part of the tree that binding passed over makes the statement opaque. */
const complete = (bound: BoundStatement): BoundStatement => {
  if (bound.opaque !== undefined) return bound
  const kind = missed(bound)
  if (kind === undefined) return bound
  return unreadable(bound.read, bound.around, `a part of the statement (\`${kind}\`) could not be followed`)
}

const unreadable = (read: ReadStatement, around: Surroundings, opaque: string): BoundStatement => ({
  read,
  statement: read.statement,
  around,
  findings: findingsOf(around),
  outputs: 'unknown',
  inner: undefined,
  opaque,
  dynamic: false,
})

const understood = (bound: BoundStatement): Analysis => {
  const { findings, inner, around } = bound
  const relations = [...findings.tables.values()].map(({ relation }) => relation)
  const own = joinedOwnCode([ownCodeOf(findings.routines, relations), inner?.own])
  return {
    facts: factsOf(bound),
    changes: changesOf(bound),
    catalogVersion: around.catalog.version,
    ...(own === undefined ? {} : { own }),
    steps: STEPS,
  }
}

/** The steps in the order they run, as `explain` shows them. */
export const STEPS: readonly string[] = ['bind', 'complete', 'lineage', 'effects', 'bounded', 'changes']

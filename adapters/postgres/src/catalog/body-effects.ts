import { analyse } from '@sluice/core/analysis/analyse'
import type { NameContext, SessionNames } from '@sluice/core/analysis/context'
import type { Catalog, FunctionEffect, Routine } from '@sluice/core/catalog/catalog'
import type { Statement } from '@sluice/core/statement/command'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import { postgresTraits } from '../analysis-traits/traits.ts'

const NO_NAMES: SessionNames = { prepared: () => undefined, cursor: () => undefined }

/** How many findings of one body are remembered: what it calls is followed in rounds, each with answers of its own. */
const REMEMBERED = 3

/** A body in SQL is analysed like any statement; its names are looked up in every schema, since callers may. */
export const bodyEffect = (
  body: Reading | undefined,
  catalog: Catalog,
  context: NameContext,
): FunctionEffect => {
  if (!body || body.length === 0) return 'unknown'
  let worst: FunctionEffect = 'pure'
  for (const read of body) {
    const effect = remembered(read, catalog, context, (asked) => statementEffect(read, asked, context))
    if (effect === 'unknown') return 'unknown'
    if (effect === 'writes' || worst === 'pure') worst = effect
  }
  return worst
}

/**
 * A body in PL/pgSQL does what the same block does in DO. It can say what it was given in a message (RAISE), so it is
 * never `pure`: its value and its messages are not proven.
 */
export const blockEffect = (
  body: Reading | undefined,
  catalog: Catalog,
  context: NameContext,
): FunctionEffect => {
  const [read, ...more] = body ?? []
  if (!read || more.length > 0 || read.statement.kind !== 'ddl' || !read.statement.runs) return 'unknown'
  const { runs } = read.statement
  const block: Statement = { kind: 'do', language: 'plpgsql', body: '', runs }
  const effect = remembered(runs, catalog, context, (asked) =>
    statementEffect({ ...read, statement: block }, asked, context),
  )
  return effect === 'pure' ? 'reads' : effect
}

const statementEffect = (read: ReadStatement, catalog: Catalog, context: NameContext): FunctionEffect => {
  const { facts, changes } = analyse(read, catalog, context, NO_NAMES, postgresTraits)
  if (facts.opaque !== undefined || facts.dynamic) return 'unknown'
  // What lasts beyond the call: a cursor, the end of the transaction, a setting.
  if (changes.some(({ kind }) => kind !== 'settings')) return 'unknown'
  if (facts.effects.some((effect) => effect !== 'read' && effect !== 'write')) return 'unknown'
  if (facts.effects.includes('write')) return 'writes'
  return facts.tables.length > 0 || facts.functions.some((f) => f.effect !== 'pure') ? 'reads' : 'pure'
}

/** What a body was found to do, and the answers that it was found by. */
type Found = {
  readonly path: string
  readonly answers: readonly Answer[]
  readonly effect: FunctionEffect
}

/** What a look-up of a function brought: what its overloads do. */
type Answer = { readonly schema: string; readonly name: string; readonly effects: string }

const found = new WeakMap<object, readonly Found[]>()

/**
 * The effect of the body `of`, which is analysed again only where a function that it asked for does something else now.
 * The catalogs here have functions alone, so that these are all that can be different.
 */
const remembered = (
  of: object,
  catalog: Catalog,
  { database, searchPath }: NameContext,
  effectIn: (catalog: Catalog) => FunctionEffect,
): FunctionEffect => {
  const path = JSON.stringify([database, searchPath])
  const known = found.get(of) ?? []
  const same = known.find((one) => one.path === path && one.answers.every((answer) => holds(answer, catalog)))
  if (same) return same.effect
  const answers = new Map<string, Answer>()
  const routines = (schema: string, name: string): readonly Routine[] => {
    const all = catalog.routines(schema, name)
    answers.set(JSON.stringify([schema, name]), { schema, name, effects: effectsOf(all) })
    return all
  }
  const effect = effectIn({ ...catalog, routines })
  found.set(of, [{ path, answers: [...answers.values()], effect }, ...known].slice(0, REMEMBERED))
  return effect
}

const holds = ({ schema, name, effects }: Answer, catalog: Catalog): boolean =>
  effectsOf(catalog.routines(schema, name)) === effects

const effectsOf = (routines: readonly Routine[]): string =>
  routines.map(({ effect, blessed }) => (blessed === undefined ? effect : `${effect} blessed`)).join()

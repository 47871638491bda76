import { analyse } from '@sluice/core/analysis/analyse'
import type { NameContext, SessionNames } from '@sluice/core/analysis/context'
import { effectOf } from '@sluice/core/analysis/effect-of'
import type { Catalog, FunctionEffect } from '@sluice/core/catalog/catalog'
import { Remembered } from '@sluice/core/catalog/look-ups'
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
  // What lasts beyond the call: a cursor, the end of the transaction, a setting.
  return changes.some(({ kind }) => kind !== 'settings') ? 'unknown' : effectOf(facts)
}

/**
 * The effect of the body `of`, which is analysed again only where a function that it asked for does something else now.
 * The catalogs here have functions alone, so that these are all that can be different.
 */
const remembered = (
  of: object,
  catalog: Catalog,
  { database, searchPath }: NameContext,
  effectIn: (catalog: Catalog) => FunctionEffect,
): FunctionEffect =>
  found.of(
    of,
    () => JSON.stringify([database, searchPath]),
    catalog,
    (asked) => effectIn(asked.catalog),
  )

const found = new Remembered<FunctionEffect>(REMEMBERED)

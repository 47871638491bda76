import { analyse } from '@sluice/core/analysis/analyse'
import { effectOf, worstEffect } from '@sluice/core/analysis/effect-of'
import { LOOKS } from '@sluice/core/analysis/effects'
import type { Facts } from '@sluice/core/analysis/facts'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { CalledFunction, Catalog, FunctionEffect } from '@sluice/core/catalog/catalog'
import { Remembered, whatRuns } from '@sluice/core/catalog/look-ups'
import type { Statement } from '@sluice/core/statement/command'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import { postgresTraits } from '../analysis-traits/traits.ts'
import type { SearchPaths } from './search-paths.ts'

/**
 * How many findings of one body are remembered: what it calls is followed in rounds, each with answers of its own, first
 * without any tables and then with what these run.
 */
const REMEMBERED = 6

/** What bodies are followed in. */
export type BodyContext = {
  readonly catalog: Catalog
  /** Where the names of a body may lead, which a caller's path decides. */
  readonly paths: SearchPaths
}

/** A body in SQL is analysed like any statement; its names are looked up in every schema, since callers may. */
export const bodyEffect = (body: Reading | undefined, context: BodyContext): FunctionEffect => {
  if (!body || body.length === 0) return 'unknown'
  return worstEffect(
    body.map((read) => remembered(read, context, (asked) => statementEffect(read, asked, context.paths))),
  )
}

/**
 * A body in PL/pgSQL does what the same block does in DO. It can say what it was given in a message (RAISE), so it is
 * never `pure`: its value and its messages are not proven.
 */
export const blockEffect = (body: Reading | undefined, context: BodyContext): FunctionEffect => {
  const [read, ...more] = body ?? []
  if (!read || more.length > 0 || read.statement.kind !== 'ddl' || !read.statement.runs) return 'unknown'
  const { runs } = read.statement
  // What its values are from does not matter here.
  const { variables: _, ...does } = runs
  const block: Statement = { kind: 'do', language: 'plpgsql', body: '', runs: does }
  const effect = remembered(runs, context, (asked) =>
    statementEffect({ ...read, statement: block }, asked, context.paths),
  )
  return effect === 'pure' ? 'reads' : effect
}

const statementEffect = (read: ReadStatement, catalog: Catalog, paths: SearchPaths): FunctionEffect => {
  const { database } = catalog
  const names = new Set<string>()
  const effects = paths.along(
    (searchPath): FunctionEffect => {
      const context = { database, searchPath }
      const { facts, changes } = analyse(read, catalog, context, NO_NAMES, postgresTraits)
      // Of functions all of a name count, wherever they are.
      for (const { name } of facts.tables) names.add(name)
      // What lasts beyond the call: a cursor, the end of the transaction, a setting.
      if (changes.some(({ kind }) => kind !== 'settings')) return 'unknown'
      return worstEffect([effectOf(facts), ...elsewhere(facts, catalog, paths)])
    },
    () => names,
  )
  return worstEffect(effects)
}

/** What tables of the same names run that a caller's path may lead to. */
const elsewhere = (facts: Facts, catalog: Catalog, paths: SearchPaths): readonly FunctionEffect[] =>
  facts.tables.flatMap(({ schema, name, access }) =>
    paths.having(name).flatMap((home) => {
      const relation = home === schema ? undefined : catalog.relation(home, name)
      const written = access.includes('write') ? relation?.whenWritten : undefined
      return [...(relation?.functions ?? []), ...(written ?? [])].map(ofCalled)
    }),
  )

const ofCalled = ({ effect }: CalledFunction): FunctionEffect => {
  if (LOOKS.has(effect)) return 'reads'
  return effect === 'writes' || effect === 'sequence' ? 'writes' : 'unknown'
}

/** The effect of the body `of`, which is analysed again only where what it looked up is something else now. */
const remembered = (
  of: object,
  { catalog, paths }: BodyContext,
  effectIn: (catalog: Catalog) => FunctionEffect,
): FunctionEffect =>
  found.of(
    of,
    (names) => JSON.stringify([catalog.database, whatRuns(catalog), paths.mattering(names)]),
    catalog,
    (asked) => effectIn(asked.catalog),
  )

const found = new Remembered<FunctionEffect>(REMEMBERED)

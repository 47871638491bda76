import { type Derive, UNPROVEN, UNREAD_VIEW, unreadView, type ViewReading } from '../catalog/build.ts'
import type { Catalog, Derivation } from '../catalog/catalog.ts'
import { Remembered, whatRuns } from '../catalog/look-ups.ts'
import type { ReadStatement } from '../statement/reading.ts'
import { analyse } from './analyse.ts'
import type { NameContext } from './context.ts'
import type { Facts, OutputLineage } from './facts.ts'
import { NO_NAMES } from './names-after.ts'
import type { DialectTraits } from './traits.ts'
import { tellingOf } from './uses.ts'

/** Definitions as the dialect read them: a view's query by the view's id, `SELECT expression FROM table` of a
 * generated column by `table.ordinal`. */
export type Definitions = {
  readonly views: ReadonlyMap<number, ReadStatement>
  readonly computed: ReadonlyMap<string, ReadStatement>
}

/** The system's own views are not followed: what is not public in them carries labels of its own. */
const OWN: Derivation = { sources: [], unknown: false, direct: false }

/**
 * Follows views and generated columns through the same analysis as any statement. `context` is how the names in
 * definitions are looked up, whoever uses them.
 */
export const deriveBy = (definitions: Definitions, context: NameContext, traits: DialectTraits): Derive => {
  const factsOf = (read: ReadStatement, catalog: Catalog): Facts =>
    analyse(read, catalog, context, NO_NAMES, traits).facts
  const around = JSON.stringify(context)
  return {
    view: (relation, columns, catalog) => {
      if (relation.system) return { columns: columns.map(() => OWN), functions: [], conditions: [] }
      const read = definitions.views.get(relation.id)
      if (!read) return unreadView(columns)
      const width = columns.length
      return readings.of(
        read,
        () => `${width} ${around} ${whatRuns(catalog)}`,
        catalog,
        (asked) => viewReading(factsOf(read, asked.catalog), width, asked.catalog),
      )
    },
    computed: (relation, column, catalog) => {
      const read = definitions.computed.get(`${relation.id}.${column.ordinal}`)
      const facts = read && factsOf(read, catalog)
      const [only] = Array.isArray(facts?.outputs) ? (facts.outputs as readonly OutputLineage[]) : []
      if (only === undefined) return UNPROVEN
      return facts?.uses.length === 0 ? derivation(only) : { ...derivation(only), tells: true }
    },
  }
}

/** How many readings of one definition are remembered, the ones used last. */
const REMEMBERED = 3

/** The same definition, whose look-ups bring the same, is read the same. */
const readings = new Remembered<ViewReading>(REMEMBERED)

/** INVARIANT (no-unproven-column): a definition whose columns cannot be matched one by one proves nothing. */
const viewReading = (facts: Facts, width: number, catalog: Catalog): ViewReading => {
  const { outputs, functions, opaque } = facts
  const conditions = facts.columns
    .filter((c) => c.roles.some((role) => role !== 'output'))
    .map((c) => c.column)
  const calls = functions.filter(({ effect }) => effect !== 'pure')
  const over = facts.tables.flatMap(({ schema, name }) => catalog.relation(schema, name)?.id ?? [])
  if (opaque !== undefined || typeof outputs === 'string' || outputs.length !== width) {
    const unread = Array.from({ length: width }, () => UNPROVEN)
    return {
      columns: unread,
      functions: [...calls, ...(opaque === undefined ? [] : [UNREAD_VIEW])],
      conditions,
      over,
      tells: [{ column: undefined, telling: 'more' }],
    }
  }
  const tells = facts.uses.map(({ column, use }) => ({ column, telling: tellingOf(use) }))
  return { columns: outputs.map(derivation), functions: calls, conditions, over, tells }
}

const derivation = ({ sources, unknown, direct }: OutputLineage): Derivation => ({ sources, unknown, direct })

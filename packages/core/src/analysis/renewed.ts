import type { Catalog, Column } from '../catalog/catalog.ts'
import { ANYWHERE } from './anywhere.ts'
import type { Analysis } from './context.ts'
import { doubted } from './doubted.ts'
import type { OutputLineage, Outputs, TableFact } from './facts.ts'
import { relativesOf } from './facts-of.ts'
import { isSameCode } from './own-code.ts'
import { useOf } from './uses.ts'

/**
 * An analysis made under an older catalog, with the columns of today's. Columns are compared by identity within one
 * version, so lineage that still named the old ones would escape every mask. INVARIANT (no-unproven-column): a column
 * that is no longer there makes the output unknown, and so does a blessed function, which may be another by now.
 * INVARIANT (deny-by-default): code of the users' own that does something else by now may do anything.
 */
export const renewed = (analysis: Analysis, catalog: Catalog): Analysis => {
  if (analysis.catalogVersion === catalog.version) return analysis
  const now = withColumns(analysis, catalog)
  return analysis.own === undefined || isSameCode(analysis.own, catalog) ? now : doubted(now)
}

const withColumns = (analysis: Analysis, catalog: Catalog): Analysis => {
  const { facts } = analysis
  const columns = facts.columns.flatMap((fact) => {
    const column = today(fact.column, catalog)
    return column ? [{ ...fact, column }] : []
  })
  const flows = facts.flows.map((flow) => {
    const sources = todays(flow.sources, catalog)
    const target = flow.target && today(flow.target, catalog)
    const unknown = flow.unknown || sources.length < flow.sources.length
    return { ...flow, sources, unknown, direct: flow.direct && !unknown, target }
  })
  const tables = facts.tables.map((table) => tableToday(table, catalog))
  const changed = facts.functions.some(({ blessed }) => blessed === true)
  const uses = facts.uses.map(({ column, use }) => useOf(column && today(column, catalog), use))
  return {
    ...analysis,
    catalogVersion: catalog.version,
    facts: {
      ...facts,
      tables,
      columns,
      flows: changed && facts.effects.includes('write') ? [...flows, ANYWHERE] : flows,
      uses,
      ...(facts.textBindings === undefined
        ? {}
        : {
            textBindings: facts.textBindings.flatMap(({ column, param }) => {
              const now = today(column, catalog)
              return now ? [{ column: now, param }] : []
            }),
          }),
      ...(facts.written === undefined ? {} : { written: todays(facts.written, catalog) }),
      outputs: changed && facts.outputs !== 'none' ? 'unknown' : outputsToday(facts.outputs, catalog),
    },
  }
}

/** Partitions come and go. */
const tableToday = ({ relatives: _relatives, ...table }: TableFact, catalog: Catalog): TableFact => ({
  ...table,
  ...relativesOf(catalog.relation(table.schema, table.name), table.only === true),
})

const outputsToday = (outputs: Outputs, catalog: Catalog): Outputs =>
  typeof outputs === 'string' ? outputs : outputs.map((output) => outputToday(output, catalog))

const outputToday = (output: OutputLineage, catalog: Catalog): OutputLineage => {
  const sources = todays(output.sources, catalog)
  const lost = sources.length < output.sources.length
  // What a view is derived from may have changed with it.
  const derived = sources.flatMap((s) => s.derivedFrom?.sources ?? [])
  const doubt = sources.some((s) => s.derivedFrom?.unknown)
  return {
    ...output,
    sources: [...new Set([...sources, ...derived])],
    unknown: output.unknown || lost || doubt,
    direct: output.direct && !lost,
  }
}

const todays = (columns: readonly Column[], catalog: Catalog): readonly Column[] =>
  columns.flatMap((column) => today(column, catalog) ?? [])

const today = (column: Column, catalog: Catalog): Column | undefined =>
  catalog
    .relationById(column.relation.id)
    ?.columns.find((c) => c.ordinal === column.ordinal && c.name === column.name)

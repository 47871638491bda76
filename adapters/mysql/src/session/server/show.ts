import type { Analysis } from '@sluice/core/analysis/context'
import type { OutputLineage } from '@sluice/core/analysis/facts'
import type { Column } from '@sluice/core/catalog/catalog'
import { isOpenSetting } from '../../analysis-traits/settings.ts'
import { TABLE_SIZES } from '../../catalog/measures.ts'
import type { MysqlColumn } from '../../values/column.ts'
import type { WireSession } from '../wire-session.ts'

/** How statements that show definitions are called. */
const SHOWING: ReadonlySet<string> = new Set(['show', 'describe', 'desc'])

/** Whose rows hold texts that statements may have set: `SELECT @@…` shows those that they cannot. */
const FREE = 'variables'

/**
 * SHOW and DESCRIBE have as many columns as the server's version gives them, and the analysis lists one: where that holds
 * definitions and no rows, so do all of them. A column of the server's own tables, where the server names one, is still
 * masked as that column is. INVARIANT (no-unproven-column): nothing else is spread, and what is of another table stays
 * unproven.
 */
export function shownWhole(
  session: WireSession,
  analysis: Analysis,
  described: readonly MysqlColumn[],
): Analysis {
  const { verb, outputs } = analysis.facts
  if (!SHOWING.has(verb) || typeof outputs === 'string' || outputs.length !== 1) return analysis
  const [one] = outputs
  if (one === undefined || one.unknown || one.sources.length > 0) return analysis
  if (one.name === FREE || !isOpenSetting(one.name)) return analysis
  const spread = described.map((column) => lineageOf(session, one, column))
  return { ...analysis, facts: { ...analysis.facts, outputs: spread } }
}

/** MySQL does not say of which table the columns are. */
const STATUS = 'table status'

function lineageOf(session: WireSession, one: OutputLineage, { name, origin }: MysqlColumn): OutputLineage {
  if (one.name === STATUS && TABLE_SIZES.has(name.toLowerCase())) return { ...one, unknown: true }
  const column = origin === undefined ? undefined : systemColumn(session, origin)
  // A default, a condition or a comment may quote a value: its text is searched where texts are.
  return column === undefined ? { ...one, looks: true } : { ...one, sources: [column], direct: true }
}

function systemColumn(
  { governance }: WireSession,
  { relation, ordinal }: NonNullable<MysqlColumn['origin']>,
): Column | undefined {
  const found = governance.catalog.current()?.relationById(relation)
  if (found?.schema !== 'information_schema') return undefined
  return found.columns.find((column) => column.ordinal === ordinal)
}

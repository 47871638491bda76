import type { Column } from '@sluice/core/catalog/catalog'
import type { MaskPlan, ResultColumn } from '@sluice/core/mask/plan'
import { planFor } from '@sluice/core/mask/plan'
import { ProtocolViolation } from '@sluice/wire/violation'
import { type FormatCode, formatAt } from '../../messages/bind.ts'
import { textTypeNamed } from '../../values/type-names.ts'
import type { Portal } from '../names.ts'
import type { Running } from '../running.ts'
import type { Session } from '../session.ts'

/**
 * The plan for a result whose columns are described. INVARIANT (no-unproven-column): lineage read from another
 * version of the catalog proves nothing.
 */
export function planFromDescription(
  session: Session,
  run: Running,
  columns: readonly ResultColumn[],
): MaskPlan {
  const { analysis, decision } = run.execution
  const catalog = session.governance.catalog.current()
  const fresh = catalog !== undefined && catalog.version === analysis.catalogVersion
  const outputs = fresh ? analysis.facts.outputs : 'unknown'
  return planFor(columns, outputs, decision.obligations.masks, catalog, session.maskerFor)
}

/** The plan for an Execute's rows: its portal was described, or nothing is ever masked for this principal. */
export function planFromPortal(session: Session, run: Running, portal: Portal): MaskPlan {
  const columns = describedColumns(portal)
  if (columns !== undefined) return planFromDescription(session, run, columns)
  if (run.execution.decision.obligations.masks.any) {
    throw new ProtocolViolation('gateway', 'unexpected', 'rows came for a result that was never described')
  }
  return planFromDescription(session, run, outputColumns(run))
}

/** The plan for COPY OUT, which the server describes by count and format alone. */
export function planFromCopy(session: Session, run: Running, formats: readonly number[]): MaskPlan {
  const { outputs } = run.execution.analysis.facts
  const columns = formats.map((format, i): ResultColumn => {
    const output = typeof outputs === 'string' ? undefined : outputs[i]
    const source = output?.direct === true && output.sources.length === 1 ? output.sources[0] : undefined
    return { name: output?.name ?? '', type: typeOf(source), format: format === 1 ? 'binary' : 'text' }
  })
  return planFromDescription(session, run, columns)
}

function typeOf(source: Column | undefined): number {
  return source === undefined ? 0 : textTypeNamed(source.type)
}

function outputColumns(run: Running): readonly ResultColumn[] {
  const { outputs } = run.execution.analysis.facts
  if (typeof outputs === 'string') return []
  return outputs.map(({ name }) => ({ name, type: 0, format: 'text' }))
}

function describedColumns(portal: Portal): readonly ResultColumn[] | undefined {
  if (portal.described !== undefined) return portal.described === 'none' ? [] : portal.described
  const { described } = portal.prepared
  if (described === undefined) return undefined
  if (described === 'none') return []
  const { resultFormats } = portal
  return described.map((column, i) => ({
    ...column,
    format: formatAt(resultFormats, i) === 1 ? 'binary' : 'text',
  }))
}

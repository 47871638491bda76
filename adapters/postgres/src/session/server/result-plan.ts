import type { Analysis, ContextChange } from '@sluice/core/analysis/context'
import type { CellMaskerFor, MaskPlan, ResultColumn } from '@sluice/core/mask/plan'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { isOfToday, planBound, planResult } from '@sluice/gateway/pipeline/plan-result'
import { ProtocolViolation } from '@sluice/wire/violation'
import { formatAt } from '../../messages/bind.ts'
import { isNamedUtf8 } from '../../startup/client-encoding.ts'
import { typeNamed } from '../../values/type-names.ts'
import { isLookedUpLate } from '../looked-up-late.ts'
import type { Portal } from '../names.ts'
import type { Running } from '../running.ts'
import type { Session } from '../session.ts'

type Made = { readonly plan: MaskPlan; readonly analysis: Analysis; readonly maskerFor: CellMaskerFor }

/** The last plan made for described columns under the masks of a principal, and what else it hangs on. */
const plans = new WeakMap<ColumnMasks, WeakMap<readonly ResultColumn[], Made>>()

/**
 * The plan for a result whose columns are described. What runs again under the same tables, policy and description has
 * the same plan, whoever sends it: then the very same value is given again, by which the journal knows its record.
 */
export function planFromDescription(
  session: Session,
  run: Running,
  columns: readonly ResultColumn[],
): MaskPlan {
  const { governance } = session
  const maskerFor = maskerOf(session, run)
  const { analysis, decision } = run.execution
  const { masks } = decision.obligations
  const isToday = isOfToday(governance, analysis)
  const made = plans.get(masks) ?? new WeakMap<readonly ResultColumn[], Made>()
  const last = made.get(columns)
  if (isToday && last?.analysis === analysis && last.maskerFor === maskerFor) return last.plan
  const plan = planResult(governance, run.execution, columns, maskerFor)
  if (isToday) plans.set(masks, made.set(columns, { plan, analysis, maskerFor }))
  return plan
}

/**
 * Texts of floats count as rounded, and no text as UTF-8, until the database has said otherwise, and where the statement may
 * change that. COPY may have an encoding of its own.
 */
function maskerOf(session: Session, { execution: { analysis } }: Running): CellMaskerFor {
  const { maskers, floats, encoding } = session
  if (session.contextStale || analysis.changes.some(isOfSettings)) return maskers.rounded.latin1
  const named = analysis.copy?.options['encoding']
  if (named === undefined) return maskers[floats][encoding]
  return maskers[floats][isNamedUtf8(named) ? 'utf8' : 'latin1']
}

const isOfSettings = ({ kind }: ContextChange): boolean => kind === 'settings'

/** The plan for an Execute's rows: its portal was described, or nothing is ever masked for this principal. */
export function planFromPortal(session: Session, run: Running, portal: Portal): MaskPlan {
  const columns = columnsOf(portal)
  if (columns !== undefined) return planOfPortal(session, run, portal, columns)
  if (run.execution.decision.obligations.masks.any) {
    throw new ProtocolViolation('gateway', 'unexpected', 'rows came for a result that was never described')
  }
  // Nothing is ever masked for this principal. The analysis names the columns; how many there are the server says.
  return { ...planFromDescription(session, run, outputColumns(run)), cells: [] }
}

/**
 * No table changed between the reading and the answer to Bind, when the database had planned: what changed since counts no
 * more, for a portal keeps its plan.
 */
function planOfPortal(
  session: Session,
  run: Running,
  portal: Portal,
  columns: readonly ResultColumn[],
): MaskPlan {
  const { governance } = session
  const maskerFor = maskerOf(session, run)
  const { analysis, boundUnder, prepared } = portal
  const planned = prepared.read !== undefined && !isLookedUpLate(prepared.read)
  if (!planned || boundUnder !== analysis.catalogVersion || isOfToday(governance, run.execution.analysis))
    return planFromDescription(session, run, columns)
  return planBound(governance, run.execution, columns, maskerFor)
}

/** The plan for COPY OUT, which the server describes by count and format alone. */
export function planFromCopy(session: Session, run: Running, formats: readonly number[]): MaskPlan {
  const { outputs } = run.execution.analysis.facts
  const catalog = session.governance.catalog.current()
  // Where there are not as many, which is which is not known.
  const counted = typeof outputs !== 'string' && outputs.length === formats.length ? outputs : undefined
  const columns = formats.map((format, i): ResultColumn => {
    const output = counted?.[i]
    const source = output?.direct === true && output.sources.length === 1 ? output.sources[0] : undefined
    return {
      name: output?.name ?? '',
      type: source === undefined ? 0 : typeNamed(source.type, catalog?.types),
      ...(source?.modifier === undefined ? {} : { modifier: source.modifier }),
      format: format === 1 ? 'binary' : 'text',
    }
  })
  return planFromDescription(session, run, columns)
}

function outputColumns(run: Running): readonly ResultColumn[] {
  const { outputs } = run.execution.analysis.facts
  if (typeof outputs === 'string') return []
  return outputs.map(({ name }) => ({ name, type: 0, format: 'text' }))
}

function columnsOf(portal: Portal): readonly ResultColumn[] | undefined {
  if (portal.described === 'none') return []
  if (portal.described !== undefined && portal.described !== 'asked') return portal.described
  const { described } = portal.prepared
  if (described === undefined || described === 'asked') return undefined
  if (described === 'none') return []
  const { resultFormats } = portal
  if (resultFormats.every((format) => format === 0)) return described
  const asked = resultFormats.join('')
  const last = formatted.get(described)
  if (last?.asked === asked) return last.columns
  const columns = described.map((column, i): ResultColumn => {
    const format = formatAt(resultFormats, i) === 1 ? 'binary' : 'text'
    return { ...column, format }
  })
  formatted.set(described, { asked, columns })
  return columns
}

type Formatted = { readonly asked: string; readonly columns: readonly ResultColumn[] }

/** The columns of a described statement in the formats that the last Bind asked for. */
const formatted = new WeakMap<readonly ResultColumn[], Formatted>()

import type { Facts } from '@sluice/core/analysis/facts'
import type { Column } from '@sluice/core/catalog/catalog'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { type ErrorResponse, encodeErrorResponse } from '../../messages/error-response.ts'
import { encodeNoticeResponse } from '../../messages/notice-response.ts'
import type { Running } from '../running.ts'

/**
 * SQLSTATE classes whose texts repeat the statement, settings or names, never a row's values. Others (22 data
 * exception, 23 integrity violation, P0 raised by code …) quote values: `invalid input syntax for type integer: "…"`.
 */
const valueless: ReadonlySet<string> = new Set([
  '08',
  '0A',
  '25',
  '26',
  '28',
  '2D',
  '34',
  '3B',
  '3D',
  '3F',
  '40',
  '42',
  '53',
  '54',
  '55',
  '57',
  '58',
])

/** The fields that say which kind of error it is and where in the statement, not with what value. */
const kept: ReadonlySet<string> = new Set(['S', 'V', 'C', 'P', 's', 't', 'c', 'd', 'n'])

/** The error as the client may see it. */
export function withheldError(message: ErrorResponse, run: Running | undefined): Buffer | undefined {
  const fields = withheld(message.fields, run)
  return fields === undefined ? undefined : encodeErrorResponse({ fields })
}

/** The notice as the client may see it. */
export function withheldNotice(message: ErrorResponse, run: Running | undefined): Buffer | undefined {
  const fields = withheld(message.fields, run)
  return fields === undefined ? undefined : encodeNoticeResponse({ fields })
}

/** Undefined: the message may go out as it is. */
function withheld(
  fields: ReadonlyMap<string, string>,
  run: Running | undefined,
): Map<string, string> | undefined {
  if (run === undefined) return undefined
  const code = fields.get('C') ?? ''
  if (valueless.has(code.slice(0, 2))) return undefined
  const { analysis, decision } = run.execution
  if (!mayCarryMasked(analysis.facts, decision.obligations.masks)) return undefined
  const safe = new Map([...fields].filter(([field]) => kept.has(field)))
  safe.set('M', `the database said ${code}; its text is withheld because it can carry masked values`)
  safe.set(
    'H',
    'look the code up in PostgreSQL’s list of error codes, or ask someone who may read the columns raw',
  )
  return safe
}

/** Whether a masked value may have been near: a masked column is used, or it cannot be told. */
function mayCarryMasked(facts: Facts, masks: ColumnMasks): boolean {
  if (!masks.any) return false
  if (facts.opaque !== undefined || facts.dynamic || facts.outputs === 'unknown') return true
  if (facts.tables.some(({ known }) => !known)) return true
  if (
    facts.functions.some(({ effect }) => effect === 'unknown' || effect === 'reads' || effect === 'dynamic')
  )
    return true
  return facts.columns.some(({ column }) => isMasked(column, masks))
}

function isMasked(column: Column, masks: ColumnMasks): boolean {
  if (masks.forColumn(column) !== undefined) return true
  const derived = column.derivedFrom
  return derived !== undefined && (derived.unknown || derived.sources.some((base) => isMasked(base, masks)))
}

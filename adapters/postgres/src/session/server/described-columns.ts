import type { Analysis } from '@sluice/core/analysis/context'
import type { ResultColumn } from '@sluice/core/mask/plan'
import type { TextEncoding } from '@sluice/wire/text'
import { type Frame, HEADER_BYTES } from '../../framing/frame-piece.ts'
import { decodeRowDescription } from '../../messages/row-description.ts'

/** A RowDescription, byte for byte, and what it says. */
type Description = {
  readonly payload: Buffer
  readonly encoding: TextEncoding
  readonly columns: readonly ResultColumn[]
}

/** Longest RowDescription that is remembered, in bytes: some 60 columns. INVARIANT (hostile-both-sides). */
const MOST_BYTES = 2 * 1024

/** Descriptions remembered of one statement: clients ask for text and for binary. INVARIANT (hostile-both-sides). */
const MOST_DESCRIPTIONS = 2

const descriptions = new WeakMap<Analysis, Description[]>()

/**
 * What a RowDescription says. A statement that runs again, whoever sends it, is described in the same bytes: then the very
 * same columns are given again, by which their plan is known.
 */
export function describedColumns(
  analysis: Analysis | undefined,
  frame: Frame,
  encoding: TextEncoding,
): readonly ResultColumn[] {
  const before = analysis === undefined ? undefined : descriptions.get(analysis)
  const known = before?.find((one) => one.encoding === encoding && isBody(frame, one.payload))
  if (known !== undefined) return known.columns
  const { payload } = frame
  const columns = decodedColumns(payload, encoding)
  if (analysis === undefined || payload.length > MOST_BYTES) return columns
  // A copy: a view would keep the whole of what was received with it.
  const description = { payload: Buffer.from(payload), encoding, columns }
  descriptions.set(analysis, [description, ...(before ?? [])].slice(0, MOST_DESCRIPTIONS))
  return columns
}

function isBody({ bytes, start, end }: Frame, body: Buffer): boolean {
  return bytes.compare(body, 0, body.length, start + HEADER_BYTES, end) === 0
}

function decodedColumns(payload: Buffer, encoding: TextEncoding): readonly ResultColumn[] {
  const { fields } = decodeRowDescription(payload, encoding)
  return fields.map(({ name, tableId, columnNumber, typeId, typeModifier, format }) => ({
    name,
    ...(tableId === 0 ? {} : { origin: { relation: tableId, ordinal: columnNumber } }),
    type: typeId,
    ...(typeModifier < 0 ? {} : { modifier: typeModifier }),
    format: format === 1 ? 'binary' : 'text',
  }))
}

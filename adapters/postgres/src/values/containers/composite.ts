// PostgreSQL: `record_out` and `record_send` in `src/backend/utils/adt/rowtypes.c`
import type { TypeShape } from '@sluice/core/catalog/type-shape'
import { field, i32, slice, u32, words } from './bytes.ts'
import {
  type Compiled,
  constantOnly,
  guarded,
  Malformed,
  NO_VALUE,
  NULLS,
  type PartRequest,
} from './container.ts'
import { quoteField, TextCursor } from './quoting.ts'

/** PostgreSQL: `MaxTupleAttributeNumber`. */
const FIELDS_MOST = 1664

/** Field by field, each by its own type. A row whose fields all become NULL is NULL as a whole. */
export const compositeMasker = (
  request: PartRequest,
  { fields, modifiers }: Pick<Extract<TypeShape, { kind: 'composite' }>, 'fields' | 'modifiers'>,
): Compiled => {
  if (fields.length > FIELDS_MOST) return NULLS
  const parts = fields.map((type, at) => request.part(type, modifiers?.[at]))
  if (parts.every(({ nulls }) => nulls)) return NULLS
  const write = request.format === 'binary' ? binaryRow(fields) : textRow
  if (request.constant) return constantOnly(write(parts.map(({ mask }) => mask(NO_VALUE))))
  const read = request.format === 'binary' ? binaryFields : textFields
  return guarded((cell) => {
    const values = read(cell, fields)
    return write(values.map((value, at) => (value === null ? null : (parts[at]?.mask(value) ?? null))))
  })
}

const textFields = (cell: Buffer, fields: readonly number[]): readonly (Buffer | null)[] => {
  const cursor = new TextCursor(cell.toString('latin1'))
  cursor.expect('(')
  const values: (Buffer | null)[] = []
  do {
    const { value, quoted } = cursor.part(',)')
    values.push(value === '' && !quoted ? null : Buffer.from(value, 'latin1'))
  } while (values.length < fields.length && cursor.skip(','))
  cursor.expect(')')
  cursor.end()
  if (values.length !== fields.length) throw new Malformed()
  return values
}

const textRow = (values: readonly (Uint8Array | null)[]): Buffer => {
  const fields = values.map((value) =>
    value === null ? '' : quoteField(Buffer.from(value).toString('latin1')),
  )
  return Buffer.from(`(${fields.join(',')})`, 'latin1')
}

const binaryFields = (cell: Buffer, fields: readonly number[]): readonly (Buffer | null)[] => {
  if (i32(cell, 0) !== fields.length) throw new Malformed()
  let at = 4
  const values = fields.map((type) => {
    if (u32(cell, at) !== type) throw new Malformed()
    const length = i32(cell, at + 4)
    at += 8
    if (length === -1) return null
    const value = slice(cell, at, length)
    at += length
    return value
  })
  if (at !== cell.length) throw new Malformed()
  return values
}

const binaryRow =
  (fields: readonly number[]) =>
  (values: readonly (Uint8Array | null)[]): Buffer => {
    const parts: Buffer[] = [words(fields.length)]
    for (const [at, value] of values.entries()) parts.push(words(fields[at] ?? 0), ...field(value))
    return Buffer.concat(parts)
  }

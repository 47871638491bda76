// PostgreSQL: `range_out`, `range_send` in `src/backend/utils/adt/rangetypes.c`, `multirange_out`, `multirange_send`
import type { Constant } from '../constants/constant.ts'
import { field, i32, slice } from './bytes.ts'
import { type Compiled, type ContainerRequest, guarded, Malformed, NULLS } from './container.ts'
import { quoteField, TextCursor } from './quoting.ts'

const EMPTY = 0x01
const LOWER_INFINITE = 0x08
const UPPER_INFINITE = 0x10

/** The range that holds nothing. */
export const EMPTY_RANGE: Constant = { text: 'empty', binary: Buffer.of(EMPTY) }
/** The multirange that holds nothing. */
export const EMPTY_MULTIRANGE: Constant = { text: '{}', binary: Buffer.alloc(4) }

/**
 * Both bounds by the type's subtype, for transforms that never change the order of two values: `date` and `number`.
 * For the others a range has no room. A constant can be `empty`. Whether a bound is infinite stays visible.
 */
export const rangeMasker = (request: ContainerRequest, subtype: number): Compiled => {
  const bound = boundMasker(request, subtype)
  if (bound === undefined) return constantRange(request, EMPTY_RANGE)
  return guarded(request.format === 'binary' ? binaryRange(bound) : wholeText(bound))
}

/** Range by range, each as `rangeMasker` does it. */
export const multirangeMasker = (request: ContainerRequest, subtype: number): Compiled => {
  const bound = boundMasker(request, subtype)
  if (bound === undefined) return constantRange(request, EMPTY_MULTIRANGE)
  return guarded(request.format === 'binary' ? binaryRanges(binaryRange(bound)) : textRanges(bound))
}

const boundMasker = (request: ContainerRequest, subtype: number): Compiled | undefined => {
  const { kind } = request.transform
  const bound = kind === 'date' || kind === 'number' ? request.part(subtype) : NULLS
  return bound.nulls ? undefined : bound
}

const constantRange = ({ transform, format }: ContainerRequest, empty: Constant): Compiled => {
  if (transform.kind !== 'constant' || transform.value !== empty.text) return NULLS
  const cell = format === 'binary' ? empty.binary : Buffer.from(empty.text, 'latin1')
  return { nulls: false, mask: () => cell }
}

/** A bound that has no room would become infinite, which is another value: then the range is NULL. */
const boundOf = ({ mask }: Compiled, value: Buffer): Buffer => {
  const made = mask(value)
  if (made === null) throw new Malformed()
  return Buffer.from(made)
}

const textBounds = (cursor: TextCursor, bound: Compiled): string => {
  const open = cursor.next
  if (open !== '[' && open !== '(') throw new Malformed()
  cursor.at += 1
  const one = (ends: string): string => {
    const { value, quoted } = cursor.part(ends)
    if (value === '' && !quoted) return ''
    return quoteField(boundOf(bound, Buffer.from(value, 'latin1')).toString('latin1'))
  }
  const lower = one(',')
  cursor.expect(',')
  const upper = one('])')
  const close = cursor.next
  if (close === '') throw new Malformed()
  cursor.at += 1
  return `${open}${lower},${upper}${close}`
}

const wholeText =
  (bound: Compiled) =>
  (cell: Buffer): Buffer => {
    const text = cell.toString('latin1')
    if (text === EMPTY_RANGE.text) return cell
    const cursor = new TextCursor(text)
    const made = textBounds(cursor, bound)
    cursor.end()
    return Buffer.from(made, 'latin1')
  }

const textRanges =
  (bound: Compiled) =>
  (cell: Buffer): Buffer => {
    const cursor = new TextCursor(cell.toString('latin1'))
    cursor.expect('{')
    const ranges: string[] = []
    while (!cursor.skip('}')) {
      if (ranges.length > 0) cursor.expect(',')
      ranges.push(textBounds(cursor, bound))
    }
    cursor.end()
    return Buffer.from(`{${ranges.join(',')}}`, 'latin1')
  }

const binaryRange =
  (bound: Compiled) =>
  (cell: Buffer): Buffer => {
    const [flags = EMPTY] = cell
    const parts: Buffer[] = [Buffer.of(flags)]
    let at = 1
    for (const infinite of [LOWER_INFINITE, UPPER_INFINITE]) {
      if ((flags & (EMPTY | infinite)) !== 0) continue
      const length = i32(cell, at)
      parts.push(...field(boundOf(bound, slice(cell, at + 4, length))))
      at += 4 + length
    }
    if (at !== cell.length) throw new Malformed()
    return Buffer.concat(parts)
  }

const binaryRanges =
  (range: (cell: Buffer) => Buffer) =>
  (cell: Buffer): Buffer => {
    const count = i32(cell, 0)
    const parts: Buffer[] = [cell.subarray(0, 4)]
    let at = 4
    for (let read = 0; read < count; read++) {
      const length = i32(cell, at)
      parts.push(...field(range(slice(cell, at + 4, length))))
      at += 4 + length
    }
    if (at !== cell.length) throw new Malformed()
    return Buffer.concat(parts)
  }

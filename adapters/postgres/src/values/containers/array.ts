// PostgreSQL: `array_out` and `array_send` in `src/backend/utils/adt/arrayfuncs.c`
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
import { quoteElement, TextCursor } from './quoting.ts'

/** PostgreSQL: `MAXDIM`. */
const DIMENSIONS_MOST = 6
const HAS_NULLS = 1

/**
 * Element by element, in any number of dimensions: how many elements there are stays visible. A transform that tells
 * nothing makes an array of one element instead. What an array is declared with holds for its elements.
 */
export const arrayMasker = (
  request: PartRequest,
  element: number,
  delimiter: string,
  modifier?: number,
): Compiled => {
  const part = request.part(element, modifier)
  if (part.nulls) return NULLS
  if (request.constant) {
    const made = part.mask(NO_VALUE)
    if (made === null) return NULLS
    const value = Buffer.from(made)
    return constantOnly(request.format === 'binary' ? oneBinary(element, value) : oneText(value))
  }
  return guarded(request.format === 'binary' ? binaryElements(part, element) : textElements(part, delimiter))
}

const oneText = (value: Buffer): Buffer =>
  Buffer.from(`{${quoteElement(value.toString('latin1'))}}`, 'latin1')

const oneBinary = (element: number, value: Buffer): Buffer =>
  Buffer.concat([words(1, 0, element, 1, 1, value.length), value])

const textElements =
  ({ mask }: Compiled, delimiter: string) =>
  (cell: Buffer): Buffer => {
    const cursor = new TextCursor(cell.toString('latin1'))
    const bounds = cursor.next === '[' ? cursor.through('=') : ''
    const ends = `${delimiter}}`
    const one = (): string => {
      const { value, quoted } = cursor.part(ends)
      if (!quoted && value === '') throw new Malformed()
      if (!quoted && value.toUpperCase() === 'NULL') return 'NULL'
      const made = mask(Buffer.from(value, 'latin1'))
      return made === null ? 'NULL' : quoteElement(Buffer.from(made).toString('latin1'))
    }
    const level = (depth: number): string => {
      if (depth > DIMENSIONS_MOST) throw new Malformed()
      cursor.expect('{')
      if (cursor.skip('}')) return '{}'
      let made = '{'
      do made += (made === '{' ? '' : delimiter) + (cursor.next === '{' ? level(depth + 1) : one())
      while (cursor.skip(delimiter))
      cursor.expect('}')
      return `${made}}`
    }
    const made = bounds + level(1)
    cursor.end()
    return Buffer.from(made, 'latin1')
  }

const binaryElements =
  ({ mask }: Compiled, element: number) =>
  (cell: Buffer): Buffer => {
    const dimensions = i32(cell, 0)
    if (dimensions < 0 || dimensions > DIMENSIONS_MOST || u32(cell, 8) !== element) throw new Malformed()
    const headEnd = 12 + dimensions * 8
    const head = Buffer.from(cell.subarray(0, headEnd))
    if (head.length < headEnd) throw new Malformed()
    const parts: Buffer[] = [head]
    let at = headEnd
    while (at < cell.length) {
      const length = i32(cell, at)
      at += 4
      const made = length === -1 ? null : mask(slice(cell, at, length))
      at += Math.max(length, 0)
      if (made === null) head.writeInt32BE(HAS_NULLS, 4)
      parts.push(...field(made))
    }
    return Buffer.concat(parts)
  }

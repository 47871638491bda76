import type { CellMasker, MaskPlan } from '@sluice/core/mask/plan'
import * as fc from 'fast-check'
import type { CopyDescription } from '../../src/copy/copy-settings.ts'

/** A value as a column holds it; null is NULL. */
export type Value = string | null

/** How a test stream is laid out. */
export type Layout = {
  readonly format: 'text' | 'csv' | 'binary'
  readonly delimiter: string
  readonly null: string
  readonly quote: string
  readonly escape: string
  readonly header: boolean
  /** Columns whose values are always quoted, as by FORCE_QUOTE. */
  readonly forceQuote: boolean
}

/** The layout where nothing is said. */
export const defaults = (format: Layout['format']): Layout => ({
  format,
  delimiter: format === 'csv' ? ',' : '\t',
  null: format === 'csv' ? '' : '\\N',
  quote: '"',
  escape: '"',
  header: false,
  forceQuote: false,
})

/** What the statement says of a layout. */
export const description = (layout: Layout): CopyDescription => {
  const { format, delimiter, quote, escape, header, forceQuote } = layout
  if (format === 'binary') return { format, options: {} }
  const lines = { delimiter, null: layout.null, header: String(header) }
  const quoting = { quote, escape, ...(forceQuote ? { force_quote: '*' } : {}) }
  return { format, options: format === 'csv' ? { ...lines, ...quoting } : lines }
}

/** A stream as PostgreSQL writes it (`src/backend/commands/copyto.c`), whole. */
export const streamOf = (layout: Layout, rows: readonly (readonly Value[])[], columns: number): Buffer => {
  if (layout.format === 'binary') return binaryStream(rows)
  const line = (values: readonly Value[]): string =>
    `${values.map((value) => field(layout, value, values.length === 1)).join(layout.delimiter)}\n`
  const names = Array.from({ length: columns }, (_, i) => `column ${i}`)
  return Buffer.from([...(layout.header ? [names] : []), ...rows].map(line).join(''), 'utf8')
}

const field = (layout: Layout, value: Value, single: boolean): string => {
  if (value === null) return layout.null
  return layout.format === 'csv' ? csvField(layout, value, single) : textField(layout, value)
}

// CopyAttributeOutText
const textField = ({ delimiter }: Layout, value: string): string =>
  Array.from(value, (character) => {
    const at = '\b\f\n\r\t\v'.indexOf(character)
    if (at >= 0) return `\\${'bfnrtv'[at]}`
    return character === '\\' || character === delimiter ? `\\${character}` : character
  }).join('')

// CopyAttributeOutCSV
const csvField = (layout: Layout, value: string, single: boolean): string => {
  const { delimiter, quote, escape } = layout
  const special = [delimiter, quote, '\n', '\r'].some((mark) => value.includes(mark))
  if (!layout.forceQuote && !special && value !== layout.null && !(single && value === '\\.')) return value
  const inside = Array.from(value, (c) => (c === quote || c === escape ? escape + c : c)).join('')
  return quote + inside + quote
}

const i16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

const binaryStream = (rows: readonly (readonly Value[])[]): Buffer => {
  const cell = (value: Value): Buffer => {
    const bytes = Buffer.from(value ?? '', 'utf8')
    const length = Buffer.alloc(4)
    length.writeInt32BE(value === null ? -1 : bytes.length)
    return Buffer.concat([length, bytes])
  }
  return Buffer.concat([
    Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1'),
    ...rows.flatMap((row) => [i16(row.length), ...row.map(cell)]),
    i16(-1),
  ])
}

/** A plan with these cells. */
export const planOf = (cells: readonly (CellMasker | undefined)[]): MaskPlan => ({
  pass: cells.every((cell) => cell === undefined),
  cells,
  exposed: [],
  masked: [],
})

/** The values that a plan makes of a row. */
export const maskedValues = (plan: MaskPlan, row: readonly Value[]): readonly Value[] =>
  row.map((value, i) => {
    const masker = plan.cells[i]
    if (value === null || masker === undefined) return value
    const made = masker(Buffer.from(value, 'utf8'))
    return made === null ? null : Buffer.from(made).toString('utf8')
  })

/** Cuts bytes at random places, possibly into single bytes. */
export const cut = (bytes: Buffer, sizes: readonly number[]): readonly Buffer[] => {
  const pieces: Buffer[] = []
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] ?? 1)
    pieces.push(Buffer.from(bytes.subarray(at, at + size)))
    at += size
  }
  return pieces
}

/** Piece sizes for `cut`. */
export const sizes: fc.Arbitrary<readonly number[]> = fc.array(fc.integer({ min: 1, max: 30 }), {
  maxLength: 8,
})

/** Values full of the marks of all layouts. */
export const value: fc.Arbitrary<Value> = fc.option(
  fc.string({
    unit: fc.constantFrom(
      'a',
      'N',
      '.',
      'é',
      '💥',
      '"',
      "'",
      '\\',
      ',',
      ';',
      '|',
      '\t',
      '\n',
      '\r',
      '\v',
      '\b',
      '\x01',
      ' ',
    ),
    maxLength: 12,
  }),
  { nil: null },
)

import { describe, expect, test } from '@jest/globals'
import { type MaskedRow, maskCell, maskRows, type RowCodec, rawRows } from '../../src/mask/apply.ts'
import type { MaskPlan } from '../../src/mask/plan.ts'

const planOf = (...cells: MaskPlan['cells'][number][]): MaskPlan => ({
  pass: cells.every((cell) => cell === undefined),
  cells,
  exposed: [],
  masked: [],
})
const hide = (): Uint8Array => Buffer.from('hidden')
const toNull = (): null => null

/** Rows of texts, written as JSON: the least codec there can be. */
const jsonRows = (rows: (string | null)[][]): RowCodec => {
  const done: (string | null)[][] = []
  let row: (string | null)[] = []
  let at = -1
  return {
    open: () => {
      row = rows.shift() ?? []
      at = -1
      return row.length === 0 ? -1 : row.length
    },
    next: () => row[++at] !== null,
    cell: () => Buffer.from(row[at] ?? ''),
    replace: (value) => {
      row[at] = value === null ? null : Buffer.from(value).toString()
    },
    close: () => done.push(row),
    take: () => Buffer.from(JSON.stringify(done)),
    mismatch: (message) => new RangeError(message),
  }
}

describe('maskRows', () => {
  test('masks what the plan masks and keeps NULL', () => {
    const rows = maskRows(
      planOf(undefined, hide, toNull),
      jsonRows([
        ['1', 'a', 'b'],
        [null, null, null],
      ]),
    )
    expect(JSON.parse(rows.toString())).toEqual([
      ['1', 'hidden', null],
      [null, null, null],
    ])
  })

  test('a cell that its masker gives back is not replaced', () => {
    const codec = jsonRows([['a', 'b']])
    let replaced = 0
    const counting: RowCodec = {
      ...codec,
      replace: (value) => {
        replaced += 1
        codec.replace(value)
      },
    }
    maskRows(
      planOf((cell) => cell, hide),
      counting,
    )
    expect(replaced).toBe(1)
  })

  test('INVARIANT (no-unproven-column): a row with more or fewer columns than the plan ends the run', () => {
    expect(() => maskRows(planOf(hide), jsonRows([['1', 'secret']]))).toThrow(RangeError)
    expect(() => maskRows(planOf(undefined, hide), jsonRows([['1']]))).toThrow(
      '1 columns and its description 2',
    )
  })
})

test('rawRows takes rows of a plan that proves every column only', () => {
  const bytes = Buffer.from('rows')
  expect(rawRows(planOf(undefined), bytes)).toBe(bytes)
  expect(() => rawRows(planOf(undefined, hide), bytes)).toThrow('pass raw')
})

test('maskCell', () => {
  const plan = planOf(undefined, hide, toNull)
  const cell = Buffer.from('x')
  expect(maskCell(plan, 0, cell)).toBe(cell)
  expect(maskCell(plan, 1, cell)).toEqual(Buffer.from('hidden'))
  expect(maskCell(plan, 1, null)).toBeNull()
  expect(maskCell(plan, 2, cell)).toBeNull()
  expect(() => maskCell(plan, 3, cell)).toThrow('not in the plan')
  expect(() => maskCell(plan, -1, cell)).toThrow('not in the plan')
})

const write = (row: MaskedRow): number => row.length

test('INVARIANT (no-unproven-column): nothing else is a MaskedRow (this fails to compile when it is)', () => {
  // @ts-expect-error bytes that went through no plan
  expect(write(Buffer.from('raw'))).toBe(3)
  expect(write(rawRows(planOf(undefined), Buffer.from('raw')))).toBe(3)
})

import { describe, expect, test } from '@jest/globals'
import type { CellMasker, MaskPlan } from '@sluice/core/mask/plan'
import { maskingWithin } from '@sluice/core/mask/within'
import { OUTPUT_CHUNK_BYTES } from '@sluice/wire/row-output'
import { ProtocolViolation } from '@sluice/wire/violation'
import * as fc from 'fast-check'
import { frameHeader } from '../../src/framing/frame-piece.ts'
import { backend } from '../../src/messages/codes.ts'
import { maskDataRows, passDataRows } from '../../src/values/data-row.ts'

type Cell = Buffer | null

const planOf = (cells: readonly (CellMasker | undefined)[]): MaskPlan => ({
  pass: false,
  cells,
  exposed: [],
  masked: [],
})
const hidden = Buffer.from('[hidden]')
const hide: CellMasker = () => hidden
const toNull: CellMasker = () => null
const reverse: CellMasker = (cell) => cell.toReversed()
/** Writes what it makes by itself, but for cells of an odd length. */
const reverseWithin = maskingWithin((bytes, from, to, into) => {
  if ((to - from) % 2 === 1) return -1
  for (let at = from; at < to; at++) into[to - 1 - at] = bytes[at] as number
  return to - from
}, reverse)

/** A plan that proves so many columns raw. */
const raw = (columns: number): MaskPlan => ({
  ...planOf(Array.from({ length: columns }, () => undefined)),
  pass: true,
})

/** The bytes, or undefined where they are refused as the protocol's violation. */
const shownBy = (show: () => Buffer): string | undefined => {
  try {
    return show().toString('hex')
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error
    return undefined
  }
}

const payloadOf = (cells: readonly Cell[]): Buffer => {
  const count = Buffer.alloc(2)
  count.writeUInt16BE(cells.length)
  return Buffer.concat([
    count,
    ...cells.flatMap((cell) => {
      const length = Buffer.alloc(4)
      length.writeInt32BE(cell?.length ?? -1)
      return cell === null ? [length] : [length, cell]
    }),
  ])
}

const messageOf = (cells: readonly Cell[]): Buffer => {
  const payload = payloadOf(cells)
  const header = Buffer.from('D....')
  header.writeInt32BE(payload.length + 4, 1)
  return Buffer.concat([header, payload])
}

const expected = (plan: MaskPlan, cells: readonly Cell[]): readonly Cell[] =>
  cells.map((cell, i) => {
    const masker = plan.cells[i]
    if (cell === null || masker === undefined) return cell
    const made = masker(cell)
    return made === null ? null : Buffer.from(made)
  })

const cell: fc.Arbitrary<Cell> = fc.option(
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
)
const planAndRows = fc.integer({ min: 0, max: 12 }).chain((columns) =>
  fc.record({
    plan: fc
      .array(fc.constantFrom(undefined, hide, toNull, reverse, reverseWithin), {
        minLength: columns,
        maxLength: columns,
      })
      .map(planOf),
    rows: fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 20 }),
  }),
)

describe('maskDataRows', () => {
  test('change the masked cells and nothing else', () => {
    fc.assert(
      fc.property(planAndRows, ({ plan, rows }) => {
        const wanted = Buffer.concat(rows.map((row) => messageOf(expected(plan, row))))
        expect(maskDataRows(plan, Buffer.concat(rows.map(messageOf)))).toEqual(wanted)
        expect(Buffer.concat(rows.map((row) => maskDataRows(plan, messageOf(row))))).toEqual(wanted)
      }),
    )
  })

  test('what was handed out is never written to again', () => {
    const plan = planOf([undefined, hide])
    const rows = Array.from({ length: 3000 }, (_, i) => [
      Buffer.from(`row ${i}`.padEnd(40)),
      Buffer.from('secret'),
    ])
    const taken = rows.map((row) => maskDataRows(plan, messageOf(row)))
    expect(taken.reduce((sum, row) => sum + row.length, 0)).toBeGreaterThan(OUTPUT_CHUNK_BYTES * 2)
    for (const [i, row] of rows.entries()) expect(taken[i]).toEqual(messageOf(expected(plan, row)))
  })

  test('a row longer than a chunk', () => {
    const row = [
      Buffer.alloc(OUTPUT_CHUNK_BYTES * 3, 7),
      Buffer.from('secret'),
      Buffer.alloc(OUTPUT_CHUNK_BYTES, 8),
    ]
    const plan = planOf([undefined, hide, undefined])
    expect(maskDataRows(plan, messageOf(row)).equals(messageOf(expected(plan, row)))).toBe(true)
  })

  test('a run that failed leaves nothing behind', () => {
    const plan = planOf([hide])
    const good = messageOf([Buffer.from('secret')])
    const bad = messageOf([Buffer.from('secret'), Buffer.from('more')])
    expect(() => maskDataRows(plan, Buffer.concat([good, bad]))).toThrow(ProtocolViolation)
    expect(maskDataRows(plan, good)).toEqual(messageOf([hidden]))
  })
})

describe('INVARIANT (no-unread-bytes): a malformed row ends in a violation', () => {
  const plan = planOf([hide, undefined])
  const row = [Buffer.from('secret'), Buffer.from('open')]

  test.each<[string, Buffer]>([
    ['an empty body', Buffer.alloc(0)],
    ['half a count', Buffer.from([0])],
    ['more columns than described', payloadOf([...row, null])],
    ['fewer columns than described', payloadOf([null])],
    ['no columns', payloadOf([])],
    ['65535 columns', Buffer.from([0xff, 0xff])],
    ['a length cut off', payloadOf(row).subarray(0, 4)],
    ['a value cut off', payloadOf(row).subarray(0, -1)],
    ['bytes behind the last cell', Buffer.concat([payloadOf(row), Buffer.from([0])])],
    ['a length below -1', Buffer.from([0, 2, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff])],
    ['a length beyond the row', Buffer.from([0, 2, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ])('%s', (_title, payload) => {
    const message = Buffer.concat([frameHeader(backend.DataRow, payload.length), payload])
    expect(() => maskDataRows(plan, message)).toThrow(ProtocolViolation)
    expect(() => passDataRows(raw(2), message)).toThrow(ProtocolViolation)
    expect(() => passDataRows(raw(2), Buffer.concat([messageOf(row), message]))).toThrow(ProtocolViolation)
  })

  test.each<[string, Buffer]>([
    ['another message in the run', Buffer.concat([messageOf(row), Buffer.from('Z\0\0\0\x05I')])],
    ['a header cut off', Buffer.concat([messageOf(row), Buffer.from('D\0\0')])],
    ['a message longer than the run', messageOf(row).subarray(0, -1)],
    ['a length word below its own size', Buffer.from('D\0\0\0\0\0\0')],
  ])('%s', (_title, run) => {
    expect(() => maskDataRows(plan, run)).toThrow(ProtocolViolation)
    expect(() => passDataRows(raw(2), run)).toThrow(ProtocolViolation)
  })

  test('any bytes pass raw just where they would pass a mask that changes nothing', () => {
    const rowLike = fc
      .tuple(fc.array(cell, { maxLength: 3 }), fc.option(fc.tuple(fc.nat(40), fc.nat(255))))
      .map(([cells, flaw]) => {
        const message = messageOf(cells)
        if (flaw !== null && flaw[0] < message.length) message[flaw[0]] = flaw[1]
        return message
      })
    const run = fc.oneof(
      fc.array(rowLike, { maxLength: 4 }).map((rows) => Buffer.concat(rows)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(run, fc.integer({ min: 1, max: 3 }), (bytes, columns) => {
        const masked = shownBy(() => maskDataRows(planOf(raw(columns).cells), bytes))
        const passed = shownBy(() => passDataRows(raw(columns), bytes))
        expect(passed).toEqual(masked)
      }),
      { numRuns: 1000 },
    )
  })

  test('rows whose columns were not described are read by their own count', () => {
    const rows = Buffer.concat([messageOf(row), messageOf([null])])
    expect(passDataRows(raw(0), rows)).toBe(rows)
    expect(() => passDataRows(raw(0), rows.subarray(0, -1))).toThrow(ProtocolViolation)
  })

  test('any bytes give a masked row or a violation, and never show a masked cell', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const message = Buffer.concat([frameHeader(backend.DataRow, bytes.length), bytes])
          const shown = maskDataRows(planOf([hide]), message)
          expect([messageOf([hidden]), messageOf([null])]).toContainEqual(Buffer.from(shown))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolViolation)
        }
      }),
    )
  })
})

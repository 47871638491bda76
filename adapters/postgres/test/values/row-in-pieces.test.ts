import { expect, test } from '@jest/globals'
import { ProtocolViolation } from '@sluice/wire/violation'
import * as fc from 'fast-check'
import { encodeDataRow } from '../../src/messages/data-row.ts'
import { checkDataRows, HEADER_BYTES } from '../../src/values/row-check.ts'
import { RowInPieces } from '../../src/values/row-in-pieces.ts'

const accepts = (check: () => void): boolean => {
  try {
    check()
    return true
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error
    return false
  }
}

const read = (body: Buffer, columns: number | undefined, cuts: readonly number[]): void => {
  const row = new RowInPieces(body.length, columns)
  let from = 0
  for (const cut of [...cuts.map((at) => at % (body.length + 1)).toSorted((a, b) => a - b), body.length]) {
    row.push(body.subarray(from, cut))
    from = cut
  }
}

const cells = fc.array(fc.option(fc.uint8Array({ maxLength: 20 }), { nil: null }), { maxLength: 4 })
const flaw = fc.option(fc.record({ at: fc.nat(60), to: fc.constantFrom(0, 1, 2, 0x7f, 0xff) }), { nil: null })

test('INVARIANT (no-unread-bytes): a row in pieces is refused just where it would be whole, however it is cut', () => {
  let taken = 0
  fc.assert(
    fc.property(
      cells,
      flaw,
      fc.option(fc.nat(4), { nil: undefined }),
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.nat(3),
      (values, wrong, columns, cuts, missing) => {
        const message = encodeDataRow({
          values: values.map((value) => (value === null ? null : Buffer.from(value))),
        })
        if (wrong !== null && HEADER_BYTES + wrong.at < message.length)
          message[HEADER_BYTES + wrong.at] = wrong.to
        const cut = message.subarray(0, message.length - (missing === 3 ? 1 : 0))
        cut.writeUInt32BE(cut.length - 1, 1)
        const whole = accepts(() => checkDataRows(cut, columns))
        if (whole) taken += 1
        expect(accepts(() => read(cut.subarray(HEADER_BYTES), columns, cuts))).toBe(whole)
      },
    ),
    { numRuns: 3000 },
  )
  expect(taken).toBeGreaterThan(100)
})

test('a number that is wrong is refused before what stands behind it is read', () => {
  const row = new RowInPieces(1_000_000, 1)
  row.push(Buffer.from([0, 1, 0, 0]))
  expect(() => row.push(Buffer.from([1, 0]))).toThrow('the cells of a data row do not fill it')
})

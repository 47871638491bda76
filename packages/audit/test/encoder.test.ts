import { Buffer } from 'node:buffer'
import { describe, expect, test } from '@jest/globals'
import { EntryDecoder } from '@sluice/audit/decoder'
import { EntryEncoder } from '@sluice/audit/encoder'
import { PackedReader, PackedWriter, Unreadable } from '@sluice/audit/packed'
import type { JournalEntry } from '@sluice/core/record/record'
import fc from 'fast-check'
import { note, sessionOpened, statementClosed, statementOpened } from './journals.ts'

const written = (write: (to: PackedWriter) => void, size = 100_000): Buffer => {
  const writer = new PackedWriter(Buffer.alloc(size))
  writer.limit = size
  write(writer)
  expect(writer.overflowed).toBe(false)
  return writer.bytes.subarray(0, writer.at)
}

const BASE_US = 1_700_000_000_000_000

const roundTrip = (entries: readonly JournalEntry[]): unknown[] => {
  const encoder = new EntryEncoder()
  const body = written((to) => {
    for (const entry of entries) encoder.entry(to, entry, BASE_US)
  })
  return new EntryDecoder().entries({ body, count: entries.length, atUs: BASE_US }).map(({ entry }) => entry)
}

describe('entries are read as they were written', () => {
  const hash = '00112233445566778899aabbccddeeff'
  const cases: readonly [string, JournalEntry][] = [
    ['a control event', note(1)],
    ['a session', sessionOpened('s')],
    ['a statement', statementOpened('s', 1)],
    ['one before the block began', statementOpened('s', 1, { at: 1_600_000_000_000.125 })],
    ['one in a trace', statementOpened('s', 1, { traceparent: '00-aa-bb-01' })],
    [
      'one with bind values',
      statementOpened('s', 2, {
        parameters: [
          { type: '23', hash },
          { type: '25', hash: null },
          { type: '17', hash: 'ABC' },
          { type: '17', hash: 'x'.repeat(32) },
        ],
      }),
    ],
    ['one whose numbers are none', statementOpened('s', Number.MAX_VALUE, { at: -1 })],
    ['one that says nothing of itself', statementOpened('s', 3, { canonical: '\ud800 é', rules: [] })],
    ['a close', statementClosed('s', 1)],
    ['a close with a code', statementClosed('s', 1, { outcome: 'failed', code: '22012', rows: 2 ** 53 - 1 })],
    ['a close that lasted a third', statementClosed('s', 1, { durationMs: 1 / 3 })],
  ]
  test.each(cases)('%s', (_, entry) => expect(roundTrip([entry])).toEqual([entry]))

  test('all of them in one block, twice', () => {
    const entries = [...cases, ...cases].map(([, entry]) => entry)
    expect(roundTrip(entries)).toEqual(entries)
  })
})

test('what a statement has in common with the one before it is written once', () => {
  const encoder = new EntryEncoder()
  const sizes = [1, 2, 3].map((statement) => {
    const body = written((to) => encoder.entry(to, statementOpened('s', statement), BASE_US))
    return body.length
  })
  expect(sizes[0]).toBeGreaterThan(300)
  expect(sizes.slice(1)).toEqual([9, 9])
})

test('a count is read as it was written', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(new PackedReader(written((to) => to.count(value))).count()).toBe(value)
    }),
  )
})

test('no bytes make the decoder do anything but read or refuse', () => {
  const encoder = new EntryEncoder()
  const good = written((to) => {
    for (const entry of [statementOpened('s', 1), statementClosed('s', 1), note(1)])
      encoder.entry(to, entry, BASE_US)
  })
  const place = fc.nat({ max: good.length - 1 })
  fc.assert(
    fc.property(fc.array(fc.tuple(place, fc.nat({ max: 255 })), { maxLength: 4 }), place, (edits, cut) => {
      const body = Buffer.from(good)
      for (const [at, value] of edits) body[at] = value
      try {
        new EntryDecoder().entries({ body: body.subarray(0, body.length - cut), count: 3, atUs: BASE_US })
      } catch (error) {
        expect(error).toBeInstanceOf(Unreadable)
      }
    }),
  )
})

import { describe, expect, test } from '@jest/globals'
import type { CellMasker, MaskPlan } from '@sluice/core/mask/plan'
import { ProtocolViolation } from '@sluice/wire/violation'
import * as fc from 'fast-check'
import { copyMasker } from '../../src/copy/copy-masker.ts'
import type { CopyDescription } from '../../src/copy/copy-settings.ts'
import {
  cut,
  defaults,
  description,
  type Layout,
  maskedValues,
  planOf,
  sizes,
  streamOf,
  type Value,
  value,
} from './streams.ts'

const fixed =
  (text: string): CellMasker =>
  () =>
    Buffer.from(text)
const toNull: CellMasker = () => null
const same: CellMasker = (cell) => Buffer.from(cell)

const layouts: readonly (readonly [string, Layout])[] = [
  ['text', defaults('text')],
  ['text with |', { ...defaults('text'), delimiter: '|' }],
  ['text with a header and an empty NULL', { ...defaults('text'), header: true, null: '' }],
  ['text with a control character', { ...defaults('text'), delimiter: '\x01' }],
  ['csv', defaults('csv')],
  ['csv with a header', { ...defaults('csv'), header: true }],
  ['csv with ; and \\', { ...defaults('csv'), delimiter: ';', escape: '\\' }],
  ["csv with ' and NULL", { ...defaults('csv'), quote: "'", escape: "'", null: 'NULL' }],
  ['csv with \\N and tabs', { ...defaults('csv'), delimiter: '\t', null: '\\N' }],
  ['csv all quoted', { ...defaults('csv'), forceQuote: true }],
  ['binary', defaults('binary')],
]

const run = (plan: MaskPlan, copy: CopyDescription, pieces: readonly Buffer[]): Buffer => {
  const masker = copyMasker(plan, copy, 'utf8')
  return Buffer.concat([...pieces.flatMap((piece) => masker.push(piece)), ...masker.end()])
}

const masker = fc.constantFrom(
  undefined,
  fixed('[redacted]'),
  fixed('a\tb\\,"\n|;\'c'),
  fixed(''),
  toNull,
  same,
)
const shapes = fc.integer({ min: 1, max: 6 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    cells: fc.array(masker, { minLength: columns, maxLength: columns }),
    rows: fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 8 }),
    sizes,
  }),
)

// With an empty NULL string the text format prints both alike.
const emptyAsNull = (row: readonly Value[]): readonly Value[] => row.map((one) => (one === '' ? null : one))

describe.each(layouts)('%s', (_title, layout) => {
  test('a plan that masks nothing changes no byte', () => {
    fc.assert(
      fc.property(shapes, ({ columns, rows, sizes: pieces }) => {
        const stream = streamOf(layout, rows, columns)
        const plan = planOf(Array.from({ length: columns }, () => undefined))
        expect(run(plan, description(layout), cut(stream, pieces)).equals(stream)).toBe(true)
      }),
    )
  })

  test('masks change their own fields only, whatever the cuts', () => {
    fc.assert(
      fc.property(shapes, ({ columns, cells, rows, sizes: pieces }) => {
        const plan = planOf(cells)
        const kept = layout.format === 'text' && layout.null === '' ? rows.map(emptyAsNull) : rows
        const masked = kept.map((row) => maskedValues(plan, row))
        const stream = streamOf(layout, rows, columns)
        const shown = run(plan, description(layout), cut(stream, pieces)).toString('utf8')
        expect(shown).toBe(streamOf(layout, masked, columns).toString('utf8'))
      }),
    )
  })

  test('a row of another width ends the stream', () => {
    const stream = streamOf(layout, [['a', 'b', 'secret']], 3)
    for (const columns of [1, 2, 4]) {
      const plan = planOf(Array.from({ length: columns }, () => fixed('x')))
      expect(() => run(plan, description(layout), [stream])).toThrow(ProtocolViolation)
    }
  })

  test('a stream that is cut off ends in a violation, and nothing of the unfinished row is shown', () => {
    const stream = streamOf({ ...layout, header: false }, [['secret', 'b']], 2)
    const whole = run(planOf([fixed('x'), undefined]), description({ ...layout, header: false }), [stream])
    for (let length = 1; length < stream.length; length++) {
      const masking = copyMasker(
        planOf([fixed('x'), undefined]),
        description({ ...layout, header: false }),
        'utf8',
      )
      const shown = Buffer.concat(masking.push(stream.subarray(0, length)))
      expect(shown.includes('secret')).toBe(false)
      expect(whole.subarray(0, shown.length).equals(shown)).toBe(true)
      expect(() => masking.end()).toThrow(ProtocolViolation)
    }
  })

  test('a row longer than the limit ends the stream; one at the limit does not', () => {
    const stream = streamOf({ ...layout, header: false }, [['s'.repeat(200)]], 1)
    const begin = layout.format === 'binary' ? 19 : 0
    const rowBytes = stream.length - begin - (layout.format === 'binary' ? 2 : 0)
    const masking = (limit: number) =>
      copyMasker(planOf([fixed('x')]), description({ ...layout, header: false }), 'utf8', limit)
    const push = (limit: number): void => {
      const one = masking(limit)
      for (const byte of stream) one.push(Buffer.of(byte))
      one.end()
    }
    expect(() => push(rowBytes)).not.toThrow()
    expect(() => push(rowBytes - 2)).toThrow('longer than')
  })
})

test('CSV: a masked field does not tell whether its value had to be quoted', () => {
  const stream = Buffer.from('plain\n"with, comma"\n"line\nbreak"\n')
  expect(run(planOf([fixed('x')]), description(defaults('csv')), [stream]).toString()).toBe('x\nx\nx\n')
})

describe('hostile streams', () => {
  const plan = planOf([fixed('x'), undefined])
  const header = streamOf(defaults('binary'), [], 2).subarray(0, 19)

  test.each<[string, Buffer]>([
    ['a wrong signature', Buffer.from('PGCOPX')],
    [
      'an unknown critical flag',
      Buffer.concat([header.subarray(0, 11), Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])]),
    ],
    ['a header extension', Buffer.concat([header.subarray(0, 15), Buffer.from([0, 0, 0, 4])])],
    ['a negative count', Buffer.concat([header, Buffer.from([0xff, 0xfe])])],
    [
      'a negative length',
      Buffer.concat([header, Buffer.from([0, 2, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0, 0xff, 0xff])]),
    ],
    ['bytes behind the trailer', Buffer.concat([header, Buffer.from([0xff, 0xff, 0])])],
  ])('binary: %s', (_title, stream) => {
    expect(() => run(plan, { format: 'binary', options: {} }, [stream])).toThrow(ProtocolViolation)
  })

  test('a header of another width', () => {
    const stream = Buffer.from('only one name\na,b\n')
    expect(() => run(plan, { format: 'csv', options: { header: 'true' } }, [stream])).toThrow('header')
  })

  test('binary: bytes in a message of their own behind the trailer', () => {
    const masking = copyMasker(plan, { format: 'binary', options: {} }, 'utf8')
    masking.push(Buffer.concat([header, Buffer.from([0xff, 0xff])]))
    expect(() => masking.push(Buffer.from('secret'))).toThrow(ProtocolViolation)
  })

  test('any bytes in any format end in masked rows or a violation', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .string({ unit: fc.constantFrom('"', '\\', ',', '\t', '\n', 'x', '1') })
        .map((text) => Buffer.from(text)),
    )
    fc.assert(
      fc.property(bytes, sizes, fc.constantFrom('text', 'csv', 'binary'), (stream, pieces, format) => {
        try {
          run(plan, { format, options: {} }, cut(Buffer.from(stream), pieces))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolViolation)
        }
      }),
    )
  })
})

const rowsWithNull = (nullString: string): string => {
  const copy: CopyDescription = { format: 'text', options: { null: nullString } }
  return run(planOf([fixed('[redacted]')]), copy, [Buffer.from('ana@example.com\n\\N\n\n')]).toString()
}

describe('a NULL string that a value may print as too', () => {
  test('does not tell which rows hold that value', () => {
    expect(rowsWithNull('ana@example.com').split('\n')[0]).toBe('[redacted]')
  })

  test('stays NULL where no value prints so', () => {
    expect(rowsWithNull('\\N')).toBe('[redacted]\n\\N\n[redacted]\n')
    expect(rowsWithNull('')).toBe('[redacted]\n[redacted]\n\n')
  })
})

describe('layouts that are not known are refused', () => {
  test.each<[string, CopyDescription | undefined]>([
    ['none', undefined],
    ['an unknown format', { format: 'unknown', options: {} }],
    ['an unknown option', { format: 'text', options: { oids: 'true' } }],
    ['a header that is no boolean', { format: 'csv', options: { header: 'match' } }],
    ['a header of two lines', { format: 'csv', options: { header: '2' } }],
    ['a delimiter of two characters', { format: 'csv', options: { delimiter: '::' } }],
    ['a delimiter beyond ASCII', { format: 'csv', options: { delimiter: '§' } }],
    [
      'a NULL beyond ASCII in an encoding of its own',
      { format: 'csv', options: { null: 'é', encoding: 'LATIN1' } },
    ],
    ['an empty quote', { format: 'csv', options: { quote: '' } }],
    ['a newline for a delimiter', { format: 'text', options: { delimiter: '\n' } }],
    [
      'an encoding that hides marks in characters',
      { format: 'text', options: { encoding: 'SHIFT_JIS_2004' } },
    ],
  ])('%s', (_title, copy) => {
    expect(() => copyMasker(planOf([fixed('x')]), copy, 'utf8')).toThrow(ProtocolViolation)
  })

  test.each(['', 'true', 'ON', '1'])('HEADER %s is a header', (header) => {
    const copy: CopyDescription = { format: 'csv', options: { header } }
    expect(run(planOf([fixed('x')]), copy, [Buffer.from('name\nvalue\n')]).toString()).toBe('name\nx\n')
  })

  test.each(['false', 'OFF', '0'])('HEADER %s is none', (header) => {
    const copy: CopyDescription = { format: 'csv', options: { header } }
    expect(run(planOf([fixed('x')]), copy, [Buffer.from('value\n')]).toString()).toBe('x\n')
  })
})

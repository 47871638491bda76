import { describe, expect, test } from '@jest/globals'
import { thrown } from '@sluice/testkit/thrown'
import { ProtocolViolation } from '@sluice/wire/violation'
import * as fc from 'fast-check'
import { frameHeader } from '../../src/framing/frame-piece.ts'
import { Framer } from '../../src/framing/framer.ts'

const THRESHOLD = 12
const MAX_FRAME_BYTES = 41
const D = 0x44
const Q = 0x51
const Z = 0x5a

function newFramer(): Framer {
  return new Framer({
    fault: 'client',
    types: [Q, Z],
    streamable: [D],
    maxFrameBytes: MAX_FRAME_BYTES,
    streamThresholdBytes: THRESHOLD,
  })
}

const message = (type: number, body: Uint8Array): Buffer =>
  Buffer.concat([frameHeader(type, body.length), body])

/** Messages put together again: what a reader makes of the pieces, however they were cut. */
type Seen = { type: number; body: string; streamed: boolean }

function drain(framer: Framer, seen: Seen[]): void {
  for (let piece = framer.next(); piece !== undefined; piece = framer.next()) {
    if (piece.kind === 'frame') {
      expect(piece.raw).toEqual(message(piece.type, piece.payload))
      seen.push({ type: piece.type, body: piece.payload.toString('hex'), streamed: false })
    } else if (piece.kind === 'begin') {
      expect(piece.bytes.length).toBeLessThan(piece.length)
      seen.push({ type: piece.type, body: piece.bytes.toString('hex'), streamed: true })
    } else {
      expect(piece.bytes.length).toBeGreaterThan(0)
      const last = seen.at(-1) as Seen
      last.body += piece.bytes.toString('hex')
      expect(piece.last).toBe(!framer.streaming)
    }
  }
}

const messages = fc.array(
  fc.record({
    type: fc.constantFrom(D, Q, Z),
    body: fc.uint8Array({ maxLength: MAX_FRAME_BYTES - 5, size: 'max' }),
  }),
  { maxLength: 12 },
)

const expected = (list: readonly { type: number; body: Uint8Array }[]): Seen[] =>
  list.map(({ type, body }) => ({
    type,
    body: Buffer.from(body).toString('hex'),
    streamed: type === D && body.length > THRESHOLD,
  }))

const joined = (list: readonly { type: number; body: Uint8Array }[]): Buffer =>
  Buffer.concat(list.map(({ type, body }) => message(type, body)))

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

describe('the same messages come out', () => {
  test('split in two at every byte', () => {
    fc.assert(
      fc.property(messages, (list) => {
        const bytes = joined(list)
        for (let at = 0; at <= bytes.length; at += 1) {
          const framer = newFramer()
          const seen: Seen[] = []
          framer.push(bytes.subarray(0, at))
          drain(framer, seen)
          framer.push(bytes.subarray(at))
          drain(framer, seen)
          expect(seen).toEqual(expected(list))
          expect(framer.buffered).toBe(0)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('however they are cut, and whether they are taken after each chunk or after several', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 6 })
    fc.assert(
      fc.property(messages, sizes, fc.integer({ min: 1, max: 5 }), (list, lengths, every) => {
        const framer = newFramer()
        const seen: Seen[] = []
        for (const [i, chunk] of cut(joined(list), lengths).entries()) {
          framer.push(chunk)
          if (i % every === 0) drain(framer, seen)
        }
        drain(framer, seen)
        expect(seen).toEqual(expected(list))
        expect(framer.buffered).toBe(0)
      }),
    )
  })

  test('with rows taken in runs, in the same order', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 6 })
    fc.assert(
      fc.property(messages, sizes, (list, lengths) => {
        const framer = newFramer()
        const out: Buffer[] = []
        let rows = 0
        for (const chunk of cut(joined(list), lengths)) {
          framer.push(chunk)
          for (;;) {
            const run = framer.run(D)
            if (run !== undefined) {
              rows += run.count
              out.push(run.bytes)
              continue
            }
            const piece = framer.next()
            if (piece === undefined) break
            if (piece.kind === 'frame') out.push(piece.raw)
            if (piece.kind === 'begin') out.push(frameHeader(piece.type, piece.length), piece.bytes)
            if (piece.kind === 'continue') out.push(piece.bytes)
          }
        }
        expect(Buffer.concat(out)).toEqual(joined(list))
        expect(rows).toBeLessThanOrEqual(list.filter(({ type }) => type === D).length)
      }),
    )
  })
})

describe('memory', () => {
  test('a frame within one chunk is a view of it', () => {
    const chunk = Buffer.from(joined([{ type: Q, body: Buffer.from('abc') }]))
    const framer = newFramer()
    framer.push(chunk)
    const piece = framer.next()
    if (piece?.kind !== 'frame') throw new Error('no frame')
    expect(piece.raw.buffer).toBe(chunk.buffer)
    expect(piece.raw.byteOffset).toBe(chunk.byteOffset)
    expect(piece.payload.byteOffset).toBe(chunk.byteOffset + 5)
  })

  test('a run is one view, and the frame after an assembled one is a view again', () => {
    const chunk = joined([Q, D, D, D].map((type) => ({ type, body: Buffer.from('abc') })))
    const framer = newFramer()
    framer.push(chunk.subarray(0, 6))
    expect(framer.next()).toBeUndefined()
    const second = chunk.subarray(6)
    framer.push(second)
    expect(framer.next()).toMatchObject({ kind: 'frame', type: Q })
    const run = framer.run(D)
    expect(run?.count).toBe(3)
    expect(run?.bytes.byteOffset).toBe(second.byteOffset + 2)
    expect(run?.bytes.buffer).toBe(second.buffer)
  })

  test('an announced length reserves nothing that was not sent', () => {
    const framer = new Framer({ fault: 'client', types: [Q], maxFrameBytes: 0x7fff_ffff })
    framer.push(frameHeader(Q, 0x7fff_0000))
    framer.push(Buffer.from('ab'))
    expect(framer.next()).toBeUndefined()
    expect(framer.buffered).toBe(7)
  })

  test('a kept buffer stays as it was when later frames are assembled', () => {
    const bytes = joined(['aa', 'bb', 'cc'].map((text) => ({ type: Q, body: Buffer.from(text) })))
    const framer = newFramer()
    const kept: Buffer[] = []
    for (const chunk of cut(bytes, [])) {
      framer.push(chunk)
      const piece = framer.next()
      if (piece?.kind === 'frame') kept.push(piece.payload)
    }
    expect(kept.map(String)).toEqual(['aa', 'bb', 'cc'])
  })

  test('a long frame in chunks of one byte comes out whole', () => {
    const body = Buffer.alloc(200_000, 'x')
    const framer = new Framer({ fault: 'client', types: [Q], maxFrameBytes: 1_000_000 })
    const whole = message(Q, body)
    let piece
    for (let i = 0; i < whole.length; i += 1) {
      framer.push(whole.subarray(i, i + 1))
      piece = framer.next()
    }
    expect(piece?.kind === 'frame' && piece.payload.equals(body)).toBe(true)
  })
})

const violation = (run: () => unknown): ProtocolViolation => thrown(ProtocolViolation, run)

describe('refuses', () => {
  test.each([
    ['a length of 0', [Q, 0, 0, 0, 0], 'malformed'],
    ['a length of 3', [Q, 0, 0, 0, 3], 'malformed'],
    ['a length with the top bit set', [Q, 0xff, 0xff, 0xff, 0xff], 'limit'],
    ['one byte more than the limit', [Q, 0, 0, 0, MAX_FRAME_BYTES], 'limit'],
    ['one byte more than the limit in a streamable type', [D, 0, 0, 0, MAX_FRAME_BYTES], 'limit'],
    ['a type that is not admitted', [0x58, 0, 0, 0, 4], 'unexpected'],
  ] as const)('%s, by its header alone, now and ever after', (_what, bytes, reason) => {
    const framer = newFramer()
    framer.push(Buffer.from(bytes))
    expect(violation(() => framer.next())).toMatchObject({ fault: 'client', reason })
    expect(violation(() => framer.next()).reason).toBe(reason)
    expect(violation(() => framer.run(D)).reason).toBe(reason)
    expect(violation(() => framer.push(Buffer.from('x'))).reason).toBe(reason)
  })

  test('nothing at the limit itself', () => {
    const framer = newFramer()
    framer.push(message(Q, Buffer.alloc(MAX_FRAME_BYTES - 5)))
    expect(framer.next()).toMatchObject({ kind: 'frame' })
  })

  test('garbage with nothing but a violation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (garbage, runs) => {
        const framer = newFramer()
        try {
          for (const chunk of cut(Buffer.from(garbage), [7, 1, 30])) {
            framer.push(chunk)
            if (runs) framer.run(D)
            drain(framer, [])
          }
        } catch (error) {
          if (!(error instanceof ProtocolViolation)) throw error
        }
      }),
    )
  })

  test('in a run: a bad length after good rows', () => {
    const framer = newFramer()
    framer.push(Buffer.concat([message(D, Buffer.from('ab')), Buffer.from([D, 0, 0, 0, 2])]))
    expect(violation(() => framer.run(D)).reason).toBe('malformed')
  })
})

describe('run', () => {
  test('ends before another type, before a cut row and before a row long enough to be streamed', () => {
    const row = message(D, Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xff]))
    const long = message(D, Buffer.alloc(THRESHOLD + 1))
    for (const after of [message(Z, Buffer.from('I')), row.subarray(0, row.length - 1), long]) {
      const framer = newFramer()
      framer.push(Buffer.concat([row, row, after]))
      expect(framer.run(D)).toEqual({ bytes: Buffer.concat([row, row]), count: 2 })
      expect(framer.run(D)).toBeUndefined()
      expect(framer.buffered).toBe(after.length)
    }
  })

  test('gives nothing while a message is handed on in pieces', () => {
    const framer = newFramer()
    framer.push(Buffer.concat([message(D, Buffer.alloc(30)), message(D, Buffer.from('ab'))]))
    expect(framer.next()).toMatchObject({ kind: 'begin', length: 30 })
    expect(framer.run(D)).toBeUndefined()
    expect(framer.next()).toMatchObject({ kind: 'continue', last: true })
    expect(framer.run(D)?.count).toBe(1)
  })
})

test('admit replaces what may come from there on', () => {
  const framer = newFramer()
  framer.push(Buffer.concat([message(Q, Buffer.alloc(36)), message(Z, Buffer.from('I'))]))
  expect(framer.next()).toMatchObject({ type: Q })
  framer.admit([Q], 10)
  expect(violation(() => framer.next()).reason).toBe('unexpected')
})

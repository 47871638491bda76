import { describe, expect, test } from '@jest/globals'
import { thrown } from '@sluice/testkit/thrown'
import { ProtocolViolation } from '@sluice/wire/violation'
import * as fc from 'fast-check'
import { type Frame, HEAD_BYTES, NO_TYPE } from '../../src/framing/frame-piece.ts'
import { Framer, MAX_STREAMED_BYTES } from '../../src/framing/framer.ts'
import {
  HEADER_BYTES,
  MAX_PACKET_PAYLOAD_BYTES,
  packetCount,
  packetHeader,
  toPackets,
} from '../../src/framing/packets.ts'

const MAX = 40 * 1024 * 1024
const framer = (streamThresholdBytes?: number): Framer =>
  new Framer({
    fault: 'upstream',
    maxFrameBytes: MAX,
    ...(streamThresholdBytes === undefined ? {} : { streamThresholdBytes }),
  })

/** The bytes in chunks of these sizes, over and over. */
function* chunks(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? bytes.length
    // A copy, as a socket reads into fresh memory.
    yield Buffer.from(bytes.subarray(at, at + size))
    at += size
  }
}

const violation = (run: () => unknown): ProtocolViolation => thrown(ProtocolViolation, run)

const payloads = fc.array(
  fc.uint8Array({ maxLength: 90 }).map((b) => Buffer.from(b)),
  { maxLength: 12 },
)
const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 })

/** All messages one after the other, numbered from `first` on. */
const joined = (messages: readonly Buffer[], first = 0): Buffer =>
  Buffer.concat(messages.map((message, i) => toPackets(message, first + i)))

const filled = (length: number, byte = 7): Buffer => Buffer.alloc(length, byte)

describe('whole messages', () => {
  test('come out as they went in, however the network cuts them', () => {
    fc.assert(
      fc.property(payloads, sizes, fc.nat({ max: 255 }), (messages, cuts, first) => {
        const wire = joined(messages, first)
        const reading = framer()
        reading.expect(first)
        const frames: Frame[] = []
        for (const chunk of chunks(wire, cuts)) {
          reading.push(chunk)
          for (let piece = reading.next(); piece !== undefined; piece = reading.next()) {
            if (piece.kind === 'frame') frames.push(piece.keep())
          }
        }
        expect(frames.map(({ payload }) => payload)).toEqual(messages)
        expect(frames.map(({ type }) => type)).toEqual(messages.map((message) => message[0] ?? NO_TYPE))
        expect(Buffer.concat(frames.map(({ raw }) => raw))).toEqual(wire)
        expect(reading.buffered).toBe(0)
        expect(reading.sequence).toBe((first + messages.length) & 0xff)
      }),
    )
  })

  test.each([
    MAX_PACKET_PAYLOAD_BYTES - 1,
    MAX_PACKET_PAYLOAD_BYTES,
    MAX_PACKET_PAYLOAD_BYTES + 1,
    2 * MAX_PACKET_PAYLOAD_BYTES,
  ])('of %i bytes are split and joined', (length) => {
    const payload = filled(length)
    payload[length - 1] = 9
    const wire = toPackets(payload, 254)
    expect(wire.length).toBe(length + HEADER_BYTES * packetCount(length))
    const reading = framer()
    reading.expect(254)
    for (const chunk of chunks(wire, [1_000_003])) reading.push(chunk)
    const frame = reading.next() as Frame
    expect(frame).toMatchObject({ kind: 'frame', type: 7, sequence: 254, packets: packetCount(length) })
    expect(frame.payload.equals(payload)).toBe(true)
    expect(frame.raw.equals(wire)).toBe(true)
    expect(reading.sequence).toBe((254 + packetCount(length)) & 0xff)
  })

  test('one that is not all there yet is none', () => {
    const wire = toPackets(filled(MAX_PACKET_PAYLOAD_BYTES), 0)
    const reading = framer()
    reading.push(wire.subarray(0, wire.length - 1))
    expect(reading.next()).toBeUndefined()
    reading.push(wire.subarray(wire.length - 1))
    expect(reading.next()).toMatchObject({ packets: 2 })
  })
})

describe('a violation, which stays one', () => {
  test.each([
    ['a sequence id that skips one', Buffer.concat([toPackets(filled(3), 0), toPackets(filled(3), 2)])],
    ['a sequence id that comes twice', Buffer.concat([toPackets(filled(3), 0), toPackets(filled(3), 0)])],
    [
      'a sequence id that is wrong in the second packet of a message',
      Buffer.concat([
        toPackets(filled(1), 0),
        packetHeader(MAX_PACKET_PAYLOAD_BYTES, 1),
        filled(MAX_PACKET_PAYLOAD_BYTES),
        packetHeader(0, 1),
      ]),
    ],
  ])('%s', (_name, wire) => {
    const reading = framer()
    reading.push(wire)
    reading.next()
    const found = violation(() => reading.next())
    expect(found).toMatchObject({ fault: 'upstream', reason: 'unexpected' })
    expect(violation(() => reading.next())).toBe(found)
    expect(violation(() => reading.push(filled(1)))).toBe(found)
    expect(violation(() => reading.run(() => true))).toBe(found)
  })

  test('a message over the limit, by its header alone', () => {
    const reading = framer()
    reading.admit(1000)
    reading.push(packetHeader(997, 0))
    expect(violation(() => reading.next())).toMatchObject({ reason: 'limit' })
    const edge = framer()
    edge.admit(1000)
    edge.push(toPackets(filled(996), 0))
    expect(edge.next()).toMatchObject({ kind: 'frame' })
  })

  test('a message of so many packets that together they are over the limit', () => {
    const reading = framer()
    reading.push(Buffer.concat([packetHeader(MAX_PACKET_PAYLOAD_BYTES, 0), filled(MAX_PACKET_PAYLOAD_BYTES)]))
    reading.push(Buffer.concat([packetHeader(MAX_PACKET_PAYLOAD_BYTES, 1), filled(MAX_PACKET_PAYLOAD_BYTES)]))
    expect(reading.next()).toBeUndefined()
    reading.push(packetHeader(MAX_PACKET_PAYLOAD_BYTES, 2))
    expect(violation(() => reading.next())).toMatchObject({ reason: 'limit' })
  })

  test('a message in pieces without end', () => {
    const reading = framer()
    reading.inPieces(true)
    const packet = filled(MAX_PACKET_PAYLOAD_BYTES)
    const most = Math.trunc(MAX_STREAMED_BYTES / MAX_PACKET_PAYLOAD_BYTES)
    const drain = (): void => {
      while (reading.next() !== undefined);
    }
    for (let i = 0; i < most; i += 1) {
      reading.push(packetHeader(MAX_PACKET_PAYLOAD_BYTES, i))
      reading.push(packet)
      drain()
    }
    reading.push(packetHeader(MAX_PACKET_PAYLOAD_BYTES, most))
    expect(violation(drain)).toMatchObject({ reason: 'limit' })
  })
})

describe('in pieces', () => {
  test('a long message is relayed byte for byte and never gathered, a short one comes whole', () => {
    fc.assert(
      fc.property(payloads, sizes, (messages, cuts) => {
        const wire = joined(messages)
        const reading = framer(HEAD_BYTES)
        reading.inPieces(true)
        const relayed: Buffer[] = []
        const lengths: number[] = []
        for (const chunk of chunks(wire, cuts)) {
          reading.push(chunk)
          for (let piece = reading.next(); piece !== undefined; piece = reading.next()) {
            if (piece.kind === 'frame') {
              relayed.push(piece.raw)
              lengths.push(piece.payload.length)
              expect(piece.payload.length).toBeLessThanOrEqual(HEAD_BYTES)
              continue
            }
            relayed.push(piece.bytes)
            if (piece.kind === 'begin') {
              lengths.push(piece.payloadBytes)
              expect(piece.head.length).toBe(HEAD_BYTES)
              expect(piece.type).toBe(piece.head[0])
            } else lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + piece.payloadBytes
          }
        }
        expect(Buffer.concat(relayed)).toEqual(wire)
        expect(lengths).toEqual(messages.map(({ length }) => length))
        expect(reading.streaming).toBe(false)
      }),
    )
  })

  test('a message of several packets is one message', () => {
    const wire = toPackets(filled(MAX_PACKET_PAYLOAD_BYTES + 5), 3)
    const reading = framer()
    reading.expect(3)
    reading.inPieces(true)
    const relayed: Buffer[] = []
    const lasts: boolean[] = []
    for (const chunk of chunks(wire, [65_536, 1, 2])) {
      reading.push(chunk)
      for (let piece = reading.next(); piece !== undefined; piece = reading.next()) {
        if (piece.kind === 'frame') throw new Error('it came whole')
        relayed.push(piece.bytes)
        if (piece.kind === 'continue') lasts.push(piece.last)
      }
    }
    expect(Buffer.concat(relayed).equals(wire)).toBe(true)
    expect(lasts.filter(Boolean)).toHaveLength(1)
    expect(lasts.at(-1)).toBe(true)
    expect(reading.sequence).toBe(5)
  })
})

const isRow = (bytes: Buffer, start: number): boolean => bytes[start] === 1

describe('a run', () => {
  const rows = [filled(3, 1), filled(4, 1), filled(5, 1)]
  const end = filled(2, 0xfe)

  test('is the whole packets of one chunk that are taken, as one slice', () => {
    const reading = framer()
    const wire = joined([...rows, end])
    reading.push(wire.subarray(0, wire.length - 1))
    const run = reading.run(isRow)
    expect(run).toMatchObject({ count: 3 })
    expect(run?.bytes).toEqual(joined(rows))
    expect(reading.run(isRow)).toBeUndefined()
    expect(reading.next()).toBeUndefined()
    reading.push(wire.subarray(wire.length - 1))
    expect(reading.next()).toMatchObject({ type: 0xfe, sequence: 3 })
  })

  test('ends at `most`, and at a message that would come in pieces', () => {
    const reading = framer(HEAD_BYTES)
    reading.inPieces(true)
    reading.push(joined([...rows, filled(HEAD_BYTES + 1, 1)]))
    expect(reading.run(isRow, 2)).toMatchObject({ count: 2 })
    expect(reading.run(isRow)).toMatchObject({ count: 1 })
    expect(reading.run(isRow)).toBeUndefined()
    expect(reading.next()).toMatchObject({ kind: 'begin' })
    expect(reading.run(isRow)).toBeUndefined()
  })

  test('checks the sequence ids', () => {
    const reading = framer()
    reading.push(Buffer.concat([toPackets(filled(3, 1), 0), toPackets(filled(3, 1), 5)]))
    expect(violation(() => reading.run(isRow))).toMatchObject({ reason: 'unexpected' })
  })

  test('wraps around behind 255', () => {
    const reading = framer()
    reading.expect(255)
    reading.push(joined(rows, 255))
    expect(reading.run(isRow)).toMatchObject({ count: 3 })
    expect(reading.sequence).toBe(2)
  })
})

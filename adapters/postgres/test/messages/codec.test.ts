import { describe, expect, test } from '@jest/globals'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Arbitrary } from 'fast-check'
import * as fc from 'fast-check'
import { allCases, bodyOf, type MessageCase } from './arbitraries.ts'

// The list holds messages of many types; each entry is consistent with itself.
const cases = allCases as unknown as readonly MessageCase<object>[]

describe.each(cases.map((message) => [message.name, message] as const))('%s', (_name, message) => {
  const encoded: Arbitrary<Buffer> = message.values.map((value) => message.encode(value))

  test('decoding an encoded message gives it back', () => {
    fc.assert(
      fc.property(message.values, (value) => {
        expect(message.decode(bodyOf(message as never, message.encode(value)))).toEqual(value)
      }),
    )
  })

  test('the length word counts all but the type byte', () => {
    fc.assert(
      fc.property(encoded, (whole) => {
        const at = message.typed ? 1 : 0
        expect(whole.readUInt32BE(at)).toBe(whole.length - at)
      }),
    )
  })

  test('a body cut at any byte, or with a byte added, is a violation or another valid message', () => {
    fc.assert(
      fc.property(encoded, (whole) => {
        const body = bodyOf(message as never, whole)
        for (let end = 0; end < body.length; end += 1) decodeHostile(message, body.subarray(0, end))
        decodeHostile(message, Buffer.concat([body, Buffer.from([0])]))
      }),
      { numRuns: 40 },
    )
  })

  test('a mutated body never throws anything but a violation', () => {
    fc.assert(
      fc.property(
        encoded,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }),
        (whole, edits) => {
          const body = Buffer.from(bodyOf(message as never, whole))
          for (const [at, byte] of edits) if (body.length > 0) body[at % body.length] = byte
          decodeHostile(message, body)
        },
      ),
    )
  })

  test('garbage never throws anything but a violation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (garbage) =>
        decodeHostile(message, Buffer.from(garbage)),
      ),
    )
  })
})

/** Decodes bytes nobody vouches for: what comes back must encode to a message that reads the same. */
function decodeHostile(message: MessageCase<object>, body: Buffer): void {
  let decoded: object
  try {
    decoded = message.decode(body)
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error
    expect(error.fault).toMatch(/^(?:client|upstream)$/)
    return
  }
  expect(message.decode(bodyOf(message as never, message.encode(decoded)))).toEqual(decoded)
}

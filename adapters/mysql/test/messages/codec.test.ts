import { describe, expect, test } from '@jest/globals'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Arbitrary } from 'fast-check'
import * as fc from 'fast-check'
import { allCases, type MessageCase } from './arbitraries.ts'

// The list holds messages of many types; each entry is consistent with itself.
const cases = allCases as unknown as readonly MessageCase<object>[]

describe.each(cases.map((message) => [message.name, message] as const))('%s', (_name, message) => {
  const encoded: Arbitrary<Buffer> = message.values.map((value) => message.encode(value))

  test('decoding an encoded message gives it back', () => {
    fc.assert(
      fc.property(message.values, (value) => {
        expect(message.decode(message.encode(value))).toEqual(value)
      }),
    )
  })

  test('a payload cut at any byte, or with a byte added, is a violation or another valid message', () => {
    fc.assert(
      fc.property(encoded, (whole) => {
        for (let end = 0; end < whole.length; end += 1) decodeHostile(message, whole.subarray(0, end))
        decodeHostile(message, Buffer.concat([whole, Buffer.from([0])]))
      }),
      { numRuns: 40 },
    )
  })

  test('a mutated payload never throws anything but a violation', () => {
    fc.assert(
      fc.property(
        encoded,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }),
        (whole, edits) => {
          const payload = Buffer.from(whole)
          for (const [at, byte] of edits) if (payload.length > 0) payload[at % payload.length] = byte
          decodeHostile(message, payload)
        },
      ),
    )
  })

  test('garbage never throws anything but a violation', () => {
    fc.assert(
      fc.property(encoded, fc.uint8Array({ maxLength: 64 }), (whole, garbage) => {
        decodeHostile(message, Buffer.from(garbage))
        // Behind the first byte, which most of the others fail at.
        decodeHostile(message, Buffer.concat([whole.subarray(0, 1), garbage]))
      }),
    )
  })
})

/** Decodes bytes nobody vouches for: what comes back must encode to a message that reads the same. */
function decodeHostile(message: MessageCase<object>, payload: Buffer): void {
  let decoded: object
  try {
    decoded = message.decode(payload)
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error
    expect(error.fault).toMatch(/^(?:client|upstream)$/)
    return
  }
  expect(message.decode(message.encode(decoded))).toEqual(decoded)
}

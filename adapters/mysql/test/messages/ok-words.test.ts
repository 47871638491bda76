import { expect, test } from '@jest/globals'
import { capability } from '../../src/messages/capabilities.ts'
import { decodeOkPacket, encodeOkPacket } from '../../src/messages/ok-packet.ts'

const WORDS = 'Rows matched: 2  Changed: 2  Warnings: 0'
/** What MariaDB 10.11 and MySQL 9.7 answer to an UPDATE of a client without SESSION_TRACK. */
const SENT = Buffer.from(
  `00020022000000${Buffer.from([WORDS.length]).toString('hex')}${Buffer.from(WORDS).toString('hex')}`,
  'hex',
)

test('words have their length before them also where sessions are not tracked', () => {
  const ok = decodeOkPacket(SENT, capability.PROTOCOL_41)
  expect(ok.info).toBe(WORDS)
  expect(encodeOkPacket(ok, capability.PROTOCOL_41)).toEqual(SENT)
})

test('words without a length are read as well', () => {
  const bare = Buffer.concat([SENT.subarray(0, 7), Buffer.from(WORDS)])
  expect(decodeOkPacket(bare, capability.PROTOCOL_41).info).toBe(WORDS)
})

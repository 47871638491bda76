import { expect, test } from '@jest/globals'
import { minutesAhead } from '../../src/session/zone.ts'

test.each([
  ['SYSTEM', 'SYSTEM', 'UTC', 0],
  ['+00:00', 'SYSTEM', 'UTC', 0],
  ['-11:30', 'SYSTEM', 'UTC', -690],
  ['+13:00', '+02:00', 'CET', 780],
  ['+02:00', '+02:00', 'CET', 120],
  ['SYSTEM', '+02:00', 'UTC', 0],
  ['SYSTEM', '+02:00', 'CET', undefined],
  ['Europe/Berlin', 'SYSTEM', 'UTC', undefined],
  // The server's own clock counts, whatever it is, and no other beside it.
  ['SYSTEM', 'SYSTEM', 'CET', 0],
  ['Europe/Berlin', 'Europe/Berlin', 'UTC', 0],
  ['+00:00', 'SYSTEM', 'CET', undefined],
  ['UTC', 'SYSTEM', 'GMT', undefined],
])('a session at %s, where the server has %s and its system %s', (session, global, system, minutes) => {
  expect(minutesAhead({ session, global, system })).toBe(minutes)
})

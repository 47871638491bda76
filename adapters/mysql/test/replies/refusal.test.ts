import { expect, test } from '@jest/globals'
import { decodeErrPacket } from '../../src/messages/err-packet.ts'
import { errno, sqlStateOf } from '../../src/replies/errno.ts'
import { errorReply, MESSAGE_BYTES } from '../../src/replies/refusal.ts'

const told = (message: string, hint: string) =>
  decodeErrPacket(errorReply({ code: errno.tableAccessDenied, message, hint }))

test('a refusal has number, state, reason and hint in one text', () => {
  expect(told('`select` on `shop.t` is refused', 'ask the owner')).toEqual({
    code: 1142,
    sqlState: '42000',
    message: '`select` on `shop.t` is refused; ask the owner',
  })
})

test.each([
  ['a long reason keeps its hint', 'ü'.repeat(400), 'ask the owner', '; ask the owner'],
  ['a long hint keeps the reason', 'refused', 'ü'.repeat(400), '…'],
  ['both long', 'ü'.repeat(400), 'ü'.repeat(400), '…'],
  ['no hint', 'ü'.repeat(400), '', '…'],
])('%s, in what clients keep of it', (_, message, hint, end) => {
  const text = told(message, hint).message
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MESSAGE_BYTES)
  expect(text.slice(0, 3)).toBe(message.slice(0, 3))
  expect(text.endsWith(end)).toBe(true)
  expect(text).not.toContain('\ufffd')
})

test('INVARIANT (hostile-both-sides): a refusal can be told, whatever it quotes', () => {
  expect(told('half \ud83d', 'zero \0').message).toBe('half \ufffd; zero \ufffd')
})

test('every number has a state of five characters', () => {
  for (const code of Object.values(errno)) expect(sqlStateOf(code)).toMatch(/^[0-9A-Z]{5}$/)
})

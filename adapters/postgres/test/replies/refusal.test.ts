import { describe, expect, test } from '@jest/globals'
import { decodeErrorResponse } from '../../src/messages/error-response.ts'
import { errorReply, fatalReply } from '../../src/replies/refusal.ts'
import { sqlstate } from '../../src/replies/sqlstate.ts'

const HEADER_BYTES = 5

describe('INVARIANT (hostile-both-sides): a refusal can be told, whatever it quotes', () => {
  test.each([errorReply, fatalReply])('by %p', (reply) => {
    const code = sqlstate.protocolViolation
    const refusal = { code, message: 'encoding `UTF8\0x`', hint: 'half \ud83d', context: '\0' }
    const { fields } = decodeErrorResponse(reply(refusal).subarray(HEADER_BYTES))
    expect(['C', 'M', 'H', 'W'].map((letter) => fields.get(letter))).toEqual([
      code,
      'encoding `UTF8\ufffdx`',
      'half \ufffd',
      '\ufffd',
    ])
  })
})

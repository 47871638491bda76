import { describe, expect, test } from '@jest/globals'
import * as names from '@sluice/telemetry/attributes'
import { admitAttributes, carriesNoLiteral, MAX_NAME_LENGTH, MAX_NAMES } from '@sluice/telemetry/redaction'

describe('INVARIANT (secrets-stay-out)', () => {
  test('every attribute name of ours has a rule', () => {
    for (const name of Object.values(names)) {
      const kept = [['x'], 'x', 1, true].map((value) => admitAttributes({ [name]: value })[name])
      expect([name, kept.filter((one) => one !== undefined).length]).toEqual([name, 1])
    }
  })

  test.each([
    ['a name outside the table', { 'db.query.parameter.0': 'secret' }],
    ['a name of the prototype', { constructor: 'secret' }],
    ['a text where a number belongs', { 'db.response.returned_rows': '4111111111111111' }],
    ['a text with a literal', { 'db.query.text': "alter role ana password 'hunter2'" }],
    ['a text with half a literal', { 'db.query.text': "select 'hunter2" }],
    ['nothing', { 'user.id': undefined }],
  ])('%s does not leave', (_, attributes) => {
    expect(admitAttributes(attributes)).toEqual({})
  })

  test.each([
    ["select name from people where email = '?' and age > 1", true],
    ["select b'0', '', '?'", true],
    ['select $1', true],
    ["select 'x'", false],
    ["select '?' || 'hunter2'", false],
    ["select '?''hunter2'", false],
  ])('%s', (text, clean) => {
    expect(carriesNoLiteral(text)).toBe(clean)
  })

  test.each(['sluice.columns.exposed', 'sluice.columns.masked'])(
    '%s: a name with a literal is none',
    (name) => {
      const admitted = admitAttributes({ [name]: ['email', "aes_decrypt(card,'hunter2')", "'hunter2"] })
      expect(admitted[name]).toEqual(['email', '?column?', '?column?'])
    },
  )

  test('names and lists are cut at their limits', () => {
    const admitted = admitAttributes({
      'user.id': 'a'.repeat(MAX_NAME_LENGTH + 1),
      'sluice.rules': Array.from({ length: MAX_NAMES + 1 }, () => 'r'),
    })
    expect(admitted['user.id']).toHaveLength(MAX_NAME_LENGTH)
    expect(admitted['sluice.rules']).toHaveLength(MAX_NAMES)
  })
})

import { describe, expect, test } from '@jest/globals'
import { preparedPassword, saslprep } from '@sluice/core/secret/saslprep'
import * as fc from 'fast-check'

describe('RFC 4013, examples of section 3', () => {
  test.each([
    ['a soft hyphen is dropped', 'I\u00ADX', 'IX'],
    ['ASCII is untouched', 'user', 'user'],
    ['case is kept', 'USER', 'USER'],
    ['a feminine ordinal becomes a', '\u00AA', 'a'],
    ['a Roman numeral becomes letters', '\u2168', 'IX'],
    ['right to left must end as it began', '\u0627\u0031', undefined],
  ])('%s', (_, text, prepared) => {
    expect(saslprep(text)).toBe(prepared)
  })
})

describe('as PostgreSQL prepares passwords', () => {
  test.each([
    ['a no-break space becomes a space', 'a\u00A0b', 'a b'],
    ['a zero-width space is a space, not nothing', 'a\u200Bb', 'a b'],
    ['a ligature is spelt out', '\uFB01x', 'fix'],
    ['decomposed letters are composed', 'e\u0301', '\u00E9'],
    ['right to left alone is fine', '\u0627\u0628', '\u0627\u0628'],
    ['digits between right to left are fine', '\u06271\u0628', '\u06271\u0628'],
  ])('%s', (_, text, prepared) => {
    expect(preparedPassword(text)).toBe(prepared)
  })

  test.each([
    ['nothing is left', '\u00AD'],
    ['a character younger than Unicode 3.2', 'pass\u{1F600}'],
    ['private use', 'pass\uE000'],
    ['a control character beside a letter beyond ASCII', '\u00E9\u0007'],
    ['a lone surrogate', 'pass\uD800'],
    ['mixed directions', 'abc\u0627'],
    ['the last code point', '\u{10FFFF}'],
  ])('the raw password counts where preparation fails: %s', (_, text) => {
    expect(saslprep(text)).toBeUndefined()
    expect(preparedPassword(text)).toBe(text)
  })
})

test('a prepared password is prepared: preparing twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const once = saslprep(text)
      // NFKC may bring out a character that the checks, which look before it, would refuse; then raw is kept.
      if (once !== undefined) expect(preparedPassword(once)).toBe(once)
    }),
  )
})

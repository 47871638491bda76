import { describe, expect, test } from '@jest/globals'
import { matches, otherTexts, patternKey, patternOf } from '../src/pattern.ts'
import { provenPattern } from '../src/proven-pattern.ts'
import { Unreadable } from '../src/unreadable.ts'

/** The places of whatever is written between `«` and `»`, and the text without these. */
const marked = (written: string): readonly [text: string, constants: readonly number[]] => {
  const constants: number[] = []
  let text = ''
  for (const character of written)
    if (character === '«' || character === '»') constants.push(text.length)
    else text += character
  return [text, constants]
}

const pattern = (written: string) => patternOf(...marked(written))

describe('a pattern', () => {
  test.each([
    ['select a from t where b = «1» and c = «2»', 'select a from t where b = 10 and c = 07'],
    ["insert into t values («1», «'a'»)", "insert into t values (2, '')"],
    ["select N«'a'» from t", "select N'é--' from t"],
    ["select '«1»' from t", "select '1' from t"],
    ['select «1»', 'select 2'],
  ])('%s is also %s, with the same key', (written, text) => {
    expect(matches(pattern(written), text)).toBe(true)
    expect(patternKey(text)).toBe(patternKey(marked(written)[0]))
  })

  test.each([
    ['another character outside', 'select a from t where b = «1»', 'select b from t where b = 1'],
    ['more behind it', 'select «1»', 'select 1 '],
    ['less behind it', 'select «1» from t', 'select 1 from'],
    ['no digits', 'select «1» from t', 'select  from t'],
    ['a string for digits', 'select «1» from t', "select '1' from t"],
    ['digits for a string', "select «'1'» from t", 'select 1 from t'],
    ['a sign', 'select «1» from t', 'select -1 from t'],
    ['a decimal point', 'select «1» from t', 'select 1.5 from t'],
    ['an exponent', 'select «1» from t', 'select 1e5 from t'],
    ['a doubled quote', "select «'a'» from t", "select 'a'' from t"],
    ['a quote that is not closed', "select «'a'»", "select 'a"],
    ['two strings', "select «'a'» from t", "select 'a''b' from t"],
    ['a backslash', "select «'a'» from t", "select 'a\\' from t"],
    ['a double quote', "select «'a'» from t", "select 'a\"' from t"],
    ['a NUL', "select «'a'» from t", "select 'a\0' from t"],
    ['half a surrogate pair', "select «'a'» from t", "select 'a\ud800' from t"],
  ])('is no text with %s', (_what, written, text) => {
    expect(matches(pattern(written), text)).toBe(false)
  })

  test.each([
    'select «1.5», «1e5», «0x1f», «.5»',
    "select «'a''b'», «'a\\b'», «e'a'», «$$a$$»",
    'select «1»a, «1».b, «1»é, «1»$',
    "select «'a'»'b'",
  ])('has no gaps where constants are not plain: %s', (written) => {
    expect(pattern(written).kinds).toEqual([])
  })

  test('has no gap that touches the one before', () => {
    expect(pattern("select «'a'»«1» from t").kinds).toHaveLength(1)
  })

  test('makes others of its own text, longer ones and the shortest', () => {
    const made = otherTexts(pattern("select «12», «'ab'» from t"))
    expect(made).toEqual(["select 121, 'abo' from t", "select 1, 'o' from t"])
    expect(made.every((text) => matches(pattern("select «12», «'ab'» from t"), text))).toBe(true)
  })
})

const part = (text: string, literals = false) => ({ text, literals })
const withoutDigits = (text: string) => [part(text.replaceAll(/\d+/g, '1'))]
const onlyFive = (text: string) => {
  if (text !== 'select 5') throw new Unreadable('no')
  return [part('select 1')]
}

const proven = (written: string, split: (text: string) => { text: string; literals: boolean }[]) => {
  const [text, constants] = marked(written)
  return provenPattern(text, split(text), { split, constants: () => constants })
}

describe('a proven pattern', () => {
  test('has gaps where the parts are the same whatever stands in them', () => {
    expect(proven('select «12» from t', withoutDigits).kinds).toHaveLength(1)
  })

  test.each([
    ['hang on the constant', "select a as «'b'»", withoutDigits],
    ['hang on its length', "select a as «'bbbb'»", (text: string) => [part(text.length > 16 ? '?' : text)]],
    ['are read with their literals', 'select «12»', () => [part('select 1', true)]],
    ['are another number', 'select «1»', (text: string) => (text === 'select 11' ? [] : [part('select')])],
  ])('has none where they %s', (_what, written, split) => {
    expect(proven(written, split).kinds).toEqual([])
  })

  test('has none where another constant cannot be read', () => {
    expect(proven('select «5»', onlyFive).kinds).toEqual([])
  })
})

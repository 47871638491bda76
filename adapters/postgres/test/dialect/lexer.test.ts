import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { truncateName } from '../../src/dialect/lexer/identifier.ts'
import { Kind } from '../../src/dialect/lexer/kind.ts'
import { Lexer } from '../../src/dialect/lexer/lexer.ts'
import { stringValue } from '../../src/dialect/lexer/value.ts'

const names = Object.fromEntries(Object.entries(Kind).map(([name, kind]) => [kind, name]))

const tokens = (text: string, standard = true): string[] => {
  const lexer = new Lexer(text, standard)
  const found: string[] = []
  while (lexer.next() !== Kind.end) found.push(`${names[lexer.kind]} ${text.slice(lexer.start, lexer.end)}`)
  return found
}

describe('the lexer follows scan.l:', () => {
  test.each([
    ['comments nest', '1 /* a /* b */ c */ 2', ['number 1', 'number 2']],
    ['a comment ends at a carriage return', '1 -- a\r2', ['number 1', 'number 2']],
    ['a comment opens inside an operator', '1+/* a */2', ['number 1', 'operator +', 'number 2']],
    ['a line comment opens inside an operator', '1*--a\n2', ['number 1', 'operator *', 'number 2']],
    ['`/*/` closes nothing', '/*/ 1 */ 2', ['number 2']],
    ['trailing signs leave an operator', 'a=-1', ['word a', 'operator =', 'operator -', 'number 1']],
    ['unless it holds a character like @', 'a@-1', ['word a', 'operator @-', 'number 1']],
    ['two signs are a comment', '5--1', ['number 5']],
    ['a cast', "'1'::int", ["string '1'", 'operator ::', 'word int']],
    ['a range is no decimal', '1..10', ['number 1', 'operator ..', 'number 10']],
    [
      'numbers',
      '1_000 0x1F 0o17 0b10 1e5 1.5e-3 .5 1.',
      [
        'number 1_000',
        'number 0x1F',
        'number 0o17',
        'number 0b10',
        'number 1e5',
        'number 1.5e-3',
        'number .5',
        'number 1.',
      ],
    ],
    ['a backslash is a letter', String.raw`'a\' 1`, [String.raw`string 'a\'`, 'number 1']],
    ['E makes it an escape', String.raw`E'a\' 1'`, [String.raw`escapeString E'a\' 1'`]],
    ['doubled quotes', "'it''s'", ["string 'it''s'"]],
    ['a newline continues a string', "'a'\n'b'", ["string 'a'\n'b'"]],
    ['a comment and a newline too', "'a' -- c\n 'b'", ["string 'a' -- c\n 'b'"]],
    ['a space does not', "'a' 'b'", ["string 'a'", "string 'b'"]],
    ['bits', "b'01' X'fF'", ["bit b'01'", "bit X'fF'"]],
    ['N is a keyword of its own', "n'a'", ['word n', "string 'a'"]],
    ['Unicode', `U&'\\0061' u&"\\0061"`, [`unicodeString U&'\\0061'`, `unicodeQuoted u&"\\0061"`]],
    ['a spaced u & is none', "u & 'a'", ['word u', 'operator &', "string 'a'"]],
    ['dollar quotes', '$$a$$ $t$b $$ c$t$', ['dollarString $$a$$', 'dollarString $t$b $$ c$t$']],
    ['an identifier may hold dollars', 'a$b$c$', ['word a$b$c$']],
    ['parameters', '$1 $22', ['param $1', 'param $22']],
    ['quoted identifiers', '"a""b" x', ['quoted "a""b"', 'word x']],
    ['letters beyond ASCII', 'é\u00a0ü', ['word é\u00a0ü']],
    [
      'slices and arrows',
      'a[1:2] b := c => d',
      [
        'word a',
        'mark [',
        'number 1',
        'operator :',
        'number 2',
        'mark ]',
        'word b',
        'operator :=',
        'word c',
        'operator =>',
        'word d',
      ],
    ],
    ['a vertical tab is space', 'a\vb', ['word a', 'word b']],
  ] as const)('%s', (_what, text, expected) => {
    expect(tokens(text)).toEqual(expected)
  })

  test('a string ends elsewhere while standard_conforming_strings is off', () => {
    expect(tokens(String.raw`'a\' , secret --'`, false)).toEqual([String.raw`escapeString 'a\' , secret --'`])
  })

  test.each([
    ['an open string', "'a"],
    ['an open escape string', String.raw`E'a\'`],
    ['an open identifier', '"a'],
    ['an open comment', '/* a /* b */'],
    ['an open dollar quote', '$t$ a $$'],
    ['a number with letters', '1abc'],
    ['a hexadecimal number without digits', '0x'],
    ['an octal number with an 8', '0o8'],
    ['an exponent without digits', '1e+'],
    ['a parameter with letters', '$1a'],
    ['a lone dollar', 'a = $'],
    ['a NUL', 'select\u00001'],
    ['a backslash', 'select \\1'],
    ['an endless operator', '*'.repeat(64)],
    ['an endless run of signs', '+'.repeat(64)],
  ])('%s is an error', (_what, text) => {
    expect(() => tokens(text)).toThrow(/./)
  })

  test('Unicode strings are errors while standard_conforming_strings is off', () => {
    expect(() => tokens("U&'a'", false)).toThrow(/standard_conforming_strings/)
  })

  test('tokens and what is between them make up the text, whatever it is', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '$',
      '$$',
      '$a$',
      '/*',
      '*/',
      '--',
      '\n',
      'E',
      "E'",
      '\\',
      '1',
      '.',
      'e',
      '+',
      'é',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.boolean(), (pieces, standard) => {
        const lexer = new Lexer(pieces.join(''), standard)
        let last = 0
        try {
          while (lexer.next() !== Kind.end) {
            expect(lexer.start).toBeGreaterThanOrEqual(last)
            expect(lexer.end).toBeGreaterThan(lexer.start)
            last = lexer.end
          }
        } catch (error) {
          expect(error).toHaveProperty('name', 'Unreadable')
        }
      }),
    )
  })
})

const value = (text: string, standard = true) => {
  const lexer = new Lexer(text, standard)
  const kind = lexer.next()
  return stringValue(text, kind, lexer.start, lexer.end)
}

describe('the value of a string:', () => {
  test.each([
    ["'it''s'", "it's"],
    [String.raw`'a\n'`, String.raw`a\n`],
    [String.raw`E'a\n\t\'\\\x41\101\u0041\U0001F600'`, "a\n\t'\\AAA😀"],
    [String.raw`E'\xc3\xa9'`, 'é'],
    [String.raw`E'\ud83d\ude00'`, '😀'],
    ["'a'\n'b'", 'ab'],
    ['$t$a $$ b$t$', 'a $$ b'],
    [String.raw`U&'d\0061t\+000061'`, 'data'],
    ["b'01'", '01'],
  ])('%s', (text, expected) => {
    expect(value(text)).toBe(expected)
  })
  test.each([
    String.raw`E'\xff'`,
    String.raw`E'\u12'`,
    String.raw`E'\ud83d'`,
    String.raw`U&'\00'`,
    String.raw`E'\0'`,
  ])('%s is an error', (text) => {
    expect(() => value(text)).toThrow(/./)
  })
})

test('names are cut at 63 bytes, between characters', () => {
  expect(truncateName('a'.repeat(63))).toBe('a'.repeat(63))
  expect(truncateName('a'.repeat(64))).toBe('a'.repeat(63))
  expect(truncateName('é'.repeat(40))).toBe('é'.repeat(31))
})

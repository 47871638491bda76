import fc, { type Arbitrary } from 'fast-check'

const COMMON = [
  'select',
  'from',
  'where',
  'insert into',
  'values',
  'update',
  'set',
  'delete',
  'with',
  'as',
  'union',
  'create table',
  'drop',
  'in',
  'case',
  'when',
  'then',
  'end',
  'and',
  'or',
  'not',
  'null',
  'a',
  'b',
  't',
  't.a',
  '*',
  '1',
  '1e',
  "'x'",
  "'",
  '"',
  '"a"',
  '(',
  ')',
  '[',
  ']',
  ',',
  ';',
  '.',
  '=',
  '<',
  '-',
  '--',
  '/*',
  '*/',
  '@',
  '#',
  '`',
  '\n',
  '\0',
]

/** Texts that are hardly ever SQL: words and marks of a dialect in any order, bytes, characters of any script. */
export const sqlSoup = (dialect: readonly string[]): Arbitrary<string> => {
  const pieces = fc.array(fc.constantFrom(...COMMON, ...dialect), { maxLength: 40 })
  const bytes = fc.uint8Array({ maxLength: 60 }).map((given) => Buffer.from(given).toString('latin1'))
  return fc.oneof(
    pieces.map((all) => all.join(' ')),
    pieces.map((all) => all.join('')),
    bytes,
    fc.string({ unit: 'binary', maxLength: 40 }),
    // Half a surrogate pair is no text that a server would send, and one that a client can.
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
      .map((units) => String.fromCharCode(...units)),
  )
}

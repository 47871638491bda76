import type { Chance } from '@sluice/testkit/chance'

/** What stands between tokens: nothing, white space of every kind, comments that hold what looks like tokens. */
const gap = (c: Chance): string =>
  c.often(70)
    ? c.pick(['', ' ', ' '])
    : c.pick([
        '\n',
        '\t',
        '\r',
        '\f',
        '\v',
        '/*x*/',
        '/* /* */ */',
        '/*-- */',
        "/*'*/",
        '/***/',
        '/*/**/*/',
        '/*;*/',
        ' --x\n',
        '--\r',
        '-- \u2028 x\n',
        '--\u0085\n',
        "--'\n",
        '/**//**/',
        '--/*\n',
      ])

/** How strings open and close. */
const QUOTES: readonly (readonly [string, string])[] = [
  ...(["'", "E'", "e'", "U&'", "N'", "b'", "x'"] as const).map((open) => [open, "'"] as const),
  ["u&'", "' uescape '!'"],
  ["U&'", "'\nUESCAPE\n'!'"],
  ...['$$', '$a$', '$é$', '$A1_$'].map((tag) => [tag, tag] as const),
]

const INSIDE: readonly string[] = [
  'a',
  "''",
  '\\',
  "\\'",
  '\\x41',
  '\\101',
  '\\u0061',
  '\\U0001F600',
  '\\v',
  '\\n',
  '\\\\',
  '\\xe9',
  '\\0061',
  '\\+01F600',
  '!0061',
  '\\ud83d\\ude00',
  '\\d83d\\de00',
  '"',
  '--',
  '/*',
  '*/',
  ';',
  ' ',
  '\ufeff',
  '$',
  '$a',
  '$a$',
  '$$',
  'é',
  '\n',
  "'\n'",
  "'\r'",
  "' \f\n'",
]

/** A string in any of its forms, often one that the server refuses. */
const stringConstant = (c: Chance): string => {
  const [open, close] = c.pick(QUOTES)
  return open + Array.from({ length: c.below(5) }, () => c.pick(INSIDE)).join('') + close
}

const NUMBERS: readonly string[] = [
  '1',
  '0',
  '1_000',
  '0x1F',
  '0X_1f',
  '0b1',
  '0o17',
  '1.e5',
  '1.',
  '.5',
  '1e5',
  '1E+5',
  '1e-5',
  '1_0.0_1',
  '99999999999',
  '0xFFFFFFFFFF',
  '$1',
  '$12',
  '007',
]

const NAMES: readonly string[] = [
  'a',
  'B',
  'Éa',
  '"x y"',
  '"A"',
  '"a""b"',
  String.raw`U&"d\0061t"`,
  `u&"d!0061t" uescape '!'`,
  'a$b',
  '_x',
  'ſ',
  'KÉ',
  `${'x'.repeat(62)}é`,
  `"${'y'.repeat(62)}é"`,
  'Z'.repeat(70),
  'É'.repeat(40),
  'public',
  'name',
  'json',
  '"select"',
  '"json"',
  'system_user',
  'year',
  'key',
  '"$1"',
  '"a--b"',
  '"/*"',
  'n',
  'e',
  'u',
  'x',
  'b',
  '\u00a0',
  '\ufeff',
  '𝒳',
]

const TYPES: readonly string[] = [
  'int',
  'text',
  'numeric(1,2)',
  'bit(3)',
  'pg_catalog . int4',
  'int[]',
  '"char"',
  'interval(3)',
  'double precision',
  'char varying(4)',
]

const OPERATORS: readonly string[] = [
  '+',
  '-',
  '*',
  '/',
  '=',
  '<>',
  '!=',
  '||',
  '->>',
  '@>',
  '%',
  '^',
  'and',
  'or',
  'is distinct from',
  'like',
  'OPERATOR(pg_catalog.+)',
  'OPERATOR(@-)',
  '? ',
  '?|',
  '@-',
  '~-',
  '#-+',
  '-@-',
]

/** What operators are made of. */
const SIGNS = '~!@#^&|`?+-*/%<>='

const operator = (c: Chance): string =>
  c.often(40)
    ? c.pick(OPERATORS)
    : Array.from({ length: c.between(1, 4) }, () => SIGNS.charAt(c.below(SIGNS.length))).join('')

const expression = (c: Chance, depth: number): string => {
  const g = gap(c)
  const inner = (): string => expression(c, depth - 1)
  switch (c.below(depth > 0 ? 13 : 4)) {
    case 0:
      return stringConstant(c)
    case 1:
      return c.pick(NUMBERS)
    case 2:
      return c.pick(NAMES)
    case 3:
      return `${c.pick(NAMES)}${g}.${gap(c)}${c.pick([c.pick(NAMES), '*'])}`
    case 4:
      return `${operator(c)}${g}${inner()}`
    case 5:
      return `(${g}${inner()}${gap(c)})`
    case 6:
      return `${c.pick(NAMES)}${g}(${inner()}${c.pick([',', '=>', ':='])}${gap(c)}${inner()})`
    case 7:
      return `${inner()}${g}::${gap(c)}${c.pick(TYPES)}`
    case 8:
      return `${inner()}${g}[${inner()}${c.pick(['', ':', ' : '])}]`
    case 9:
      return `${c.pick(['interval', 'date', 'timestamp(3)', 'bit', 'nchar'])}${g}${stringConstant(c)}`
    case 10:
      return `(${g}select ${inner()}${gap(c)})`
    default:
      return `${inner()}${g}${operator(c)}${gap(c)}${inner()}`
  }
}

/** A text of one or more queries, half of which are none; a parser says which. */
export const queryText = (c: Chance): string => {
  const parts = [gap(c), c.pick(['select', 'SelECT']), c.pick([' ', '\n', '/**/', gap(c)]), expression(c, 3)]
  if (c.often(40)) parts.push(c.pick([' as ', ' ', '']), c.pick(NAMES))
  if (c.often(30)) parts.push(gap(c), ',', gap(c), expression(c, 2))
  if (c.often(50))
    parts.push(' from', c.pick([' ', gap(c)]), c.pick(NAMES), gap(c), c.pick(['', c.pick(NAMES)]))
  if (c.often(30)) parts.push(' where', c.pick([' ', gap(c)]), expression(c, 2))
  if (c.often(25)) parts.push(gap(c), ';', gap(c), c.often(60) ? queryText(c) : '')
  return parts.join('')
}

/** Statements with a string, written `§`, where it says something, or where it has no place. */
const HOLDING: readonly string[] = [
  'CREATE ROLE r ENCRYPTED PASSWORD § VALID UNTIL §',
  'ALTER USER u PASSWORD §',
  'ALTER ROLE r IN DATABASE d SET app.x TO §',
  'ALTER SYSTEM SET x = §',
  'SET app.token = § , §',
  'SET SESSION AUTHORIZATION §',
  'SELECT set_config ( § , § , false )',
  'SELECT * FROM dblink ( § , § ) AS t ( a int )',
  'CREATE USER MAPPING FOR u SERVER s OPTIONS ( user § , password § )',
  'ALTER USER MAPPING FOR u SERVER s OPTIONS ( SET password § )',
  'CREATE SUBSCRIPTION s CONNECTION § PUBLICATION p',
  'NOTIFY c , §',
  'COMMENT ON TABLE t IS §',
  'COPY t FROM PROGRAM § WITH ( DELIMITER § , NULL § )',
  'DO LANGUAGE plpgsql §',
  'CREATE FUNCTION f ( a text DEFAULT § ) RETURNS int SET app.x = § LANGUAGE sql AS §',
  'CREATE FUNCTION f ( ) RETURNS int BEGIN ATOMIC SELECT § ; END',
  'EXECUTE p ( § , 1 )',
  'EXPLAIN ( FORMAT § ) SELECT §',
  'INSERT INTO orders VALUES ( 1 , § ) , ( 2 , § )',
  'SELECT § AS x , § :: text , text § FROM t WHERE a IN ( § , § ) AND b LIKE § ESCAPE §',
  'ALTER TYPE e ADD VALUE § BEFORE §',
  'CREATE TABLE t ( a text DEFAULT § CHECK ( a <> § ) )',
  'PREPARE TRANSACTION §',
  'ALTER USER u IDENTIFIED BY §',
  'SET PASSWORD FOR u = §',
]

const STRAY: readonly string[] =
  'a b , ( ) = ; * . :: - || select from where with as in values 1 $1 "q" null default set to password options'.split(
    ' ',
  )

/** A statement that holds a secret in its strings and comments alone, with tokens that are left out or stray. */
export const textHolding = (c: Chance, secret: string): string => {
  let tokens = c.pick(HOLDING).split(' ')
  for (let changes = c.below(4); changes > 0; changes--) {
    const at = c.below(tokens.length)
    const dropped = tokens[at] === '§' || c.often(50) ? 0 : 1
    tokens = tokens.toSpliced(at, dropped, ...(dropped === 0 ? [c.pick(STRAY)] : []))
  }
  return tokens
    .map(
      (token) =>
        (token === '§' ? quoting(c, secret) : token) +
        c.pick([' ', ' ', '\n', `/* ${secret} */`, `--${secret}\n`]),
    )
    .join('')
}

const quoting = (c: Chance, secret: string): string =>
  c.pick([
    `'${secret}'`,
    `E'\\n${secret}'`,
    `U&'\\0041${secret}'`,
    `U&'!0041${secret}' uescape '!'`,
    `$$${secret}$$`,
    `'x'\n'${secret}'`,
    `E'\\''\n'${secret}'`,
    `N'${secret}'`,
    `'${secret}''x'`,
    `$q$ ${secret} $$ $q$`,
    `'password=${secret} host=x'`,
    `'postgres://u:${secret}@h/d'`,
    `$é$${secret}$é$`,
  ])

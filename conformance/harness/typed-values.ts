import type { Chance } from '@sluice/testkit/chance'

/** A type as a column is declared with it, and texts of values of it. */
export type MadeType = {
  readonly declared: string
  /** The text of a value; the server may still refuse it. */
  readonly value: () => string
  /** A value of it is never NULL. */
  readonly required?: true
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const letters = (chance: Chance, count: number): string =>
  Array.from({ length: count }, () => LETTERS[chance.below(26)]).join('')

/** A word that no other text has a part of. */
const WORD = /zq[a-z]{7}/g
const word = (chance: Chance): string => `zq${letters(chance, 7)}`

/** The words in a text. */
export const wordsOf = (text: string): readonly string[] => text.match(WORD) ?? []

const digits = (chance: Chance, most: number): string =>
  Array.from({ length: chance.between(1, most) }, (_, at) => chance.between(at === 0 ? 1 : 0, 9)).join('')

const two = (number: number): string => String(number).padStart(2, '0')

const day = (chance: Chance): string => {
  const year = String(chance.pick([chance.between(1900, 2099), chance.between(1, 999), 9999])).padStart(
    4,
    '0',
  )
  return `${year}-${two(chance.between(1, 12))}-${two(chance.between(1, 28))}`
}

const clock = (chance: Chance): string =>
  `${two(chance.below(24))}:${two(chance.below(60))}:${two(chance.below(60))}${chance.pick(['', '.5', '.000001'])}`

const era = (chance: Chance): string => (chance.often(10) ? ' BC' : '')

const zone = (chance: Chance): string => chance.pick(['+00', '+05:30', '-12:45', '+00:00:01'])

/** Texts of every kind that a mask looks at, and those that stumble over quoting, lengths and encodings. */
const text = (chance: Chance): string => {
  const some = word(chance)
  return chance.pick([
    some,
    '',
    ' ',
    `${some}@${word(chance)}.org`,
    digits(chance, 16),
    `${digits(chance, 3)}-${digits(chance, 4)}`,
    day(chance),
    `${day(chance)}T${clock(chance)}Z`,
    `é${some}ü`,
    `${some}é`.normalize('NFD'),
    `👩‍👩‍👧${some}🇩🇪`,
    `"${some}\\`,
    `{${some},NULL}`,
    'NULL',
    '\\N',
    '\\.',
    `a\tb\n${some}\r`,
    `{"ssn":"${some}"}`,
    some.repeat(600),
  ])
}

const json = (chance: Chance, depth: number): string =>
  chance.pick<() => string>([
    () => `"${word(chance)}"`,
    () => digits(chance, 30),
    () => 'null',
    () => '{}',
    () => `"\\u0041${word(chance)}\\n"`,
    () => `{"phones": [{"number": "${digits(chance, 9)}"}, ${digits(chance, 9)}]}`,
    () => (depth === 0 ? '[]' : `[${json(chance, depth - 1)}, ${json(chance, depth - 1)}]`),
    () =>
      depth === 0 ? '1e300' : `{"ssn": ${json(chance, depth - 1)}, "email": "${word(chance)}@example.org"}`,
  ])()

const whole = (chance: Chance, most: number, ends: readonly string[]): string =>
  chance.pick([digits(chance, most), `-${digits(chance, most)}`, '0', ...ends])

const fraction = (chance: Chance): string =>
  chance.pick([
    `${digits(chance, 6)}.5`,
    `-${digits(chance, 9)}.25`,
    'NaN',
    'Infinity',
    '-Infinity',
    '-0',
    '1e-30',
  ])

const moment = (chance: Chance): string =>
  chance.often(15) ? chance.pick(['infinity', '-infinity']) : `${day(chance)} ${clock(chance)}`

const bits = (chance: Chance, count: number): string =>
  Array.from({ length: count }, () => chance.below(2)).join('')

/** A plain type: how it is declared, and a text of a value of it. */
type Plain = readonly [declared: string, value: (chance: Chance) => string]

const cut = (length: number) => (chance: Chance) => Array.from(text(chance)).slice(0, length).join('')

export const PLAIN_TYPES: readonly Plain[] = [
  ['text', text],
  ['varchar', text],
  ['varchar(3)', cut(3)],
  ['char(5)', cut(5)],
  ['name', cut(20)],
  ['int2', (chance) => whole(chance, 4, ['-32768', '32767'])],
  ['int4', (chance) => whole(chance, 9, ['-2147483648', '2147483647'])],
  ['int8', (chance) => whole(chance, 18, ['-9223372036854775808', '9223372036854775807'])],
  ['oid', (chance) => chance.pick([digits(chance, 9), '4294967295'])],
  [
    'numeric',
    (chance) => chance.pick([fraction(chance), `${digits(chance, 30)}.${digits(chance, 20)}`, '1e150']),
  ],
  ['numeric(4,2)', (chance) => chance.pick([`${digits(chance, 2)}.25`, 'NaN', '0'])],
  ['numeric(38,10)', (chance) => `-${digits(chance, 28)}.${digits(chance, 10)}`],
  ['float4', fraction],
  ['float8', fraction],
  ['bool', (chance) => chance.pick(['t', 'f'])],
  ['date', (chance) => chance.pick([day(chance) + era(chance), 'infinity', '5874897-12-31'])],
  ['timestamp', (chance) => moment(chance)],
  [
    'timestamptz',
    (chance) => chance.pick([moment(chance), `${day(chance)} ${clock(chance)}${zone(chance)}${era(chance)}`]),
  ],
  ['time', (chance) => chance.pick([clock(chance), '24:00'])],
  ['timetz', (chance) => clock(chance) + zone(chance)],
  [
    'interval',
    (chance) =>
      chance.pick([`${chance.below(99)} days`, `${chance.below(999)} years -1 mon`, '-00:00:00.000001']),
  ],
  ['uuid', (chance) => `5eedab1e-0000-4000-8000-${bits(chance, 12)}`],
  [
    'bytea',
    (chance) => chance.pick([`\\x${Buffer.from(word(chance)).toString('hex')}`, '', '\\x00ff', '\\x5c78']),
  ],
  ['json', (chance) => json(chance, 2)],
  ['jsonb', (chance) => json(chance, 2)],
  ['xml', (chance) => chance.pick([`<${word(chance)}/>`, '', `<a b="${word(chance)}">x</a>`])],
  [
    'inet',
    (chance) => chance.pick([`10.${chance.below(256)}.0.1`, '10.1.2.3/8', '::1', '::ffff:10.1.2.3/120']),
  ],
  ['cidr', (chance) => chance.pick([`10.${chance.below(256)}.0.0/16`, '2001:db8::/48', '::/0'])],
  ['macaddr', (chance) => `08:00:2b:01:02:${two(chance.below(99))}`],
  ['macaddr8', (chance) => `08:00:2b:ff:fe:01:02:${two(chance.below(99))}`],
  ['bit(9)', (chance) => bits(chance, 9)],
  ['varbit(9)', (chance) => bits(chance, chance.below(10))],
  ['money', (chance) => `-${digits(chance, 6)}.99`],
  ['point', (chance) => `(${digits(chance, 3)},NaN)`],
  ['box', (chance) => `((${digits(chance, 3)},2),(3,4))`],
  ['tsvector', (chance) => `'${word(chance)}':1A,2 'b'`],
  ['tsquery', (chance) => `'${word(chance)}' & !'b':*`],
  ['jsonpath', (chance) => `$."${word(chance)}"`],
  ['pg_lsn', (chance) => `0/${digits(chance, 6)}`],
]

/** What ranges may be over, and those of the system's own. */
const RANGES: Readonly<Record<string, string>> = {
  int4: 'int4',
  int8: 'int8',
  numeric: 'num',
  date: 'date',
  timestamp: 'ts',
  timestamptz: 'tstz',
}

const within = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`

/** Makes types out of others: arrays, rows, domains, ranges and enums, `definitions` among them for those of users. */
export class TypeMaker {
  readonly definitions: string[] = []
  readonly #chance: Chance

  constructor(chance: Chance) {
    this.#chance = chance
  }

  plain([declared, value]: Plain): MadeType {
    return { declared, value: () => value(this.#chance) }
  }

  /** A type of at most so many within one another. */
  any(depth: number): MadeType {
    if (depth === 0) return this.plain(this.#chance.pick(PLAIN_TYPES))
    return this.#chance.pick([
      () => this.#array(depth),
      () => this.#array(depth),
      () => this.#domain(depth),
      () => this.#row(depth),
      () => this.#range(),
      () => this.#enum(),
    ])()
  }

  #define(kind: string, what: string): string {
    const name = `made_${kind}_${this.definitions.length}`
    this.definitions.push(`CREATE ${kind === 'domain' ? 'DOMAIN' : 'TYPE'} ${name} AS ${what}`)
    return name
  }

  #array(depth: number): MadeType {
    const chance = this.#chance
    let of = this.any(depth - 1)
    while (of.declared.endsWith(']')) of = this.any(depth - 1)
    const between = of.declared === 'box' ? ';' : ','
    const one = (): string => (of.required === undefined && chance.often(15) ? 'NULL' : within(of.value()))
    const list = (make: () => string, count: number): string =>
      `{${Array.from({ length: count }, make).join(between)}}`
    return {
      declared: `${of.declared}[]`,
      value: () =>
        chance.pick([
          list(one, chance.between(1, 4)),
          '{}',
          list(() => list(one, 2), 2),
          `[0:1]=${list(one, 2)}`,
          `[-2:-2][5:6]=${list(() => list(one, 2), 1)}`,
        ]),
    }
  }

  #domain(depth: number): MadeType {
    const { declared, value } = this.any(depth - 1)
    if (this.#chance.often(70)) return { declared: this.#define('domain', declared), value }
    return { declared: this.#define('domain', `${declared} NOT NULL`), value, required: true }
  }

  #row(depth: number): MadeType {
    const fields = Array.from({ length: this.#chance.between(1, 4) }, () => this.any(depth - 1))
    const listed = fields.map(({ declared }, at) => `f${at} ${declared}`).join(', ')
    const one = ({ value, required }: MadeType): string =>
      required === undefined && this.#chance.often(15) ? '' : within(value())
    return { declared: this.#define('row', `(${listed})`), value: () => `(${fields.map(one).join(',')})` }
  }

  #enum(): MadeType {
    const labels = ['calm', word(this.#chance), `it's "${word(this.#chance)}", (x)`]
    const listed = labels.map((label) => `'${label.replaceAll("'", "''")}'`).join(', ')
    return { declared: this.#define('enum', `ENUM (${listed})`), value: () => this.#chance.pick(labels) }
  }

  #range(): MadeType {
    const chance = this.#chance
    const subtype = chance.pick([...Object.keys(RANGES), 'text', 'float8'])
    const plain = PLAIN_TYPES.find(([declared]) => declared === subtype) ?? ['text', text]
    const of = this.plain(plain)
    const one = (): string => {
      const bound = within(of.value())
      return chance.pick([
        'empty',
        `[${bound},]`,
        `[${bound},${bound}]`,
        `(${bound},${within(of.value())})`,
        '(,)',
      ])
    }
    const built = RANGES[subtype]
    const declared =
      built === undefined ? this.#define('range', `RANGE (subtype = ${subtype})`) : `${built}range`
    if (built === undefined || chance.often(60)) return { declared, value: one }
    return {
      declared: `${built}multirange`,
      value: () => `{${Array.from({ length: chance.below(3) }, one).join(',')}}`,
    }
  }
}

import { createHash } from 'node:crypto'
import { sentinels } from './shop.ts'

/** What is in every sensitive value of a kind, and nowhere else: letters in lower case. */
const STEMS: readonly string[] = ['sentinel', '+4930555', '4111-2222', 'nid-7', '1970-0']

const escaped = (text: string): string => text.replace(/[^A-Za-z0-9]/g, (sign) => `\\${sign}`)

/** Every character of `codes` in turn, with signs between them. */
const spaced = (codes: readonly string[], between: string): string => codes.join(between)

/** As base64 has it, wherever in the value it stands: without the characters that hang on its neighbours. */
const inBase64 = (stem: string): readonly string[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.from(' '.repeat(before) + stem).toString('base64')
    const [from, rest] = [[0, 2, 3][before] ?? 0, (before + stem.length) % 3]
    return text.replace(/=+$/, '').slice(from, rest === 0 ? undefined : -1)
  })

const hexOf = (text: string): readonly string[] =>
  [...Buffer.from(text, 'latin1')].map((code) => code.toString(16).padStart(2, '0'))

const formsOf = (stem: string): readonly RegExp[] => {
  const upper = stem.toUpperCase()
  const capital = upper.slice(0, 1) + stem.slice(1)
  const reversed = stem.split('').toReversed().join('')
  const one = /[a-z]/.test(stem) ? '[^a-z]{1,14}' : '[^0-9]{1,14}'
  const letters = (text: string) => text.split('').map(escaped)
  return [
    new RegExp(escaped(stem), 'i'),
    new RegExp(escaped(reversed), 'i'),
    ...[stem, upper, reversed].map((text) => new RegExp(spaced(hexOf(text), '[^0-9a-f]{0,3}'), 'i')),
    ...[stem, upper, capital, reversed].flatMap(inBase64).map((text) => new RegExp(escaped(text))),
    // A letter in each row, in each element of an array, or in two bytes.
    new RegExp(spaced(letters(stem), one)),
    new RegExp(spaced(letters(reversed), one)),
    // Its letters as numbers.
    new RegExp(spaced([...Buffer.from(stem)].map(String), '[^0-9]{1,14}')),
  ]
}

/** The sensitive values of the first customers, as the shop makes them. */
const valuesOf = (i: number): readonly string[] => [
  `Name${i}sentinel`,
  `mail${i}.sentinel@shop.example`,
  `+4930555${1000 + i}`,
  `4111-2222-3333-${4000 + i}`,
  `NID-${70000 + i}`,
  new Date(Date.UTC(1970, 0, 1 + i)).toISOString().slice(0, 10),
]

/** A hash without a key tells whoever guesses the value. */
const hashes: readonly RegExp[] = [1, 2, 3, 20].flatMap(valuesOf).flatMap((value) =>
  ['md5', 'sha1', 'sha256', 'sha512'].flatMap((name) => {
    const digest = createHash(name).update(value).digest()
    const some = digest.subarray(0, 9)
    return [
      new RegExp(digest.toString('hex').slice(0, 18), 'i'),
      new RegExp(escaped(some.toString('base64'))),
      new RegExp(
        spaced(
          [...some].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`),
          '',
        ),
      ),
    ]
  }),
)

const bytesAs = (bytes: Buffer): string =>
  [...bytes].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')

const int8 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return bytes
}

const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}

/** MySQL's binary protocol has the lowest byte first; the last ones in `high` differ from customer to customer. */
const lowFirst = (high: Buffer): RegExp => new RegExp(bytesAs(Buffer.from(high.toReversed())))

/** What MySQL's binary protocol makes of numbers and dates of the values ("Binary Protocol Resultset Row"). */
const mysqlBinaries: readonly RegExp[] = [
  lowFirst(int8(4_111_222_233_334_001n).subarray(0, 6)),
  lowFirst(int8(49_305_551_001n).subarray(0, 6)),
  lowFirst(double(4_111_222_233_334_001).subarray(0, 6)),
  lowFirst(double(49_305_551_001).subarray(0, 5)),
  // How long it is, the year, January.
  ...[4, 7, 11].map((length) => new RegExp(bytesAs(Buffer.from([length, 0xb2, 0x07, 1])))),
]

/** What the binary format makes of numbers and dates of the values. */
const binaries: readonly RegExp[] = [
  // Cards and phone numbers as bigint, without the last byte or two, which differ from customer to customer.
  new RegExp(bytesAs(int8(4_111_222_233_334_001n).subarray(0, 6))),
  new RegExp(bytesAs(int8(49_305_551_001n).subarray(0, 6))),
  // A card as numeric: groups of four digits (numeric.c).
  new RegExp(bytesAs(Buffer.from([0x10, 0x0f, 0x08, 0xae, 0x0d, 0x05]))),
  // Days since 2000-01-01.
  new RegExp(`${bytesAs(Buffer.from([0, 0, 0, 4, 0xff, 0xff, 0xd5]))}[3-G]`),
]

const patterns: readonly RegExp[] = [
  ...sentinels,
  ...STEMS.flatMap(formsOf),
  /mail\d/i,
  /m[^a-z]{1,14}a[^a-z]{1,14}i[^a-z]{1,14}l[^a-z]{1,14}1/,
  // A card and a phone number without signs, or the parts of a card that sums are made of.
  /4111222240|41112222|4930555/,
  ...binaries,
  ...mysqlBinaries,
  ...hashes,
]

/** What of the values, in whatever encoding, is in bytes that a client received: with some of what is around it. */
export const leaksIn = (bytes: string): readonly string[] =>
  patterns.flatMap((pattern) => {
    const at = bytes.search(pattern)
    return at < 0 ? [] : [`${pattern.source.slice(0, 40)}: ${bytes.slice(Math.max(0, at - 60), at + 60)}`]
  })

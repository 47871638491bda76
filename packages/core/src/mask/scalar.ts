import { Buffer } from 'node:buffer'
import type { CellMasker } from './plan.ts'
import type { TransformSpec } from './transform.ts'
import { alphabetCipher } from './transforms/fpe.ts'
import { keyedHash } from './transforms/hash.ts'
import { compileTransform } from './transforms/index.ts'

/** How cells of a plain type in one format are read and written. */
type ScalarCells = {
  /** The neutral text of a cell; null where it has none. */
  readonly read: (cell: Uint8Array) => string | null
  /** A neutral text as a cell of the type; null where it is no value of it. */
  readonly write: (text: string) => Uint8Array | null
  /** Transforms of the neutral text whose result is again one. */
  readonly room: ReadonlySet<TransformSpec['kind']>
  /** The neutral text of the value that stands for a keyed hash, given as 32 hex digits; absent: no room for one. */
  readonly hashed?: ((hex: string) => string) | undefined
}

const makesNull: CellMasker = () => null

/** Numbers, dates, addresses: a value goes through its neutral text and comes out as a value of the type, or as NULL. */
export const scalarMasker = (scalar: ScalarCells, transform: TransformSpec, key: Uint8Array): CellMasker => {
  if (transform.kind === 'hash') return hashed(scalar, key)
  if (!scalar.room.has(transform.kind)) return makesNull
  if (transform.kind !== 'fpe') return through(scalar, compileTransform(transform, key))
  return transform.alphabet === 'digits'
    ? through(scalar, sameDigits(alphabetCipher('digits', key), scalar.write))
    : makesNull
}

const hashed = (scalar: ScalarCells, key: Uint8Array): CellMasker => {
  const { hashed: toText } = scalar
  if (toText === undefined) return makesNull
  const hmac = keyedHash(key)
  return through(scalar, (text) => toText(hmac(Buffer.from(text, 'latin1'))))
}

const through = ({ read, write }: ScalarCells, apply: (text: string) => string | null): CellMasker => {
  return (cell) => {
    const text = read(cell)
    const made = text === null ? null : apply(text)
    return made === null ? null : write(made)
  }
}

/** The most encryptions until a number has no zero in front and fits its type: one in ten does not, so 10^-64 remain. */
const WALK_MOST = 64

/**
 * A whole number becomes another one of as many digits: NIST SP 800-38G has no domain but all texts of a length, so
 * what falls outside is encrypted again ("cycle walking"), which keeps it injective. The sign stays.
 */
const sameDigits =
  (encrypt: (text: string) => string | null, write: ScalarCells['write']) =>
  (text: string): string | null => {
    const match = /^(-?)([1-9]\d*)$/.exec(text)
    if (match === null) return null
    const [, sign = '', whole = ''] = match
    let digits: string | null = whole
    for (let walked = 0; walked < WALK_MOST; walked++) {
      digits = encrypt(digits)
      if (digits === null) return null
      if (!digits.startsWith('0') && write(sign + digits) !== null) return sign + digits
    }
    return null
  }

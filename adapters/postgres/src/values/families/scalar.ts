import type { CellMasker } from '@sluice/core/mask/plan'
import { alphabetCipher } from '@sluice/core/mask/transforms/fpe'
import { keyedHash } from '@sluice/core/mask/transforms/hash'
import { compileTransform } from '@sluice/core/mask/transforms/index'
import type { ConstantReader } from '../constants/constant.ts'
import type { Scalar } from '../scalars/scalar.ts'
import { constantFamily } from './constant.ts'
import { asBuffer, type MaskRequest, makesNull, type TypeFamily } from './family.ts'

/** Numbers, dates, addresses: a value goes through its neutral text and comes out as a value of the type, or as NULL. */
export const scalarFamily =
  (scalar: Scalar): TypeFamily =>
  (request) => {
    const { transform, key } = request
    if (transform.kind === 'constant') return constantFamily(request)
    if (transform.kind === 'hash') return hashed(scalar, request)
    if (!scalar.room.has(transform.kind)) return makesNull
    if (transform.kind !== 'fpe') return through(scalar, request, compileTransform(transform, key))
    return transform.alphabet === 'digits'
      ? through(scalar, request, sameDigits(alphabetCipher('digits', key), scalar.write))
      : makesNull
  }

const hashed = (scalar: Scalar, request: MaskRequest): CellMasker => {
  const { hashed: toText } = scalar
  if (toText === undefined) return makesNull
  const hmac = keyedHash(request.key)
  return through(scalar, request, (text) => toText(hmac(Buffer.from(text, 'latin1'))))
}

const through = (
  { read, write }: Scalar,
  { format }: MaskRequest,
  apply: (text: string) => string | null,
): CellMasker => {
  return (cell) => {
    const text = read(asBuffer(cell), format)
    const made = text === null ? null : apply(text)
    const value = made === null ? null : write(made)
    if (value === null) return null
    return format === 'binary' ? value.binary : Buffer.from(value.text, 'latin1')
  }
}

/** The most encryptions until a number has no zero in front and fits its type: one in ten does not, so 10^-64 remain. */
const WALK_MOST = 64

/**
 * A whole number becomes another one of as many digits: NIST SP 800-38G has no domain but all texts of a length, so
 * what falls outside is encrypted again ("cycle walking"), which keeps it injective. The sign stays.
 */
const sameDigits =
  (encrypt: (text: string) => string | null, write: ConstantReader) =>
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

import type { CellMasker, MasksWithin } from '@sluice/core/mask/plan'
import { emailWithin } from '@sluice/core/mask/transforms/email'
import { keyedHash } from '@sluice/core/mask/transforms/hash'
import { compileTransform } from '@sluice/core/mask/transforms/index'
import { partialWithin } from '@sluice/core/mask/transforms/partial'
import { REDACTED } from '@sluice/core/mask/transforms/redact'
import { endOfPadded, makesBytes, makesNull, maskingWithin } from '@sluice/core/mask/within'
import { columnType } from '../../messages/column-types.ts'
import { type Charset, charsetOf } from '../charset.ts'
import type { Described } from '../column.ts'
import type { MaskRequest, TypeFamily } from './family.ts'

/** CHAR, VARCHAR, TEXT: the same bytes in both protocols, in the column's character set and no longer than declared. */
export const textFamily: TypeFamily = {
  mask: ({ transform, column, key }) => {
    const charset = charsetOf(column.charset)
    switch (transform.kind) {
      case 'null':
        return makesNull
      case 'redact':
        return makesBytes(encodeText(REDACTED, column, charset))
      case 'constant':
        return makesBytes(encodeText(transform.value, column, charset))
      case 'hash':
        return hashed({ transform, column, key }, charset)
      case 'partial':
      case 'email': {
        const slow = throughText({ transform, column, key }, charset)
        if (charset.encode(' ').length > 1) return slow
        // It takes texts of ASCII only.
        const quick = transform.kind === 'email' ? emailWithin : partialWithin(transform)
        const most = mostCharacters(column, charset)
        const within: MasksWithin = (bytes, from, to, into) => {
          const length = quick(bytes, from, endOfValue(bytes, from, to, column), into)
          return length <= most ? length : -1
        }
        return maskingWithin(within, slow)
      }
      case 'fpe':
      case 'date':
      case 'number':
      case 'json':
        return throughText({ transform, column, key }, charset)
    }
  },
  zero: () => Buffer.alloc(0),
}

/** Of the text in UTF-8, so that it is the same whatever the session's character set is. */
const hashed = ({ column, key }: MaskRequest, charset: Charset): CellMasker => {
  const hmac = keyedHash(key)
  if (charset.alike === 'utf8')
    return (cell) => encodeText(hmac(withoutPadding(cell, column)), column, charset)
  return (cell) => {
    const text = charset.decode(cell)
    const value = text === null ? cell : Buffer.from(text, 'utf8')
    return encodeText(hmac(withoutPadding(value, column)), column, charset)
  }
}

const throughText = ({ transform, column, key }: MaskRequest, charset: Charset): CellMasker => {
  const apply = compileTransform(transform, key)
  const redacted = encodeText(REDACTED, column, charset)
  return (cell) => {
    const text = charset.decode(withoutPadding(cell, column))
    if (text === null) return redacted
    const made = apply(text)
    return made === null ? null : encodeText(made, column, charset)
  }
}

/** As many characters as the column has room for. */
const encodeText = (text: string, column: Described, charset: Charset): Buffer => {
  const most = mostCharacters(column, charset)
  // Texts of ASCII are as long as their characters are many.
  return charset.encode(text.length <= most ? text : Array.from(text).slice(0, most).join(''))
}

const mostCharacters = ({ length }: Described, { widest }: Charset): number =>
  Math.floor(length / widest) || Number.POSITIVE_INFINITY

/** Under PAD_CHAR_TO_FULL_LENGTH a CHAR comes with spaces that are no part of the value. */
const withoutPadding = (cell: Uint8Array, column: Described): Uint8Array => {
  const end = endOfValue(cell, 0, cell.length, column)
  return end === cell.length ? cell : cell.subarray(0, end)
}

const endOfValue = (bytes: Uint8Array, from: number, to: number, { type }: Described): number =>
  type === columnType.STRING ? endOfPadded(bytes, from, to) : to

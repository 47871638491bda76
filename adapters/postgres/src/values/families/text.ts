import { isUtf8 } from 'node:buffer'
import type { CellMasker, MasksWithin } from '@sluice/core/mask/plan'
import { emailWithin } from '@sluice/core/mask/transforms/email'
import { keyedHash } from '@sluice/core/mask/transforms/hash'
import { compileTransform } from '@sluice/core/mask/transforms/index'
import { partialWithin } from '@sluice/core/mask/transforms/partial'
import { REDACTED } from '@sluice/core/mask/transforms/redact'
import { endOfPadded, maskingWithin } from '@sluice/core/mask/within'
import { typeOids } from '../type-names.ts'
import { asBuffer, type MaskRequest, makesBytes, makesNull, type TypeFamily } from './family.ts'

/** PostgreSQL: `NAMEDATALEN` - 1, the longest `name` in bytes. */
const NAME_BYTES = 63

/** text, varchar, bpchar, name, citext and their like: the same bytes in both formats. */
export const textFamily: TypeFamily = (request) => {
  const { transform, key } = request
  switch (transform.kind) {
    case 'null':
      return makesNull
    case 'redact':
      return makesBytes(Buffer.from(REDACTED))
    case 'constant':
      return makesBytes(encodeText(transform.value, request.type))
    case 'hash': {
      const hmac = keyedHash(key)
      return (cell) => Buffer.from(hmac(withoutPadding(cell, request.type)), 'latin1')
    }
    case 'partial': {
      return maskingWithin(unpadded(partialWithin(transform), request.type), throughText(request))
    }
    case 'email': {
      const slow = throughText(request)
      // What is made of a `name` may have to be cut.
      if (request.type === typeOids.name) return slow
      return maskingWithin(unpadded(emailWithin, request.type), slow)
    }
    case 'fpe':
    case 'date':
    case 'number':
    case 'json':
      return throughText(request)
  }
}

const throughText = ({ transform, key, type }: MaskRequest): CellMasker => {
  const apply = compileTransform(transform, key)
  const redacted = Buffer.from(REDACTED)
  return (cell) => {
    const bytes = withoutPadding(cell, type)
    // The session's encoding may not be UTF-8: then where a character ends is not known, and nothing of it is kept.
    if (!isUtf8(bytes)) return redacted
    const text = apply(asBuffer(bytes).toString('utf8'))
    return text === null ? null : encodeText(text, type)
  }
}

/** A text cannot hold a zero byte, and a `name` no more than 63 bytes. */
const encodeText = (text: string, type: number): Buffer | null => {
  if (text.includes('\0')) return null
  const bytes = Buffer.from(text, 'utf8')
  return type === typeOids.name ? bytes.subarray(0, characterBorder(bytes, NAME_BYTES)) : bytes
}

/** The last place at or before `limit` where a UTF-8 character ends. */
const characterBorder = (bytes: Buffer, limit: number): number => {
  if (bytes.length <= limit) return bytes.length
  let at = limit
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--
  return at
}

/** `char(n)` comes padded with spaces that are no part of the value: without them it equals the same varchar. */
const withoutPadding = (cell: Uint8Array, type: number): Uint8Array => {
  if (type !== typeOids.bpchar) return cell
  const end = endOfPadded(cell, 0, cell.length)
  return end === cell.length ? cell : cell.subarray(0, end)
}

const unpadded = (mask: MasksWithin, type: number): MasksWithin =>
  type === typeOids.bpchar
    ? (bytes, from, to, into) => mask(bytes, from, endOfPadded(bytes, from, to), into)
    : mask

import { isUtf8 } from 'node:buffer'
import type { CellMasker, MasksWithin } from '@sluice/core/mask/plan'
import { emailWithin } from '@sluice/core/mask/transforms/email'
import { HASH_LENGTH, keyedHash } from '@sluice/core/mask/transforms/hash'
import { compileTransform } from '@sluice/core/mask/transforms/index'
import { partialWithin } from '@sluice/core/mask/transforms/partial'
import { REDACTED } from '@sluice/core/mask/transforms/redact'
import { asBuffer, endOfPadded, makesBytes, makesNull, maskingWithin } from '@sluice/core/mask/within'
import { characterBorder } from '@sluice/wire/text'
import { NAMEDATALEN } from '../../dialect/lexer/operator.ts'
import { mostCharacters } from '../modifiers.ts'
import { typeOids } from '../type-names.ts'
import { isOfSession, type MaskRequest, type TypeFamily } from './family.ts'

/** The longest `name` in bytes. */
const NAME_BYTES = NAMEDATALEN - 1

/** text, varchar, bpchar, name, citext and their like: the same bytes in both formats, no longer than declared. */
export const textFamily: TypeFamily = (request) => {
  const { transform } = request
  switch (transform.kind) {
    case 'null':
      return makesNull
    case 'redact':
      return makesBytes(encodeText(REDACTED, roomOf(request)))
    case 'constant':
      return makesBytes(constantText(request, transform.value))
    case 'hash':
      return hashed(request)
    case 'partial': {
      return maskingWithin(unpadded(partialWithin(transform), request.type), throughText(request))
    }
    case 'email': {
      const slow = throughText(request)
      return maskingWithin(noLonger(unpadded(emailWithin, request.type), roomOf(request)), slow)
    }
    case 'fpe':
    case 'date':
    case 'number':
    case 'json':
      return throughText(request)
  }
}

/** Redacted where the session would read other characters. */
const constantText = (request: MaskRequest, value: string): Buffer | null => {
  const made = encodeText(value, roomOf(request))
  return made === null || isOfSession(made, request.encoding) ? made : encodeText(REDACTED, roomOf(request))
}

const hashed = ({ key, type, modifier }: MaskRequest): CellMasker => {
  const hmac = keyedHash(key)
  const most = mostCharacters(type, modifier)
  if (most >= HASH_LENGTH) return (cell) => Buffer.from(hmac(withoutPadding(cell, type)), 'latin1')
  return (cell) => Buffer.from(hmac(withoutPadding(cell, type)).slice(0, most), 'latin1')
}

const throughText = (request: MaskRequest): CellMasker => {
  const { transform, key, type, encoding } = request
  const apply = compileTransform(transform, key)
  const room = roomOf(request)
  const redacted = encodeText(REDACTED, room)
  return (cell) => {
    const bytes = withoutPadding(cell, type)
    // The session's encoding may not be UTF-8: then where a character ends is not known, and nothing of it is kept.
    if (!isUtf8(bytes)) return redacted
    const text = apply(asBuffer(bytes).toString('utf8'))
    const made = text === null ? null : encodeText(text, room)
    return made === null || isOfSession(made, encoding) ? made : redacted
  }
}

/** How long a text of the type may be. */
type Room = { readonly characters: number; readonly bytes: number }

const roomOf = ({ type, modifier }: MaskRequest): Room => ({
  characters: mostCharacters(type, modifier),
  bytes: type === typeOids.name ? NAME_BYTES : Number.POSITIVE_INFINITY,
})

/** As much of the text as there is room for. No text holds a zero byte. */
const encodeText = (text: string, { characters, bytes }: Room): Buffer | null => {
  if (text.includes('\0')) return null
  // Never fewer than the characters are: only a text that is longer has them counted.
  const cut = text.length <= characters ? text : Array.from(text).slice(0, characters).join('')
  const encoded = Buffer.from(cut, 'utf8')
  return encoded.length <= bytes ? encoded : encoded.subarray(0, characterBorder(encoded, bytes))
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

/** What is made of ASCII and is too long is left to the masker that cuts. */
const noLonger = (mask: MasksWithin, { characters, bytes }: Room): MasksWithin => {
  const most = Math.min(characters, bytes)
  if (most === Number.POSITIVE_INFINITY) return mask
  return (from, start, end, into) => {
    const length = mask(from, start, end, into)
    return length <= most ? length : -1
  }
}

import { keyedHash } from '@sluice/core/mask/transforms/hash'
import { byteaText } from '../constants/bytea.ts'
import { constantFamily } from './constant.ts'
import type { TypeFamily } from './family.ts'

const BACKSLASH = 0x5c
const LETTER_X = 0x78

/** bytea: a hash is 16 bytes of the HMAC of the value's bytes, whatever the format and `bytea_output` are. */
export const byteaFamily: TypeFamily = (request) => {
  if (request.transform.kind !== 'hash') return constantFamily(request)
  const hmac = keyedHash(request.key)
  if (request.format === 'binary') return (cell) => Buffer.from(hmac(cell), 'hex')
  return (cell) => Buffer.from(byteaText(Buffer.from(hmac(valueBytes(Buffer.from(cell))), 'hex')), 'latin1')
}

/** PostgreSQL documentation, "Binary Data Types": hex format, else escape format. */
const valueBytes = (text: Buffer): Buffer => {
  if (text[0] === BACKSLASH && text[1] === LETTER_X) return Buffer.from(text.toString('latin1', 2), 'hex')
  const unescaped = text
    .toString('latin1')
    .replace(/\\(?:([0-7]{3})|\\)/g, (_whole, octal?: string) =>
      octal === undefined ? '\\' : String.fromCharCode(Number.parseInt(octal, 8)),
    )
  return Buffer.from(unescaped, 'latin1')
}

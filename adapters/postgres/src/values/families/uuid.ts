import { keyedHash } from '@sluice/core/mask/transforms/hash'
import { asBuffer } from '@sluice/core/mask/within'
import { uuidText } from '../constants/uuid.ts'
import { constantFamily } from './constant.ts'
import type { TypeFamily } from './family.ts'

/**
 * uuid: a hash is a uuid of version 8 (RFC 9562, "UUID Version 8"), made of the HMAC of the value's bytes, so that it is
 * the same in both formats.
 */
export const uuidFamily: TypeFamily = (request) => {
  if (request.transform.kind !== 'hash') return constantFamily(request)
  const hmac = keyedHash(request.key)
  const binary = request.format === 'binary'
  return (cell) => {
    const value = binary ? cell : Buffer.from(asBuffer(cell).toString('latin1').replaceAll('-', ''), 'hex')
    const bytes = Buffer.from(hmac(value), 'hex')
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
    // 0x80 alone is a byte that MariaDB refuses there.
    bytes[8] = ((bytes[8] ?? 0) & 0x3f || 1) | 0x80
    return binary ? bytes : Buffer.from(uuidText(bytes), 'latin1')
  }
}

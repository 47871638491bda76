import { keyedHash } from '@sluice/core/mask/transforms/hash'
import { makesBytes, makesNull } from '@sluice/core/mask/within'
import { columnType } from '../../messages/column-types.ts'
import type { Described } from '../column.ts'
import type { TypeFamily } from './family.ts'

/** BINARY(255) is the longest. */
const MOST_FIXED = 255

/** BINARY, VARBINARY, BLOB: a hash is the HMAC's bytes, as many as there is room for; a constant is the text's own. */
export const bytesFamily: TypeFamily = {
  mask: ({ transform, column, key }) => {
    if (transform.kind === 'constant') return makesBytes(fitted(Buffer.from(transform.value, 'utf8'), column))
    if (transform.kind !== 'hash') return makesNull
    const hmac = keyedHash(key)
    return (cell) => fitted(Buffer.from(hmac(cell), 'hex'), column)
  },
  zero: (column) => fitted(Buffer.alloc(0), column),
}

/** BINARY(n) has n bytes; the others have at most as many as declared. */
const fitted = (bytes: Buffer, { type, length }: Described): Buffer => {
  if (type !== columnType.STRING || length > MOST_FIXED)
    return length === 0 ? bytes : bytes.subarray(0, length)
  const fixed = Buffer.alloc(length)
  bytes.copy(fixed)
  return fixed
}

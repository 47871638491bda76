import { scalarMasker } from '@sluice/core/mask/scalar'
import type { Scalar } from '../scalars/scalar.ts'
import { constantFamily } from './constant.ts'
import { asBuffer, type TypeFamily } from './family.ts'

/** Numbers, dates, addresses: a value goes through its neutral text and comes out as a value of the type, or as NULL. */
export const scalarFamily =
  ({ read, write, room, hashed }: Scalar): TypeFamily =>
  (request) => {
    const { transform, key, format } = request
    if (transform.kind === 'constant') return constantFamily(request)
    const cells = {
      read: (cell: Uint8Array) => read(asBuffer(cell), format),
      write: (text: string) => {
        const value = write(text)
        if (value === null) return null
        return format === 'binary' ? value.binary : Buffer.from(value.text, 'latin1')
      },
      room,
      hashed,
    }
    return scalarMasker(cells, transform, key)
  }

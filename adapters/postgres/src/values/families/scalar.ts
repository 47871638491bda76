import { scalarMasker } from '@sluice/core/mask/scalar'
import { asBuffer, makesBytes, makesNull } from '@sluice/core/mask/within'
import type { Scalar } from '../scalars/scalar.ts'
import type { TypeFamily } from './family.ts'

/** Numbers, dates, addresses: a value goes through its neutral text and comes out as a value of the type, or as NULL. */
export const scalarFamily =
  ({ read, write, room, hashed, mayBeRounded }: Scalar): TypeFamily =>
  (request) => {
    const { transform, key, format } = request
    const encode = (text: string): Buffer | null => {
      const value = write(text)
      if (value === null) return null
      return format === 'binary' ? value.binary : Buffer.from(value.text, 'latin1')
    }
    if (transform.kind === 'constant') return makesBytes(encode(transform.value))
    if (mayBeRounded === true && request.floats === 'rounded' && format === 'text') return makesNull
    const cells = { read: (cell: Uint8Array) => read(asBuffer(cell), format), write: encode, room, hashed }
    return scalarMasker(cells, transform, key)
  }

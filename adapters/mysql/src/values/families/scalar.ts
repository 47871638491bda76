import { scalarMasker } from '@sluice/core/mask/scalar'
import { asBuffer, makesBytes } from '@sluice/core/mask/within'
import type { ScalarOf } from '../scalars/scalar.ts'
import type { TypeFamily } from './family.ts'

/** Numbers, dates, addresses: a value goes through its neutral text and comes out as a value of the type. */
export const scalarFamily = (scalarOf: ScalarOf): TypeFamily => ({
  mask: ({ transform, column, key }) => {
    const { read, write, room, hashed } = scalarOf(column)
    if (transform.kind === 'constant') return makesBytes(write(transform.value))
    return scalarMasker({ read: (cell) => read(asBuffer(cell)), write, room, hashed }, transform, key)
  },
  zero: (column) => {
    const { write, zero } = scalarOf(column)
    return write(zero) ?? Buffer.alloc(0)
  },
})

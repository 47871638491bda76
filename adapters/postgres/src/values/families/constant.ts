import { makesBytes, makesNull } from '@sluice/core/mask/within'
import { constantOf } from '../constants/index.ts'
import type { TypeFamily } from './family.ts'

/** Types with room for a constant that can be read as one of their values; everything else becomes NULL. */
export const constantFamily: TypeFamily = ({ transform, type, format }) => {
  if (transform.kind !== 'constant') return makesNull
  const constant = constantOf(type, transform.value)
  if (constant === null) return makesNull
  return makesBytes(format === 'binary' ? constant.binary : Buffer.from(constant.text, 'latin1'))
}

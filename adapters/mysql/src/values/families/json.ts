import { jsonMasker } from '@sluice/core/mask/json-cells'
import type { TypeFamily } from './family.ts'

const NULL_DOCUMENT = Buffer.from('null')

/** JSON: a text in UTF-8 in both protocols. */
export const jsonFamily: TypeFamily = {
  mask: ({ transform, key }) => jsonMasker(transform, key),
  zero: () => NULL_DOCUMENT,
}

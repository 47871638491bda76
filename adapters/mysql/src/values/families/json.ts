import { jsonMasker, REDACTED_JSON } from '@sluice/core/mask/json-cells'
import { charsetOf, inCharset } from '../charset.ts'
import type { TypeFamily } from './family.ts'

/** JSON: a text in both protocols, in UTF-8 or in the character set of the column. */
export const jsonFamily: TypeFamily = {
  mask: ({ transform, column, key }) =>
    inCharset(jsonMasker(transform, key), charsetOf(column.charset), REDACTED_JSON),
  zero: ({ charset }) => charsetOf(charset).encode('null'),
}

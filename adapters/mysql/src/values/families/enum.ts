import { makesBytes, makesNull } from '@sluice/core/mask/within'
import { charsetOf } from '../charset.ts'
import type { TypeFamily } from './family.ts'

const LABEL = /'((?:[^']|'')*)'/g

/** The labels of `enum('a','b')` or `set('a','b')`. */
const labelsOf = (declared: string): readonly string[] =>
  Array.from(declared.matchAll(LABEL), ([, label = '']) => label.replaceAll("''", "'"))

/**
 * ENUM and SET: a constant that is made of the labels stays; another label in place of the value would be a lie. Where
 * there must be a value it is the first label, or the set without members; without a known label what "The ENUM Type"
 * calls index 0, which strict mode takes from nobody.
 */
export const enumFamily: TypeFamily = {
  mask: ({ transform, column }) => {
    if (transform.kind !== 'constant') return makesNull
    const { value } = transform
    const labels = labelsOf(column.declared)
    const members = column.declared.startsWith('set') && value !== '' ? value.split(',') : [value]
    const known = members.every((member) => labels.includes(member))
    return known ? makesBytes(charsetOf(column.charset).encode(value)) : makesNull
  },
  zero: ({ declared, charset }) =>
    charsetOf(charset).encode(declared.startsWith('enum') ? (labelsOf(declared)[0] ?? '') : ''),
}

import type { TypeShapes } from '@sluice/core/catalog/type-shape'
import type { Constant } from './constants/constant.ts'
import { words } from './containers/bytes.ts'
import { CONSTANT_LIMIT_BYTES } from './containers/container.ts'
import { quoteField } from './containers/quoting.ts'
import { EMPTY_MULTIRANGE, EMPTY_RANGE } from './containers/range.ts'
import { isOfSession, type MaskRequest } from './families/family.ts'
import { bitsOf } from './modifiers.ts'
import { shapeOf } from './structures.ts'
import { BIT, zeroOf } from './zeros.ts'

/** The most types that are looked at for one zero: rows of rows could multiply without end. */
const PARTS_MOST = 2000

/** How many of them are left. */
type Budget = { left: number }

/**
 * A value of any type that tells nothing: a plain type's zero, an empty array or range, an enum's first label, a row of
 * NULLs. Undefined for a type that is not known, and for a label that the session would read otherwise.
 */
export const zeroCell = (
  { type, modifier, format, encoding }: Pick<MaskRequest, 'type' | 'modifier' | 'format' | 'encoding'>,
  types: TypeShapes | undefined,
): Buffer | undefined => {
  const zero = zeroValue(type, modifier, types, { left: PARTS_MOST })
  // Its text has all of its characters, of labels too.
  if (zero === undefined || !isOfSession(Buffer.from(zero.text, 'utf8'), encoding)) return undefined
  return format === 'binary' ? zero.binary : Buffer.from(zero.text, 'utf8')
}

const zeroValue = (
  type: number,
  modifier: number | undefined,
  types: TypeShapes | undefined,
  budget: Budget,
): Constant | undefined => {
  budget.left -= 1
  if (budget.left < 0) return undefined
  const shape = shapeOf(type, types)
  switch (shape?.kind) {
    case undefined:
      return type === BIT ? zeroBits(bitsOf(modifier)) : zeroOf(type)
    case 'array':
      return { text: '{}', binary: words(0, 0, shape.element) }
    case 'range':
      return EMPTY_RANGE
    case 'multirange':
      return EMPTY_MULTIRANGE
    case 'enum': {
      const [label] = shape.labels
      return label === undefined ? undefined : { text: label, binary: Buffer.from(label, 'utf8') }
    }
    case 'domain':
      return zeroValue(shape.base, shape.modifier ?? modifier, types, budget)
    case 'composite':
      return zeroRow(shape.fields, types, budget)
    case 'base':
      return undefined
  }
}

/** As many as are declared: no fewer are a value of the type. PostgreSQL: `bit_send`. */
const zeroBits = (bits: number): Constant | undefined =>
  bits > CONSTANT_LIMIT_BYTES
    ? undefined
    : { text: '0'.repeat(bits), binary: Buffer.concat([words(bits), Buffer.alloc(Math.ceil(bits / 8))]) }

/** Fields are NULL but where their type takes none. */
const zeroRow = (
  fields: readonly number[],
  types: TypeShapes | undefined,
  budget: Budget,
): Constant | undefined => {
  budget.left -= fields.length
  if (budget.left < 0) return undefined
  const text: string[] = []
  const binary = [words(fields.length)]
  for (const field of fields) {
    const shape = shapeOf(field, types)
    const value =
      shape?.kind === 'domain' && shape.notNull ? zeroValue(field, undefined, types, budget) : undefined
    text.push(value === undefined ? '' : quoteField(value.text))
    binary.push(words(field, value?.binary.length ?? -1), value?.binary ?? Buffer.alloc(0))
  }
  return { text: `(${text.join(',')})`, binary: Buffer.concat(binary) }
}

import type { TypeShape, TypeShapes } from '@sluice/core/catalog/type-shape'
import { NESTING_MOST, shapeOf } from '../values/structures.ts'
import { typeNamed } from '../values/type-names.ts'
import { plainTypes } from '../values/zeros.ts'
import { isBuiltinType } from './types.ts'

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s*,\s*/))

const oids = (list: string): ReadonlySet<number> =>
  new Set(
    list
      .trim()
      .split(/\s+/)
      .map((name) => Number(plainTypes.get(name))),
  )

const EQUALITY = words('=, <>, !=, in, not in, is distinct from, is not distinct from')
const BOUNDS = words('lower, upper')
const NULLNESS = words('is null, is not null')

/** Equal by `=` where they are of one area, or have as many points. */
const MEASURED = oids('box circle path')

/** `extra_float_digits` says how many of their digits their texts have: one, if a client likes. */
const ROUNDED = oids('float4 float8 point lseg path box polygon line circle')

/** Arrays by another name. */
const VECTORS = oids('int2vector oidvector')

/**
 * What equality, `lower`, a test for NULL and a cast to a text take of a value is all of it, but for some types. A type that
 * nothing is known of may be any of them.
 */
export const looksAtPart = (by: string, type: string, types: TypeShapes | undefined): boolean => {
  const id = typeNamed(type, types)
  if (id === 0 && !type.endsWith('[]')) return !isBuiltinType(type)
  const [base, shape] = baseOf(id, types)
  if (by === 'text') return isRounded(base, types, NESTING_MOST)
  if (/ (?:any|all)$/.test(by) && (id === 0 || shape?.kind === 'array' || VECTORS.has(base))) return true
  if (BOUNDS.has(by)) return shape?.kind === 'range' || shape?.kind === 'multirange'
  if (NULLNESS.has(by)) return shape?.kind === 'composite'
  return EQUALITY.has(by.replace(/ (?:any|all)$/, '')) && MEASURED.has(base)
}

/** What a domain is made of, of any depth. */
const baseOf = (id: number, types: TypeShapes | undefined): readonly [number, TypeShape | undefined] => {
  let base = id
  let shape = shapeOf(base, types)
  for (let depth = 0; shape?.kind === 'domain' && depth < NESTING_MOST; depth++) {
    base = shape.base
    shape = shapeOf(base, types)
  }
  return [base, shape]
}

const isRounded = (id: number, types: TypeShapes | undefined, depth: number): boolean => {
  if (depth === 0 || ROUNDED.has(id)) return true
  const within = (one: number): boolean => isRounded(one, types, depth - 1)
  const shape = shapeOf(id, types)
  switch (shape?.kind) {
    case 'array':
      return within(shape.element)
    case 'domain':
      return within(shape.base)
    case 'composite':
      return shape.fields.some(within)
    case 'range':
      return within(shape.subtype)
    case 'multirange':
      return within(shape.range)
    case 'base':
      return shape.extension === 'cube'
    default:
      return false
  }
}

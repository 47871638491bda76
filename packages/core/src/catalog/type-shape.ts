/**
 * What a type that somebody made is put together from. Ids are the dialect's (PostgreSQL: type OIDs); those of built-in
 * types are known to the dialect and not listed.
 */
export type TypeShape = TypeName &
  (
    | { readonly kind: 'base'; readonly extension: string | undefined }
    /** `delimiter` stands between two elements in text. */
    | { readonly kind: 'array'; readonly element: number; readonly delimiter: string }
    | { readonly kind: 'enum'; readonly labels: readonly string[] }
    /** `modifier`: what the base type is declared with, as `Column` has it. */
    | {
        readonly kind: 'domain'
        readonly base: number
        readonly modifier?: number
        readonly notNull: boolean
      }
    /** `fields`: the types of the columns, in order; `modifiers`: what these are declared with. Absent: nothing. */
    | {
        readonly kind: 'composite'
        readonly fields: readonly number[]
        readonly modifiers?: readonly (number | undefined)[]
      }
    | { readonly kind: 'range'; readonly subtype: number }
    | { readonly kind: 'multirange'; readonly range: number }
  )

/** The type of what stands in an array, of any depth, as `Column.type` spells it; of any other type itself. */
export const elementType = (type: string): string => type.replace(/(?:\[\])+$/, '')

/** `name` as `Column.type` spells it. */
type TypeName = { readonly id: number; readonly name: string }

/** Types by id. */
export type TypeShapes = ReadonlyMap<number, TypeShape>

/** The same by name. */
export const shapesByName = (types: TypeShapes): ReadonlyMap<string, TypeShape> => {
  const known = byName.get(types)
  if (known) return known
  const shapes = new Map([...types.values()].map((shape) => [shape.name, shape]))
  byName.set(types, shapes)
  return shapes
}

const byName = new WeakMap<TypeShapes, ReadonlyMap<string, TypeShape>>()

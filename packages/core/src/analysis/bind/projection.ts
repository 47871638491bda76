import { elementType, shapesByName, type TypeShape, type TypeShapes } from '../../catalog/type-shape.ts'
import type { Call, Cast } from '../../statement/expression.ts'
import { type Feed, union } from '../feed.ts'
import { operatorRoutine } from '../traits.ts'
import type { Binder } from './binder.ts'
import { findTable } from './names.ts'

/**
 * What a call shows where it is no call: `f(x)` is the field `f` of the row `x` where no function `f` takes such a row
 * (parse_func.c, ParseComplexProjection). Undefined: it is none.
 */
export const projected = (b: Binder, { name, args }: Call, given: readonly Feed[]): Feed | undefined => {
  const [only] = given
  if (only === undefined || args.length > 1 || name.length > 1 || !mayBeRow(b, only)) return undefined
  const fields = only.fields?.filter((field) => !field.sure || field.name === name[0])
  return fields === undefined ? only : fields.length === 0 ? undefined : union(fields.map(({ feed }) => feed))
}

/** Whether a cast makes no row. */
export const isScalarCast = (b: Binder, { type, array }: Cast): boolean => {
  const [name, schema] = [type.at(-1) ?? '', type.at(-2)]
  const builtin = b.traits.isBuiltinType(name) && (schema === undefined || b.traits.isSystemSchema(schema))
  return builtin && !array && name !== 'record' && findTable(b, type).relation === undefined
}

/** INVARIANT (no-unproven-column): all may be rows but what is surely none. */
const mayBeRow = (b: Binder, { shape, sources, unknown, functions }: Feed): boolean =>
  shape !== 'scalar' &&
  (shape === 'row' ||
    unknown ||
    sources.some(({ type }) => !isScalarType(b, type)) ||
    functions.some((name) => !makesScalars(b, name)))

/** Words of the grammar that a feed counts among its functions. */
const CHOOSING: ReadonlySet<string> = new Set(['case', 'exists'])

/** Of what are no rows it makes none either. */
const makesScalars = ({ traits, catalog }: Binder, name: string): boolean => {
  if (CHOOSING.has(name)) return true
  if (traits.isBuiltinOperator(name)) return catalog.hasRoutine?.(operatorRoutine(name)) === false
  return catalog.hasRoutine?.(name) === false && traits.builtinFunction(name)?.telling !== undefined
}

/** Whether values of a type, as `Column.type` spells it, or what arrays of it hold, are no rows. */
export const isScalarType = ({ traits, catalog }: Binder, type: string): boolean => {
  const name = elementType(type)
  if (traits.isBuiltinType(name)) return true
  const { types } = catalog
  const shape = types && shapesByName(types).get(name)
  return types !== undefined && shape !== undefined && isScalarShape(types, shape)
}

/** Domains over domains go as deep as somebody made them. */
const isScalarShape = (types: TypeShapes, shape: TypeShape): boolean => {
  let inner: TypeShape | undefined = shape
  while (inner?.kind === 'domain') inner = types.get(inner.base)
  return inner?.kind !== 'composite' && inner?.kind !== 'array'
}

import type { Name } from '../../statement/node.ts'
import { typeRoutine } from '../traits.ts'
import type { Binder } from './binder.ts'
import { findRoutine, findTable, runs } from './names.ts'

/** Finds what making a value of a type runs. True where the value is made of what it is given alone. */
export const typeIsFollowed = (b: Binder, type: Name): boolean => {
  const [name, schema] = [type.at(-1) ?? '', type.at(-2)]
  const declared = findRoutine(b, schema, typeRoutine(type))
  const builtin = b.traits.isBuiltinType(name) && (schema === undefined || b.traits.isSystemSchema(schema))
  if (!declared && (builtin || findTable(b, type).relation)) return true
  const effect = declared?.effect ?? 'unknown'
  if (effect !== 'pure') runs(b, typeRoutine(type), { effect, own: true })
  return declared?.lineage === 'arguments'
}

/** The same for several, each of which is found whatever the others do. */
export const typesAreFollowed = (b: Binder, types: readonly Name[]): boolean =>
  types.map((type) => typeIsFollowed(b, type)).every(Boolean)

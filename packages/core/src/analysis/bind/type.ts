import { elementType } from '../../catalog/type-shape.ts'
import type { Name } from '../../statement/node.ts'
import { type Feed, UNKNOWN } from '../feed.ts'
import { typeRoutine } from '../traits.ts'
import type { Binder } from './binder.ts'
import { findRoutine, findTable, runCode, runs } from './names.ts'

/** Finds what making a value of a type runs. True where the value is made of what it is `given` alone. */
export const typeIsFollowed = (b: Binder, type: Name, given: readonly Feed[]): boolean => {
  const [name, schema] = [type.at(-1) ?? '', type.at(-2)]
  const declared = findRoutine(b, schema, typeRoutine(type))
  const builtin = b.traits.isBuiltinType(name) && (schema === undefined || b.traits.isSystemSchema(schema))
  if (!declared && (builtin || findTable(b, type).relation)) return true
  const effect = declared?.effect ?? 'unknown'
  if (effect !== 'pure') {
    runs(b, { schema: schema ?? '', name: typeRoutine(type), effect }, true)
    runCode(b, schema, typeRoutine(type), given)
  }
  return declared?.lineage === 'arguments'
}

/** Finds what a variable of a type runs. Without a type of that name there is no such variable. */
export const variableOf = (b: Binder, type: Name): void => {
  const declared = findRoutine(b, type.at(-2), typeRoutine(type))
  if (declared && declared.effect !== 'pure') {
    runs(b, { schema: type.at(-2) ?? '', name: typeRoutine(type), effect: declared.effect }, true)
    runCode(b, type.at(-2), typeRoutine(type), [UNKNOWN])
  }
}

/** The same as `typeIsFollowed` for several, each of which is found whatever the others do. */
export const typesAreFollowed = (b: Binder, types: readonly Name[], given: readonly Feed[]): boolean =>
  types.map((type) => typeIsFollowed(b, type, given)).every(Boolean)

/**
 * Tells of values that stand beside one with a collation of its own (`COLLATE`): they become of its character set, which fails
 * for what is none in it. `compared`: only bytes and what was computed fail, for texts are compared in a set that has all.
 */
export const meetsCollation = (b: Binder, values: readonly Feed[], compared = false): void => {
  if (b.traits.collationsConvert !== true || values.length < 2 || !values.some(isCollated)) return
  for (const value of values) {
    const bytes =
      value.pending.length > 0 || value.sources.some(({ type }) => b.traits.isBytesType?.(type) === true)
    if (!isCollated(value) && (!compared || bytes)) b.findings.tells(value, 'failing')
  }
}

const isCollated = ({ functions }: Feed): boolean => functions.includes('collate')

/**
 * Finds what runs where a constant stands beside values of a type and becomes one of it: `tags = '{x}'`. `holding`: beside a
 * value of a domain it becomes one of the domain's base type, which runs nothing.
 */
export const becomesAlike = (
  b: Binder,
  values: readonly Feed[],
  which: 'any' | 'holding' = 'holding',
): void => {
  const { running } = b.catalog
  if (running === undefined || values.length < 2) return
  for (const { sources } of values) {
    b.findings.spend(sources.length)
    for (const { type } of sources) {
      const found = running.get(type)
      if (found === undefined || (which === 'holding' && !found.holds)) continue
      runs(b, { schema: '', name: typeRoutine([type]), effect: found.effect }, true)
      codeOfType(b, type, values)
    }
  }
}

/** Of a type as `Column.type` spells it, which may have dots in its name: every schema that it may be of is looked in. */
const codeOfType = (b: Binder, type: string, given: readonly Feed[]): void => {
  const words = elementType(type).split('.')
  for (const i of words.keys()) {
    const schema = i === 0 ? undefined : words.slice(0, i).join('.')
    runCode(b, schema, typeRoutine([words.slice(i).join('.')]), given)
  }
}

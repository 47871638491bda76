import type { Catalog } from '../catalog/catalog.ts'
import type { Ddl, Statement } from '../statement/command.ts'
import type { Name } from '../statement/node.ts'
import { ANYWHERE } from './anywhere.ts'
import type { Binder } from './bind/binder.ts'
import type { CodeSince } from './code-since.ts'
import type { Analysis, NameContext } from './context.ts'

/**
 * Whether a definition keeps code that reads and tells nothing of any row: a trigger's function that does not, or a trigger
 * that calls such a one. INVARIANT (no-unproven-column): all that the function's name may lead to must be so, and it stands
 * before no other of its name, which code would miss for some values.
 */
export const onlyStamps = (node: Ddl, { catalog, context, traits }: Binder): boolean => {
  const { stamps, fires, names } = node
  if (fires !== undefined) return whatFires(fires, catalog, context) === 'stamps'
  const name = names[0]?.at(-1) ?? ''
  return (
    stamps === true &&
    catalog.hasRoutine?.(name, 'stamps') === false &&
    traits.builtinFunction(name) === undefined
  )
}

/** CREATE TRIGGER where the function's name may lead to another by now than the catalog says. */
export const mayFireOther = (statement: Statement | undefined, since: CodeSince | undefined): boolean =>
  statement?.kind === 'ddl' &&
  statement.fires !== undefined &&
  since !== undefined &&
  since.stamps === undefined

/**
 * CREATE TRIGGER behind what the open transaction has changed: nothing is held against it where the function was made there,
 * which the catalog does not have yet, and only stamps, as does whatever else its name may lead to.
 */
export const withStamps = (
  statement: Statement,
  analysis: Analysis,
  since: CodeSince | undefined,
  catalog: Catalog,
  names: NameContext,
): Analysis => {
  if (statement.kind !== 'ddl' || statement.fires === undefined || since === undefined) return analysis
  const { fires, expressions } = statement
  const { facts } = analysis
  if (mayFireOther(statement, since))
    return { ...analysis, facts: { ...facts, flows: [...facts.flows, ANYWHERE] } }
  const made = since.stamps?.has(fires.at(-1) ?? '') === true
  if (!made || expressions.length > 0 || whatFires(fires, catalog, names) === 'others') return analysis
  return { ...analysis, facts: { ...facts, flows: [], uses: [] } }
}

/** What the catalog has under the name of a trigger's function, which takes no arguments. */
const whatFires = (
  name: Name,
  catalog: Catalog,
  { searchPath }: NameContext,
): 'none' | 'stamps' | 'others' => {
  const [bare = '', schema, ...more] = name.toReversed()
  if (more.length > 0) return 'others'
  const found = (schema === undefined ? searchPath : [schema]).flatMap((one) => catalog.routines(one, bare))
  if (found.length === 0) return 'none'
  return found.every(({ stamps }) => stamps === true) ? 'stamps' : 'others'
}

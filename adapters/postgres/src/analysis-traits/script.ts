import type { NameContext } from '@sluice/core/analysis/context'
import type { ScriptDialect } from '@sluice/core/analysis/script/state'
import type { Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import { postgresTraits } from './traits.ts'

/** The path of a session that has set nothing; what stands before it is looked up first unless it is named. */
const DEFAULT_PATH: readonly string[] = ['public']
const SYSTEM = 'pg_catalog'

/** `"$user"` is left out: no schema of that name is known to be there. */
const pathOf = (context: NameContext, named: readonly string[]): NameContext => {
  const schemas = named.map((schema) => schema.trim()).filter((schema) => schema !== '$user' && schema !== '')
  const temporary = context.searchPath.filter((schema) => postgresTraits.isTemporarySchema(schema))
  const implicit = [
    ...(schemas.some((schema) => postgresTraits.isTemporarySchema(schema)) ? [] : temporary),
    ...(schemas.includes(SYSTEM) ? [] : [SYSTEM]),
  ]
  return { ...context, searchPath: [...implicit, ...schemas] }
}

/** `SELECT set_config('search_path', 'a, b', …)`, as pg_dump writes it: the setting, its value, and how long it holds. */
const setConfig = (statement: Statement): readonly Expression[] | undefined => {
  if (statement.kind !== 'select' || statement.from.length > 0 || statement.targets.length !== 1)
    return undefined
  const call = statement.targets[0]?.expression
  const name = call?.kind === 'call' ? call.name.join('.') : ''
  return call?.kind === 'call' && (name === 'set_config' || name === 'pg_catalog.set_config')
    ? call.args
    : undefined
}

const literalOf = (node: Expression | undefined): string | undefined =>
  node?.kind === 'literal' ? node.value : undefined

/** The path behind a statement that may have set it; undefined where it cannot be told. */
const contextAfter = (context: NameContext, statement: Statement): NameContext | undefined => {
  if (statement.kind === 'set') {
    const { name, value } = statement
    if (name === 'search_path') return pathOf(context, value ?? DEFAULT_PATH)
    if (name === 'all') return pathOf(context, DEFAULT_PATH)
    // The whole text was split before any of it runs, so how strings are written cannot change inside it.
    return context
  }
  if (statement.kind === 'discard') {
    const path = statement.target === 'temp' ? context.searchPath : [SYSTEM, ...DEFAULT_PATH]
    return {
      ...context,
      searchPath: path.filter((schema) => !postgresTraits.isTemporarySchema(schema)),
    }
  }
  const [setting, value, local] = setConfig(statement) ?? []
  if (literalOf(setting) === undefined) return undefined
  if (literalOf(setting)?.toLowerCase() !== 'search_path') return context
  const path = literalOf(value)
  return path === undefined || /"/.test(path) || literalOf(local) !== 'false'
    ? undefined
    : pathOf(context, path.toLowerCase().split(','))
}

/** How scripts of PostgreSQL are followed. */
export const postgresScript: ScriptDialect = {
  traits: postgresTraits,
  contextAfter,
  rollsBackDefinitions: true,
}

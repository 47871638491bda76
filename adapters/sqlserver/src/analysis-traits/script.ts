import type { NameContext } from '@sluice/core/analysis/context'
import type { ScriptDialect } from '@sluice/core/analysis/script/state'
import type { SetVariable, Statement } from '@sluice/core/statement/command'
import { builtinProcedure } from './procedures.ts'
import { sqlserverTraits } from './traits.ts'

/** The schema of users that were given no other one, and the system's own behind it. */
export const DEFAULT_PATH: readonly string[] = ['dbo', 'sys']

/** Settings that have the server answer with plans, or with columns that the query does not name. */
const OTHER_ANSWERS: ReadonlySet<string> = new Set([
  'no_browsetable',
  'profile',
  'showplan_all',
  'showplan_text',
  'showplan_xml',
  'statistics profile',
  'statistics xml',
])

/** USE. A catalog whose database has no name is that of the first one used. */
const inDatabase = (context: NameContext, database: string): NameContext => {
  const { home: known, ...rest } = context
  const home = known ?? (context.database === '' ? database : context.database)
  const abroad = database !== home
  const searchPath = context.searchPath.length === 0 ? [] : pathIn(abroad ? database : undefined)
  return abroad ? { ...rest, database, searchPath, home } : { ...rest, database, searchPath }
}

const pathIn = (database: string | undefined): readonly string[] =>
  DEFAULT_PATH.map((schema) =>
    database === undefined || sqlserverTraits.isSystemSchema(schema) ? schema : `${database}.${schema}`,
  )

/** Who acts now has a default schema of their own, which is not known here. */
const asAnother = (context: NameContext): NameContext => ({ ...context, searchPath: [], before: context })

const afterSet = (context: NameContext, { name, value }: SetVariable): NameContext | undefined => {
  const [first] = value ?? []
  switch (name) {
    case 'database':
      return first === undefined ? undefined : inDatabase(context, first)
    case 'execute as':
      if (value === undefined) return context.before ?? context
      return first === 'caller' ? context : asAnother(context)
    default:
      return OTHER_ANSWERS.has(name) && first !== 'off' ? undefined : context
  }
}

/** The context of names behind a statement; undefined where it cannot be told. */
const contextAfter = (context: NameContext, statement: Statement): NameContext | undefined => {
  if (statement.kind === 'set') return afterSet(context, statement)
  if (statement.kind !== 'call-procedure') return context
  const { name } = statement.call
  const known = builtinProcedure(name)
  if (known?.setsIdentity === true) return asAnother(context)
  // Another table may have the name from now on.
  return known !== undefined && name.at(-1) === 'sp_rename' ? undefined : context
}

/** How scripts of SQL Server are followed ("SET Statements", "EXECUTE AS", "ROLLBACK TRANSACTION", remarks of each). */
export const sqlserverScript: ScriptDialect = {
  traits: sqlserverTraits,
  contextAfter,
  rollsBackDefinitions: true,
  settingsStay: true,
  countsBegins: true,
  sealedCode: true,
  harmless: new Set(['database', 'trigger', 'aggregate']),
}

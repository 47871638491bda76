import type { NameContext } from '@sluice/core/analysis/context'
import type { ScriptDialect } from '@sluice/core/analysis/script/state'
import type { Statement } from '@sluice/core/statement/command'
import { BUILTIN_SCHEMA, mysqlTraits } from './traits.ts'

/** USE changes what names mean; no other setting does, and routines cannot USE ("Restrictions on Stored Programs"). */
const contextAfter = (context: NameContext, statement: Statement): NameContext | undefined => {
  if (statement.kind !== 'set' || statement.name !== 'database') return context
  const [database] = statement.value ?? []
  return database === undefined ? undefined : { ...context, database, searchPath: [BUILTIN_SCHEMA, database] }
}

/** How scripts of MySQL and MariaDB are followed: a definition ends the transaction ("Statements That Cause an Implicit Commit"). */
export const mysqlScript: ScriptDialect = {
  traits: mysqlTraits,
  contextAfter,
  rollsBackDefinitions: false,
  settingsStay: true,
}

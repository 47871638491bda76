import type { Procedural, SetVariable, Statement } from '@sluice/core/statement/command'

/** QUOTED_IDENTIFIER of the session: ON unless it has said otherwise. */
export type SqlserverModes = { readonly quotedIdentifier: boolean }

/** Settings that switch QUOTED_IDENTIFIER. */
const SWITCHES: ReadonlySet<string> = new Set(['quoted_identifier', 'ansi_defaults'])

const switched = (modes: SqlserverModes, { name, value }: SetVariable): SqlserverModes =>
  SWITCHES.has(name) ? { quotedIdentifier: value?.[0] !== 'off' } : modes

/** A text that is run has a setting of its own. */
const inside = ({ verb, statements }: Procedural): readonly Statement[] =>
  verb === 'execute' ? [] : statements

/**
 * The modes behind a statement. SET QUOTED_IDENTIFIER works while a batch is parsed ("SET QUOTED_IDENTIFIER", remarks):
 * the last one in it counts for the next batch, whether or not it was reached.
 */
export const modesAfter = (modes: SqlserverModes, statement: Statement): SqlserverModes => {
  if (statement.kind === 'set') return switched(modes, statement)
  return statement.kind === 'procedural' ? inside(statement).reduce(modesAfter, modes) : modes
}

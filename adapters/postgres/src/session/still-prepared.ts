import { allAnswered, askServer, canAsk } from './ask.ts'
import type { Session } from './session.ts'

/** Whoever has taken the right from everybody is not asked: a question that fails would fail the transaction. */
const MAY_ASK = "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_prepared_statement()', 'EXECUTE')"

/**
 * Of code PREPARE alone makes any, and the database keeps which way each was made (backend/commands/prepare.c,
 * `StorePreparedStatement`). The names are ASCII: see `namesAreFollowed`.
 */
const QUESTION =
  'SELECT pg_catalog.array_to_json(pg_catalog.array_agg(name))::pg_catalog.text ' +
  'FROM pg_catalog.pg_prepared_statement() WHERE NOT from_sql'

/** Asks which of the statements of Parse are still there, behind code that may have redefined them. */
export async function askPrepared(session: Session): Promise<void> {
  const may = await askServer(session, MAY_ASK, (answer) => {
    const said = answer?.[0]?.[0]
    if (said === 'f') session.names.restore(new Set())
    return said === 't'
  })
  if (!may) return
  await allAnswered(session)
  if (!canAsk(session)) return
  await askServer(session, QUESTION, (answer) => {
    if (answer === undefined) return
    const names = answer[0]?.[0]
    const parsed = typeof names === 'string' ? (JSON.parse(names) as unknown[]).map(String) : []
    session.names.restore(new Set(parsed))
  })
}

import type { Analysis } from '@sluice/core/analysis/context'
import type { FlowPlace } from '@sluice/core/catalog/catalog'
import type { Deny } from '@sluice/core/policy/decision'
import type { Statement } from '@sluice/core/statement/command'
import { isOfUnfollowed } from '@sluice/gateway/pipeline/decide'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'
import { askServer } from './ask.ts'
import type { WireSession } from './wire-session.ts'

/** Statements that make none of the tables and columns that they name. */
const USING: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'select',
  'set-operation',
  'values',
  'insert',
  'update',
  'delete',
  'joined-update',
  'joined-delete',
])

/** How many tables and columns of one statement the database is asked for. */
const MOST_ASKED = 8

/**
 * What the database itself would say of a statement that names a table or a column which is not there: tools look for a table of
 * theirs so. Undefined: it is refused as the policy has it. The policy allows the statement, but for what may be in them.
 */
export async function missingName(
  session: WireSession,
  { kind }: Statement,
  { facts }: Analysis,
  deny: Deny,
): Promise<Refusal | undefined> {
  if (!USING.has(kind) || facts.opaque !== undefined || !isOfUnfollowed(deny)) return undefined
  const unknown = facts.tables.filter(({ known, schema }) => !known && schema !== '')
  for (const { schema, name } of unknown.slice(0, MOST_ASKED)) {
    const there = await columnsLike(session, schema, name, '')
    if (there === 'no table')
      return { code: errno.noSuchTable, message: `Table '${schema}.${name}' doesn't exist`, hint: '' }
    if (there === 'no database')
      return { code: errno.unknownDatabase, message: `Unknown database '${schema}'`, hint: '' }
  }
  const columns = Map.groupBy(facts.unlisted?.reads ?? [], ({ column }) => column)
  for (const [column, places] of [...columns].slice(0, MOST_ASKED))
    if (column !== undefined && (await isNowhere(session, column, places)))
      return { code: errno.badField, message: `Unknown column '${column}' in 'field list'`, hint: '' }
  return undefined
}

/** Whether none of the tables has the column, in any of which it may stand. */
async function isNowhere(
  session: WireSession,
  column: string,
  places: readonly FlowPlace[],
): Promise<boolean> {
  if (places.length > MOST_ASKED) return false
  for (const { schema, table } of places)
    if (schema === '' || (await columnsLike(session, schema, table, column)) !== 'none') return false
  return true
}

/** Names that are the same in every character set, and need no care within quotes. */
const PLAIN = /^[ -&(-[\]-~]*$/

/** What there is of columns of this name in the table; undefined: it is there, or the database does not say. */
async function columnsLike(
  session: WireSession,
  schema: string,
  table: string,
  column: string,
): Promise<'no database' | 'no table' | 'none' | undefined> {
  const quoted = [schema, table].map((name) => `\`${name.replaceAll('`', '``')}\``).join('.')
  if (!PLAIN.test(quoted) || !PLAIN.test(column)) return undefined
  // In a pattern `_` and `%` stand for others, too: what is like the name may be it.
  const answer = await askServer(session, `SHOW COLUMNS FROM ${quoted} LIKE '${column}'`)
  if (answer.failure === errno.noSuchTable) return 'no table'
  if (answer.failure === errno.unknownDatabase) return 'no database'
  return answer.failure === undefined && answer.rows.length === 0 ? 'none' : undefined
}

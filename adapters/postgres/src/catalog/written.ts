import { hash } from 'node:crypto'
import type { Definition } from '@sluice/core/catalog/blessing'
import { Client } from 'pg'
import { ask } from './ask.ts'
import { type Connect, leave } from './driver.ts'
import { FIRST_USER_OID, type Printed, printable } from './queries.ts'

/** A function's definition, and which function it is. */
export type DefinitionFound = Definition & { readonly id: number; readonly language: string }

/** The same with its text, for a reviewer. */
type Written = DefinitionFound & { readonly text: string | null }

/** How long the database may be silent. */
const TIMEOUT_MS = 30_000

/** The most definitions that are read at once. */
const MAX_FUNCTIONS = 100_000

/**
 * Users' functions and procedures as CREATE would make them again. Who owns it is part of what one does that runs with
 * its owner's rights. Aggregates have no text of their own: they do what their parts do.
 */
const definitions = (printed: Printed, which: string): string => `
SELECT p.oid AS id, n.nspname::text AS schema, p.oid::pg_catalog.regprocedure::text AS signature, l.lanname::text AS language,
  CASE WHEN ${printable(printed, 'pg_proc', 'p.oid')} THEN pg_catalog.pg_get_functiondef(p.oid)
    || CASE WHEN p.prosecdef THEN 'OWNER ' || pg_catalog.pg_get_userbyid(p.proowner) || E'\\n' ELSE '' END END AS text,
  pg_catalog.format_type(p.prorettype, NULL) AS returns,
  CASE WHEN p.proargmodes && '{o,b,t}'::"char"[] THEN ARRAY(SELECT a.name FROM unnest(p.proargnames, p.proargmodes)
      WITH ORDINALITY AS a (name, mode, place) WHERE a.mode IN ('o', 'b', 't') ORDER BY a.place)
    WHEN t.typtype = 'c' THEN ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
    WHEN t.typtype IN ('b', 'e', 'r', 'm') THEN ARRAY[p.proname::text] END AS columns
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
JOIN pg_catalog.pg_type t ON t.oid = p.prorettype
WHERE p.oid >= ${FIRST_USER_OID} AND p.prokind <> 'a' AND ${which}
ORDER BY p.oid LIMIT ${MAX_FUNCTIONS}`

/** A condition: no extension has made the function `p`. */
const NO_EXTENSION = `NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'
    AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass)`

/** A condition: the function `p` has one of these signatures. */
const signed = (client: Client, signatures: readonly string[]): string =>
  `p.oid::pg_catalog.regprocedure::text = ANY (ARRAY[${signatures.map((one) => client.escapeLiteral(one)).join()}]::text[])`

/** Names may be missing. */
type Row = Omit<Written, 'definition' | 'columns'> & { readonly columns: readonly (string | null)[] | null }

/** Reads definitions with their texts: of these signatures, or of all but extensions'. The `search_path` must be empty. */
const readWritten = async (
  client: Client,
  printed: Printed,
  signatures?: readonly string[],
): Promise<readonly Written[]> => {
  const which = signatures === undefined ? NO_EXTENSION : signed(client, signatures)
  const [rows] = await ask(client, [`SELECT * FROM (${definitions(printed, which)}) f`])
  return (rows as readonly Row[]).map((row) => ({
    ...row,
    columns: certain(row.columns),
    definition: row.text === null ? null : hash('sha256', row.text, 'hex'),
  }))
}

const certain = (names: readonly (string | null)[] | null): readonly string[] | null => {
  const known = names?.flatMap((name) => (name === null || name === '' ? [] : [name]))
  return known !== undefined && known.length === names?.length ? known : null
}

/** Reads them over a connection of its own. Rejects where the database cannot be reached or a lock is in the way. */
export const writtenFunctions = async (
  connect: Connect,
  signatures?: readonly string[],
): Promise<readonly Written[]> => {
  const client = new Client({ query_timeout: TIMEOUT_MS, ...(await connect('sluice catalog')) })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query("BEGIN READ ONLY; SET LOCAL search_path = ''; SET LOCAL lock_timeout = 1000")
    return await readWritten(client, 'all', signatures)
  } finally {
    leave(client)
  }
}

/** The same without the texts. Asks nothing where there is nothing to be asked about. */
export const readDefinitionsOf = async (
  client: Client,
  printed: Printed,
  signatures: readonly string[],
): Promise<readonly DefinitionFound[]> => {
  if (signatures.length === 0) return []
  const found = await readWritten(client, printed, signatures)
  return found.map(({ text: _text, ...definition }) => definition)
}

import type { Catalog } from '@sluice/core/catalog/catalog'
import { type Rule, tellings } from '@sluice/core/catalog/telling'
import { fits } from './fits.ts'
import { FIRST_USER_OID } from './queries.ts'
import type { Snapshot, TestFound } from './rows.ts'

/**
 * What stands in the trees (nodes/nodes.h) of those that tell no more than whether values are equal: names before and since 16.
 */
const PLAIN_NODES =
  'VAR|CONST|OPEXPR|SCALARARRAYOPEXPR|NULLTEST|BOOLEXPR|RELABELTYPE|FUNCEXPR|COALESCE|COALESCEEXPR|ARRAY|ARRAYEXPR'

/** Of a tree's ids behind a word all are among some of the system's, which are looked up once. */
const areAll = (tree: string, word: string, some: string): string =>
  `NOT EXISTS (SELECT FROM pg_catalog.regexp_matches(${tree}, ':${word} (\\d+)', 'g') AS m (id)
      WHERE m.id[1]::oid <> ALL (ARRAY(SELECT s.oid FROM pg_catalog.${some} AND s.oid < ${FIRST_USER_OID})))`

/**
 * A condition: the tree compares whole values for equality, with letters as they are, small or large; undefined things are none
 * of it. Boxes, circles and paths are equal by their area or size, and an array beside ANY by its elements.
 */
const isPlain = (tree: string): string => `(${tree} !~ '[{](?!(?:${PLAIN_NODES})\\M)[A-Z]|:argisrow true'
    AND ${areAll(tree, 'opno', `pg_operator s WHERE s.oprname IN ('=', '<>') AND s.oprleft NOT IN (602, 603, 718)`)}
    AND ${areAll(tree, 'funcid', `pg_proc s WHERE s.proname IN ('lower', 'upper') AND s.proargtypes[0] = 25`)}
    AND (${tree} !~ '[{]SCALARARRAYOPEXPR' OR NOT EXISTS (SELECT FROM pg_catalog.regexp_matches(${tree}, ':vartype (\\d+)', 'g') AS m (id)
      JOIN pg_catalog.pg_type t ON t.oid = m.id[1]::oid WHERE t.typcategory = 'A')))`

/** The columns in a tree: below 1 for the whole row. Those of other tables in a subquery stand for columns in their places. */
const columnsIn = (tree: string): string =>
  `ARRAY(SELECT DISTINCT m.at[1]::int4 AS n FROM pg_catalog.regexp_matches(${tree}, ':varattno (-?\\d+)', 'g') AS m (at) ORDER BY n)`

/** Constraints of which each operator is an equality: not those of keys with a period. */
const ofEqual = (
  operators: string,
): string => `NOT EXISTS (SELECT FROM pg_catalog.unnest(${operators}) AS u (id) JOIN pg_catalog.pg_operator o ON o.oid = u.id
      WHERE o.oprname <> '=')`

/**
 * What decides by columns' values whether a row may be there, or where: checks, keys of other tables, exclusion, indexes with an
 * expression or a condition, partitions, policies; and generated columns that may not be NULL, or twice the same.
 */
export const TESTS = `
SELECT k.conrelid AS relation, CASE k.contype WHEN 'x' THEN pg_catalog.array_remove(k.conkey::int4[], 0) ELSE k.conkey::int4[] END AS ordinals,
  CASE k.contype WHEN 'f' THEN ${ofEqual('k.conpfeqop')} WHEN 'c' THEN ${isPlain('k.conbin::text')} ELSE ${ofEqual('k.conexclop')} END AS equality
FROM pg_catalog.pg_constraint k
WHERE (k.contype IN ('c', 'f', 'x') OR k.conexclop IS NOT NULL) AND k.conrelid >= ${FIRST_USER_OID} AND k.conkey IS NOT NULL
UNION ALL SELECT i.indrelid, ${columnsIn('i.tree')}, ${isPlain('i.tree')}
FROM (SELECT i.indrelid, i.indisunique, pg_catalog.concat(i.indexprs, i.indpred) AS tree FROM pg_catalog.pg_index i
  WHERE i.indrelid >= ${FIRST_USER_OID} AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)) i
WHERE i.indisunique OR NOT ${isPlain('i.tree')}
UNION ALL SELECT p.polrelid, ${columnsIn('p.tree')}, ${isPlain('p.tree')}
FROM (SELECT p.polrelid, pg_catalog.concat(p.polqual, p.polwithcheck) AS tree FROM pg_catalog.pg_policy p) p
UNION ALL SELECT p.partrelid, pg_catalog.array_remove(p.partattrs::int2[]::int4[], 0) || ${columnsIn('p.partexprs::text')},
  p.partstrat = 'l' AND COALESCE(${isPlain('p.partexprs::text')}, true)
FROM pg_catalog.pg_partitioned_table p
UNION ALL SELECT a.attrelid, ARRAY[a.attnum::int4], false
FROM pg_catalog.pg_attribute a
WHERE a.attrelid >= ${FIRST_USER_OID} AND a.attgenerated <> '' AND (a.attnotnull OR EXISTS (SELECT FROM pg_catalog.pg_index i
  WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey::int2[])))
UNION ALL SELECT i.indrelid, pg_catalog.array_remove(i.indkey::int2[]::int4[], 0), NULL
FROM pg_catalog.pg_index i
WHERE i.indisunique AND i.indrelid >= ${FIRST_USER_OID}
ORDER BY relation, ordinals, equality`

/** What is told of values that come into columns, by all that the snapshot found and by views. */
export const tellsOf = (catalog: Catalog, { tests }: Snapshot): Required<Catalog>['tells'] =>
  tellings(catalog, () => tests.map((test) => ruleOf(catalog, test)), fits)

const ruleOf = (catalog: Catalog, { relation, ordinals, equality }: TestFound): Rule => {
  const columns = catalog.relationById(relation)?.columns ?? []
  const whole = ordinals.some((ordinal) => ordinal < 1)
  const tested = whole ? columns : columns.filter(({ ordinal }) => ordinals.includes(ordinal))
  return { columns: tested, telling: equality === null ? 'unique' : equality ? 'equality' : 'more' }
}

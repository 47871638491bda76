import { FIRST_USER_OID } from './queries.ts'

/** The policies of tables, and those indexes that have an expression or a condition. */
const ALL = `SELECT p.polrelid AS relation, 'pg_catalog.pg_policy'::pg_catalog.regclass::oid AS class, p.oid AS id,
    false AS inherited, p.polqual IS NOT NULL AND p.polcmd <> 'd' AS reading,
    pg_catalog.concat(p.polqual, p.polwithcheck) AS tree
  FROM pg_catalog.pg_policy p
  UNION ALL SELECT i.indrelid, 'pg_catalog.pg_class'::pg_catalog.regclass::oid, i.indexrelid,
    true, pg_catalog.strpos(i.parts, 'CONST') + pg_catalog.strpos(i.parts, ':args <>') > 0, ''
  FROM (SELECT i.indrelid, i.indexrelid, pg_catalog.concat(i.indexprs, i.indpred) AS parts FROM pg_catalog.pg_index i
    WHERE i.indrelid >= ${FIRST_USER_OID} AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)) i`

const named = (what: string, catalog: string): string =>
  `COALESCE(pg_catalog.array_agg(DISTINCT ${what} ORDER BY ${what})
    FILTER (WHERE d.refclassid = 'pg_catalog.${catalog}'::pg_catalog.regclass), '{}')`

/** The functions that are called in a tree `x` (nodes/primnodes.h, `FuncExpr`); those of operators are none of them. */
const CALLED = `SELECT pg_catalog.split_part(part, ' ', 1)::oid
    FROM pg_catalog.unnest((pg_catalog.string_to_array(x.tree, ':funcid '))[2:]) AS u (part)`

/**
 * What policies and indexes of the users' tables run. A policy's condition runs for every row that is read or changed, an
 * index's expression for every row that is written; one that has a part without columns runs that when a statement on
 * the table is planned, too (plancat.c, `get_relation_info`). Functions of the server's own are in no `pg_depend`.
 */
export const ATTACHED = `
SELECT x.relation, x.inherited, x.reading, n.routines, n.types, n.relations,
  CASE WHEN x.tree = '' THEN '{}' ELSE ARRAY(SELECT f.proname::text || ' ' || f.provolatile::text
    FROM pg_catalog.pg_proc f WHERE f.oid = ANY (ARRAY(${CALLED})) AND f.oid < ${FIRST_USER_OID} ORDER BY f.oid) END AS system
FROM (${ALL}) x, LATERAL (
  SELECT ${named('d.refobjid', 'pg_proc')} || ${named('o.oprcode::oid', 'pg_operator')} AS routines,
    ${named('d.refobjid', 'pg_type')} AS types, ${named('d.refobjid', 'pg_class')} AS relations
  FROM pg_catalog.pg_depend d LEFT JOIN pg_catalog.pg_operator o
    ON d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass AND o.oid = d.refobjid
  WHERE d.classid = x.class AND d.objid = x.id AND d.refobjid >= ${FIRST_USER_OID} AND d.refobjid <> x.relation) n
WHERE x.tree <> '' OR n.routines <> '{}' OR n.types <> '{}'
ORDER BY x.relation, x.class, x.id`

/** Schemas of the system's own catalogs. */
const SYSTEM = `('pg_catalog', 'information_schema')`

/** The first version whose functions can have a parsed body. */
const SQL_BODIES = 140_000

/** Objects with ids below this are the system's own (access/transam.h, FirstNormalObjectId). */
export const FIRST_USER_OID = 16384

/**
 * Which definitions are printed. Printing one takes an ACCESS SHARE lock on the tables in it and so waits for whoever
 * holds, or waits for, ACCESS EXCLUSIVE on them (ruleutils.c, AcquireRewriteLocks; lmgr).
 */
export type Printed = 'all' | 'unlocked'

/** Whose relations: the ones that came with the server, whose names and columns stay as they are, or all others. */
type Owned = 'system' | 'users'

const owned = (id: string, whose: Owned): string =>
  `${id} ${whose === 'system' ? '<' : '>='} ${FIRST_USER_OID}`

/** Whether an object's definition can be printed without waiting. */
export const printable = (printed: Printed, classid: string, objid: string): string =>
  printed === 'all'
    ? 'true'
    : `NOT EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_locks k ON k.relation = d.refobjid
    WHERE d.classid = 'pg_catalog.${classid}'::pg_catalog.regclass AND d.objid = ${objid}
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND ${HELD})`

/** A lock `k` in this database that keeps every other session out of its table. */
const HELD = `k.locktype = 'relation' AND k.mode = 'AccessExclusiveLock'
      AND k.database = (SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname = pg_catalog.current_database())`

/** Event triggers, and casts, operators and their support functions that are not the system's or an extension's library's. */
const DEFINITIONS_RUN = `(EXISTS (SELECT FROM pg_catalog.pg_event_trigger x WHERE x.evtenabled <> 'D')
    OR EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      WHERE p.oid >= ${FIRST_USER_OID} AND l.lanname NOT IN ('internal', 'c') AND p.oid IN (
        SELECT c.castfunc FROM pg_catalog.pg_cast c UNION ALL SELECT o.oprcode FROM pg_catalog.pg_operator o
        UNION ALL SELECT a.amproc FROM pg_catalog.pg_amproc a UNION ALL SELECT r.rngsubdiff FROM pg_catalog.pg_range r)))`

/** Which server it is, and whether any table is kept from us: read first, in the transaction of all the others. */
export const ABOUT = `SELECT pg_catalog.current_setting('server_version_num')::int4 AS version,
  pg_catalog.current_database()::text AS database, pg_catalog.current_setting('server_encoding') AS encoding,
  (SELECT s.system_identifier::text || '/' || b.oid::text FROM pg_catalog.pg_control_system() s, pg_catalog.pg_database b
    WHERE b.datname = pg_catalog.current_database()) AS identity, EXISTS (SELECT FROM pg_catalog.pg_locks k WHERE ${HELD}) AS locked,
  ${DEFINITIONS_RUN} AS "definitionsRun"`

/**
 * Tables, views, sequences (their state is a row); the definitions of the users' own views, where `views`, a condition
 * on the view `c`, is met.
 */
export const relations = (whose: Owned, printed: Printed, views = 'true'): string => `
SELECT c.oid AS id, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
  n.nspname IN ${SYSTEM} AS system,
  CASE WHEN c.relkind IN ('v', 'm') AND n.nspname NOT IN ${SYSTEM} AND ${views} AND ${printable(printed, 'pg_rewrite', RULE)}
    THEN pg_catalog.pg_get_viewdef(c.oid) END AS definition,
  COALESCE(i.parents, '{}') AS parents
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (SELECT h.inhrelid, pg_catalog.array_agg(h.inhparent ORDER BY h.inhseqno) AS parents
  FROM pg_catalog.pg_inherits h GROUP BY h.inhrelid) i ON i.inhrelid = c.oid
WHERE ${owned('c.oid', whose)} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
ORDER BY c.oid`

/** The rule that a view is made of. */
const RULE = `(SELECT r.oid FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.rulename = '_RETURN')`

const CLASS = (catalog: string): string => `'pg_catalog.${catalog}'::pg_catalog.regclass`

/** What pg_depend `p` has of the column default `d`. Before PostgreSQL 15 the column itself depends on what generates it. */
const dependsOn = (d: string): string =>
  `(p.classid = ${CLASS('pg_attrdef')} AND p.objid = ${d}.oid
      OR p.classid = ${CLASS('pg_class')} AND p.objid = ${d}.adrelid AND p.objsubid = ${d}.adnum)`

/**
 * What a default or a generated column runs of the users' own: functions, those of operators and their negators among them,
 * and the types in it.
 */
const runsOf = (depends: string, when = 'true'): string => {
  const named = `pg_catalog.pg_depend p LEFT JOIN pg_catalog.pg_operator o ON p.refclassid = ${CLASS('pg_operator')} AND o.oid = p.refobjid
    LEFT JOIN pg_catalog.pg_operator f ON f.oid IN (o.oid, o.oprnegate)
    WHERE p.refobjid >= ${FIRST_USER_OID} AND ${depends}`
  return `CASE WHEN ${when} THEN ARRAY(SELECT DISTINCT COALESCE(f.oprcode::oid, p.refobjid) AS id FROM ${named}
    AND p.refclassid IN (${CLASS('pg_proc')}, ${CLASS('pg_operator')}) ORDER BY id) END AS routines,
  CASE WHEN ${when} THEN ARRAY(SELECT DISTINCT p.refobjid AS id FROM ${named}
    AND p.refclassid = ${CLASS('pg_type')} ORDER BY id) END AS types`
}

/** A condition: nobody keeps the relation from being looked at. */
const unlocked = (printed: Printed, relation: string): string =>
  printed === 'all'
    ? 'true'
    : `NOT EXISTS (SELECT FROM pg_catalog.pg_locks k WHERE k.relation = ${relation} AND ${HELD})`

const ofRelations = (id: string, whose: Owned, among: readonly number[] | undefined): string =>
  among === undefined ? owned(id, whose) : `${id} = ANY ('{${among.join()}}'::oid[])`

/**
 * Columns, of the relations `among` where it is given; an array type is its element's name with brackets; the
 * expressions of generated columns.
 */
export const columns = (whose: Owned, printed: Printed, among?: readonly number[]): string => `
SELECT a.attrelid AS relation, a.attname::text AS name, a.attnum AS ordinal,
  CASE WHEN tn.nspname = 'pg_catalog' THEN '' ELSE tn.nspname || '.' END || COALESCE(e.typname || '[]', t.typname)
    AS type,
  NULLIF(a.atttypmod, -1) AS modifier, m.description AS comment,
  CASE WHEN a.attgenerated <> '' AND ${unlocked(printed, 'c.oid')}
    THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS expression,
  a.attgenerated <> '' AS computed, ${runsOf(dependsOn('d'), "a.attgenerated <> ''")}
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typlen = -1 AND t.typname = '_' || e.typname
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_description m ON m.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND m.objoid = a.attrelid AND m.objsubid = a.attnum
WHERE ${ofRelations('a.attrelid', whose, among)} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum`

/** Names and volatilities of those of the functions that are the system's own. */
const systemOf = (ids: string): string =>
  `ARRAY(SELECT f.proname::text || ' ' || f.provolatile::text FROM pg_catalog.pg_proc f
    WHERE f.oid = ANY (${ids}) AND f.oid < ${FIRST_USER_OID} ORDER BY f.oid)`

/**
 * Users' functions; `parts` are the functions that an aggregate is made of, `types` those that it takes and gives. A body that is not printed becomes a
 * source that is no SQL, so that nothing is concluded from it; `defaults` are those of arguments that are more than constants. Those `among` alone, where it is given.
 */
export const routines = (version: number, printed: Printed, among?: readonly number[]): string => `
SELECT p.oid AS id, n.nspname::text AS schema, p.proname::text AS name, l.lanname::text AS language,
  p.provolatile::text AS volatility, p.prokind::text AS kind, x.extname::text AS extension,
  CASE WHEN l.lanname IN ('c', 'internal') THEN ''
    ${version >= SQL_BODIES ? `WHEN p.prosqlbody IS NOT NULL AND NOT (${printable(printed, 'pg_proc', 'p.oid')}) THEN 'locked'` : ''}
    WHEN l.lanname = 'plpgsql' THEN '' ELSE p.prosrc END AS source,
  ${version >= SQL_BODIES ? `CASE WHEN ${printable(printed, 'pg_proc', 'p.oid')} THEN pg_catalog.pg_get_function_sqlbody(p.oid) END` : 'NULL::text'} AS body,
  CASE WHEN l.lanname = 'plpgsql' AND p.prokind IN ('f', 'p') THEN pg_catalog.pg_get_functiondef(p.oid) END AS definition,
  CASE WHEN p.proargdefaults::text ~ '[{](?!CONST )' THEN pg_catalog.pg_get_expr(p.proargdefaults, 0) END AS defaults,
  ARRAY(SELECT part.oid FROM pg_catalog.pg_aggregate g, LATERAL (VALUES (g.aggtransfn), (g.aggfinalfn),
    (g.aggcombinefn), (g.aggserialfn), (g.aggdeserialfn), (g.aggmtransfn), (g.aggminvtransfn), (g.aggmfinalfn))
    AS f (function) JOIN pg_catalog.pg_proc part ON part.oid = f.function WHERE p.prokind = 'a' AND g.aggfnoid = p.oid) AS parts,
  ${systemOf(`ARRAY(SELECT f.function::oid FROM pg_catalog.pg_aggregate g, LATERAL (VALUES (g.aggtransfn), (g.aggfinalfn),
    (g.aggcombinefn), (g.aggserialfn), (g.aggdeserialfn), (g.aggmtransfn), (g.aggminvtransfn), (g.aggmfinalfn))
    AS f (function) WHERE p.prokind = 'a' AND g.aggfnoid = p.oid)`)} AS system,
  ARRAY(SELECT DISTINCT u.type FROM pg_catalog.unnest(p.proargtypes::oid[] || COALESCE(p.proallargtypes, '{}') || p.prorettype)
    AS u (type) WHERE u.type >= ${FIRST_USER_OID} ORDER BY u.type) AS types
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
LEFT JOIN pg_catalog.pg_depend m ON m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND m.objid = p.oid
  AND m.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND m.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension x ON x.oid = m.refobjid
WHERE p.oid >= ${FIRST_USER_OID}${among === undefined ? '' : ` AND p.oid = ANY ('{${among.join()}}'::oid[])`}
ORDER BY p.oid`

/** The arguments of a trigger, each ended by a NUL in the table and by a space here: no text holds a NUL. */
const ARGUMENTS = `pg_catalog.convert_from(pg_catalog.decode(pg_catalog.regexp_replace(
    pg_catalog.encode(t.tgargs, 'hex'), '((?:[^0].|.[^0])*)00', '\\120', 'g'), 'hex'), pg_catalog.getdatabaseencoding())`

/** Triggers of the users' own, which function each calls with which words, and its names of tables of rows. */
export const TRIGGERS = `
SELECT t.tgrelid AS relation, t.tgfoid AS routine, ${ARGUMENTS} AS args,
  ARRAY(SELECT n FROM (VALUES (t.tgoldtable::text), (t.tgnewtable::text)) AS v (n) WHERE n IS NOT NULL) AS tables
FROM pg_catalog.pg_trigger t
WHERE NOT t.tgisinternal AND t.tgrelid >= ${FIRST_USER_OID}
ORDER BY t.oid`

/** Rules beside the ones that views are made of. */
export const rules = (printed: Printed): string => `
SELECT r.ev_class AS relation, CASE WHEN ${printable(printed, 'pg_rewrite', 'r.oid')} THEN pg_catalog.pg_get_ruledef(r.oid) END AS definition
FROM pg_catalog.pg_rewrite r
WHERE r.ev_class >= ${FIRST_USER_OID} AND r.rulename <> '_RETURN'
ORDER BY r.oid`

/** Functions of the system's that are in many defaults, and look at nothing that a table holds. */
const PLAIN = `('now', 'clock_timestamp', 'statement_timestamp', 'timezone', 'date_trunc', 'date', 'time', 'timestamp',
    'timestamptz', 'to_char', 'random', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'nextval')`

/** A default: its expression, and what `pg_depend` calls it. */
type Stored = { readonly tree: string; readonly catalog: 'pg_attrdef' | 'pg_type'; readonly id: string }

/** A condition: it calls a function that may look something up (nodes/primnodes.h). */
const calls = ({ tree }: Stored): string =>
  `EXISTS (SELECT FROM pg_catalog.regexp_matches(${tree}::text, ':(?:op)?funcid (\\d+)', 'g') AS m (ids)
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_proc f WHERE f.oid = m.ids[1]::oid AND f.oid < ${FIRST_USER_OID}
      AND (f.provolatile = 'i' OR f.proname IN ${PLAIN})))`

/** The same: it makes a value of a user's type, whose checks may. */
const makes = ({ tree, catalog, id }: Stored): string =>
  `${tree}::text ~ '[{]COERCE(TODOMAIN|VIAIO) ' AND EXISTS (SELECT FROM pg_catalog.pg_depend p
    WHERE p.classid = ${CLASS(catalog)} AND p.objid = ${id} AND p.refclassid = ${CLASS('pg_type')} AND p.refobjid >= ${FIRST_USER_OID})`

const OF_COLUMN: Stored = { tree: 'a.adbin', catalog: 'pg_attrdef', id: 'a.oid' }
const OF_DOMAIN: Stored = { tree: 't.typdefaultbin', catalog: 'pg_type', id: 't.oid' }

/**
 * Defaults that may hold something of another table, of the relations `among` where it is given: printing all of a
 * large database's takes long. A domain's counts for every column of it: through a view it is put into one that has
 * another of its own (rewriteHandler.c, build_column_default).
 */
export const defaults = (printed: Printed, among?: readonly number[]): string => `
SELECT a.adrelid AS relation, a.adnum AS ordinal, CASE WHEN ${unlocked(printed, 'a.adrelid')}
    THEN pg_catalog.pg_get_expr(a.adbin, a.adrelid) END AS expression, ${runsOf(dependsOn('a'))}
FROM pg_catalog.pg_attrdef a JOIN pg_catalog.pg_attribute c ON c.attrelid = a.adrelid AND c.attnum = a.adnum
WHERE ${ofRelations('a.adrelid', 'users', among)} AND c.attgenerated = '' AND (${calls(OF_COLUMN)} OR ${makes(OF_COLUMN)})
UNION ALL SELECT c.attrelid, c.attnum, pg_catalog.pg_get_expr(t.typdefaultbin, 0), ${runsOf(`p.classid = ${CLASS('pg_type')} AND p.objid = t.oid`)}
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_attribute c ON c.atttypid = t.oid JOIN pg_catalog.pg_class r ON r.oid = c.attrelid
WHERE ${ofRelations('c.attrelid', 'users', among)} AND t.typdefaultbin IS NOT NULL AND c.attnum > 0 AND NOT c.attisdropped
  AND c.attgenerated = '' AND r.relkind IN ('r', 'p', 'f', 'v') AND (${calls(OF_DOMAIN)} OR ${makes(OF_DOMAIN)})
ORDER BY relation, ordinal`

/** Columns that refer to others: they hold the very same values. What is done to these is done to them, or refused. */
export const REFERENCES = `
SELECT k.conrelid AS relation, k.conkey::int4[] AS ordinals, k.confrelid AS target, k.confkey::int4[] AS targets,
  k.confupdtype NOT IN ('a', 'r') AS updates, k.confdeltype NOT IN ('a', 'r') AS deletes
FROM pg_catalog.pg_constraint k
WHERE k.contype = 'f' AND k.conrelid >= ${FIRST_USER_OID}
ORDER BY k.oid`

/** The functions of an operator `o` and of its negator, which stands for it where NOT is before it (prepqual.c). */
const FUNCTIONS_OF = `ARRAY(SELECT f.oprcode::oid FROM pg_catalog.pg_operator f WHERE f.oid IN (o.oid, o.oprnegate) ORDER BY f.oid)`

/** What constraints `k` name, by `d`, and the operators `o` among it: in one pass, since there may be thousands. */
const NAMED = `pg_catalog.pg_constraint k JOIN pg_catalog.pg_depend d ON d.classid = ${CLASS('pg_constraint')} AND d.objid = k.oid
  LEFT JOIN pg_catalog.pg_operator o ON d.refclassid = ${CLASS('pg_operator')} AND o.oid = d.refobjid`

const RUNNING = `d.refclassid IN (${CLASS('pg_proc')}, ${CLASS('pg_operator')})`

/** The functions among it, and those of the operators. */
const CALLED = `pg_catalog.array_agg(COALESCE(o.oprcode::oid, d.refobjid) ORDER BY d.refclassid, d.refobjid)`

/**
 * Checks of tables that call functions of the users' own, and the columns that each looks at; 0: the whole row. PostgreSQL
 * 13 does not know that the rest hangs on the oid.
 */
export const CHECKS = `
SELECT k.conrelid AS relation, k.conkey::int4[] AS ordinals, ${CALLED} AS routines
FROM ${NAMED}
WHERE k.contype = 'c' AND k.conrelid >= ${FIRST_USER_OID} AND ${RUNNING}
GROUP BY k.oid, k.conrelid, k.conkey ORDER BY k.oid`

/** Users' operators and the functions that run for each. */
export const OPERATORS = `
SELECT n.nspname::text AS schema, o.oprname::text AS name, ${FUNCTIONS_OF} AS parts,
  ${systemOf(FUNCTIONS_OF)} AS system
FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
WHERE o.oid >= ${FIRST_USER_OID}
ORDER BY o.oid`

/**
 * Users' types and what making one of their values runs: the functions in a domain's checks, the functions of casts,
 * a range's canonical function and the input function of a base type; not what the types within it run. Types of the
 * system appear where somebody made a cast to them.
 */
export const TYPES = `
SELECT t.oid AS id, n.nspname::text AS schema, t.typname::text AS name,
  COALESCE(u.called, '{}')
  || ARRAY(SELECT k.castfunc FROM pg_catalog.pg_cast k WHERE k.casttarget = t.oid AND k.castfunc >= ${FIRST_USER_OID})
  || ARRAY(SELECT r.rngcanonical::oid FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid AND r.rngcanonical <> 0)
  || CASE WHEN t.typtype = 'b' AND t.typelem = 0 THEN ARRAY[t.typinput::oid] ELSE ARRAY[]::oid[] END AS parts,
  ${systemOf(`ARRAY(SELECT k.castfunc FROM pg_catalog.pg_cast k WHERE k.casttarget = t.oid AND k.oid >= ${FIRST_USER_OID})`)}
    AS system,
  COALESCE(u.uses, '{}') AS uses,
  (SELECT string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ' ORDER BY k.oid) FROM pg_catalog.pg_constraint k
    WHERE k.contypid = t.oid) AS calls
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN (SELECT k.contypid AS domain, ${CALLED} FILTER (WHERE ${RUNNING}) AS called,
    pg_catalog.array_agg(d.refobjid ORDER BY d.refobjid) FILTER (WHERE d.refclassid = ${CLASS('pg_type')} AND d.refobjid <> k.contypid) AS uses
  FROM ${NAMED} WHERE k.contypid <> 0 GROUP BY k.contypid) u ON u.domain = t.oid
WHERE (t.oid >= ${FIRST_USER_OID} AND t.typtype IN ('b', 'd', 'e', 'r', 'm')
    AND NOT (t.typtype = 'b' AND t.typelem <> 0 AND t.typlen = -1))
  OR t.oid IN (SELECT k.casttarget FROM pg_catalog.pg_cast k WHERE k.oid >= ${FIRST_USER_OID})
  OR (t.oid >= ${FIRST_USER_OID} AND t.typtype = 'c' AND
    EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
ORDER BY t.oid`

/** The first version with multiranges. */
const MULTIRANGES = 140_000

/**
 * What users' types are put together from. An array is what has a subscript by `array_subscript_handler`'s rule:
 * elements and no fixed length; its name is its element's with brackets. `among` is a condition on the type `t`.
 */
export const shapes = (version: number, among = 'true'): string => `
SELECT t.oid AS id, CASE WHEN n.nspname = 'pg_catalog' THEN '' ELSE n.nspname || '.' END || COALESCE(e.typname || '[]', t.typname)
    AS name,
  CASE WHEN e.oid IS NOT NULL THEN 'array'
    ELSE CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range'
      WHEN 'm' THEN 'multirange' ELSE 'base' END END AS kind,
  x.extname::text AS extension, e.oid AS element, e.typdelim::text AS delimiter,
  NULLIF(t.typbasetype, 0) AS base, NULLIF(t.typtypmod, -1) AS modifier, t.typnotnull AS required,
  CASE WHEN t.typtype = 'e' THEN ARRAY(SELECT l.enumlabel::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid
    ORDER BY l.enumsortorder) END AS labels,
  f.fields, f.modifiers,
  r.rngsubtype AS subtype, ${version >= MULTIRANGES ? `(SELECT m.rngtypid FROM pg_catalog.pg_range m WHERE m.rngmultitypid = t.oid)` : 'NULL::oid'} AS range
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typlen = -1 AND e.typarray = t.oid
LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(a.atttypid ORDER BY a.attnum) AS fields,
    CASE WHEN pg_catalog.max(a.atttypmod) >= 0 THEN pg_catalog.array_agg(NULLIF(a.atttypmod, -1) ORDER BY a.attnum) END AS modifiers
  FROM pg_catalog.pg_attribute a
  WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) f
LEFT JOIN pg_catalog.pg_depend m ON m.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND m.objid = t.oid
  AND m.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND m.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension x ON x.oid = m.refobjid
WHERE t.oid >= ${FIRST_USER_OID} AND (${among})
ORDER BY t.oid`

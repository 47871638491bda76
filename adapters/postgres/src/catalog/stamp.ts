import { FIRST_USER_OID } from './queries.ts'

/** Which versions of the rows that a snapshot was read from were there; PostgreSQL's transaction ids. */
export type Stamp = {
  /** Of all of them. */
  readonly all: string
  /** Of types of their own, schemas, languages, extensions and comments: what names and rows of others hang on too. */
  readonly names: string
  /** Of functions, operators, casts and the checks of domains. */
  readonly code: string
  /** Of policies, and of indexes that run something. */
  readonly attached: string
  /** The oldest transaction that was not over: every row that was not to be seen then is of it, or a later one. */
  readonly horizon: string
}

/** Types that are made as such, not with a table. */
const OWN_TYPE = `x.oid >= ${FIRST_USER_OID} AND (x.typtype IN ('d', 'e', 'r', 'm')
  OR x.typtype = 'b' AND NOT (x.typelem <> 0 AND x.typlen = -1)
  OR x.typtype = 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = x.typrelid AND c.relkind = 'c'))`

/** Rows of one of the server's own catalogs, by whose version a change of them shows. */
type Stored = {
  /** The catalog as `x`, and which rows of it. */
  readonly rows: string
  /** What tells a row `x` from the others, as an int8. */
  readonly key: string
}

const byOid = (rows: string): Stored => ({ rows, key: 'x.oid::int8' })

const NAMES: readonly Stored[] = [
  byOid(`pg_type x WHERE ${OWN_TYPE}`),
  byOid('pg_enum x'),
  { rows: `pg_range x WHERE x.rngtypid >= ${FIRST_USER_OID}`, key: 'x.rngtypid::int8' },
  {
    rows: `pg_description x WHERE x.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND x.objoid >= ${FIRST_USER_OID}`,
    key: '(x.objoid::int8 << 16) + x.objsubid',
  },
  {
    rows: `pg_depend x WHERE x.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND x.deptype = 'e'`,
    key: '(x.classid::int8 << 31) # x.objid::int8',
  },
  byOid('pg_extension x'),
  byOid('pg_language x'),
  byOid('pg_namespace x'),
]

const CODE: readonly Stored[] = [
  byOid(`pg_proc x WHERE x.oid >= ${FIRST_USER_OID}`),
  { rows: `pg_aggregate x WHERE x.aggfnoid >= ${FIRST_USER_OID}`, key: 'x.aggfnoid::oid::int8' },
  byOid(`pg_operator x WHERE x.oid >= ${FIRST_USER_OID}`),
  byOid(`pg_cast x WHERE x.oid >= ${FIRST_USER_OID}`),
  byOid('pg_constraint x WHERE x.contypid <> 0'),
]

const TABLES: readonly Stored[] = [
  byOid(`pg_class x WHERE x.oid >= ${FIRST_USER_OID} AND x.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')`),
  {
    rows: `pg_attribute x WHERE x.attrelid >= ${FIRST_USER_OID} AND x.attnum > 0`,
    key: '(x.attrelid::int8 << 16) + x.attnum',
  },
  byOid(`pg_attrdef x WHERE x.oid >= ${FIRST_USER_OID}`),
  { rows: 'pg_inherits x', key: '(x.inhrelid::int8 << 16) + x.inhseqno' },
  byOid(`pg_rewrite x WHERE x.oid >= ${FIRST_USER_OID}`),
  byOid(`pg_type x WHERE x.oid >= ${FIRST_USER_OID}`),
  byOid('pg_trigger x WHERE NOT x.tgisinternal'),
  byOid('pg_event_trigger x'),
  byOid(`pg_amproc x WHERE x.oid >= ${FIRST_USER_OID}`),
  byOid(`pg_constraint x WHERE x.contype IN ('f', 'c', 'x')`),
  {
    rows: `pg_index x WHERE x.indisunique AND EXISTS (SELECT FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = x.indrelid AND a.attgenerated <> '' AND a.attnum = ANY (x.indkey::int2[]))`,
    key: 'x.indexrelid::int8',
  },
]

const ATTACHED: readonly Stored[] = [
  byOid('pg_policy x'),
  {
    rows: `pg_index x WHERE x.indrelid >= ${FIRST_USER_OID} AND (x.indexprs IS NOT NULL OR x.indpred IS NOT NULL)`,
    key: 'x.indexrelid::int8',
  },
]

/** The transaction that made a row `x`, counted from the first; of those that came with the server it is not told. */
const MAKER = `CASE pg_catalog.age(x.xmin) WHEN 2147483647 THEN 0
  ELSE pg_catalog.age('3'::pg_catalog.xid)::int8 - pg_catalog.age(x.xmin) END`

/**
 * A row that was made, changed or removed since is, or was, of another transaction: of one row no two versions that
 * can be seen are of the same.
 */
const versions = (stored: readonly Stored[]): string =>
  `pg_catalog.concat_ws(' ', ${stored
    .map(
      ({ rows, key }) => `(SELECT pg_catalog.concat(pg_catalog.count(*), '/',
    pg_catalog.sum(pg_catalog.hashint8extended(${key}, ${MAKER}))) FROM pg_catalog.${rows})`,
    )
    .join(',\n  ')})`

/**
 * What decides which schemas of a search path count for whom; those of temporary tables count for their own session alone.
 * Digested: users choose the names in it, and no two states that they can make look alike.
 */
const SCHEMAS = `(SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
    pg_catalog.string_agg(r.t, E'\\n' ORDER BY r.t COLLATE "C"), pg_catalog.getdatabaseencoding())), 'hex') FROM (
  SELECT ROW('n', x.oid, x.nspname, x.nspowner, x.nspacl)::text FROM pg_catalog.pg_namespace x
    WHERE x.nspname !~ '^pg_(toast_)?temp_'
  UNION ALL SELECT ROW('m', x)::text FROM pg_catalog.pg_auth_members x
  UNION ALL SELECT ROW('r', x.oid, x.rolname, x.rolsuper, x.rolinherit)::text FROM pg_catalog.pg_roles x
  UNION ALL SELECT ROW('d', x.datdba)::text FROM pg_catalog.pg_database x
    WHERE x.datname = pg_catalog.current_database()) r (t))`

/** Asks for a stamp, as far as it is the users': the system's objects stay as they are. */
export const STAMP = `SELECT ${versions(NAMES)} AS names, ${versions(CODE)} AS code,
  ${versions(TABLES)} AS tables, ${versions(ATTACHED)} AS attached, ${SCHEMAS} AS schemas,
  (pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text::numeric % 4294967296)::text AS horizon`

const since = (row: string, { horizon }: Stamp): string =>
  `pg_catalog.age(${row}.xmin) <= pg_catalog.age('${horizon}'::pg_catalog.xid)`

/**
 * The users' relations with a column that changed since, in its own row, its default's or its type's. A column that
 * goes leaves its row behind, changed; comments and schemas are told apart by `names`.
 */
export const changedRelations = (stamp: Stamp): string => `
SELECT a.attrelid AS id FROM pg_catalog.pg_attribute a WHERE a.attrelid >= ${FIRST_USER_OID} AND ${since('a', stamp)}
UNION SELECT d.adrelid FROM pg_catalog.pg_attrdef d WHERE ${since('d', stamp)}
UNION SELECT a.attrelid FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid >= ${FIRST_USER_OID} AND ${since('t', stamp)}`

/** A condition: the view `c`, or its rule, changed since. */
export const changedViews = (stamp: Stamp): string => `(${since('c', stamp)} OR EXISTS (
  SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid AND ${since('w', stamp)}))`

/** A condition: the type `t` changed since, or describes the rows of a relation that did. */
export const changedTypes = (stamp: Stamp, changed: readonly number[]): string =>
  `${since('t', stamp)} OR t.typrelid = ANY ('{${changed.join()}}'::oid[])`

/** All of the users' types that there are. */
export const TYPE_IDS = `SELECT t.oid AS id FROM pg_catalog.pg_type t WHERE t.oid >= ${FIRST_USER_OID}`

const TYPES: ReadonlySet<string> = new Set(
  `
  aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray
  anycompatiblerange anyelement anyenum anymultirange anynonarray anyrange bit bool box bpchar bytea char cid cidr
  circle cstring date datemultirange daterange float4 float8 gtsvector inet int2 int2vector int4 int4multirange
  int4range int8 int8multirange int8range interval json jsonb jsonpath line lseg macaddr macaddr8 money name numeric
  nummultirange numrange oid oid8 oidvector path pg_brin_bloom_summary pg_brin_minmax_multi_summary pg_dependencies
  pg_lsn pg_mcv_list pg_ndistinct pg_node_tree pg_snapshot point polygon record refcursor regclass regcollation
  regconfig regdatabase regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype text tid
  time timestamp timestamptz timetz tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot
  unknown uuid varbit varchar void xid xid8 xml
  cardinal_number character_data sql_identifier time_stamp yes_or_no
`
    .trim()
    .split(/\s+/),
)

/** Types of pg_catalog and domains of information_schema (pg_type, PostgreSQL 13 to 18). Array types are `_int4`. */
export const isBuiltinType = (name: string): boolean =>
  TYPES.has(name) || (name.startsWith('_') && TYPES.has(name.slice(1)))

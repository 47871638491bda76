import { shapesByName, type TypeShapes } from '@sluice/core/catalog/type-shape'
import { arrayOf, builtInRanges } from './structures.ts'
import { plainTypes } from './zeros.ts'

// PostgreSQL: `src/include/catalog/pg_type.dat`, the OIDs of built-in types: fixed for all versions.

/** OIDs by the type's own name, for the types that a mask can do more with than NULL. */
export const typeOids = {
  bool: 16,
  bytea: 17,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  xml: 142,
  cidr: 650,
  float4: 700,
  float8: 701,
  unknown: 705,
  macaddr8: 774,
  macaddr: 829,
  inet: 869,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  refcursor: 1790,
  uuid: 2950,
  jsonb: 3802,
} as const

/** Other spellings: PostgreSQL documentation, "Data Types", aliases; `format_type` answers with these. */
const aliases: Readonly<Record<string, keyof typeof typeOids>> = {
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  int: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  decimal: 'numeric',
  'character varying': 'varchar',
  character: 'bpchar',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
}

const byName = new Map<string, number>([
  ...plainTypes,
  ...builtInRanges,
  ...Object.entries(typeOids),
  ...Object.entries(aliases).map(([alias, name]): [string, number] => [alias, typeOids[name]]),
])

/**
 * The OID of a type by the name the catalog gives it (`text`, `character varying(40)`, `pg_catalog.text`, `text[]`,
 * `app.email`); 0 where nothing of the name is known. A type of a user's schema is never taken for a built-in one.
 */
export const typeNamed = (name: string, types: TypeShapes | undefined): number => {
  const own = types && shapesByName(types).get(name)
  if (own !== undefined) return own.id
  const plain = name
    .toLowerCase()
    .replace(/^pg_catalog\./, '')
    .replace(/ ?\(\d+(?:,-?\d+)?\)/, '')
  return plain.endsWith('[]') ? arrayOf(byName.get(plain.slice(0, -2)) ?? 0) : (byName.get(plain) ?? 0)
}

/** What kind of values a type has, over all databases. `other`: a type of the user's own. */
export type TypeFamily =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'time'
  | 'json'
  | 'binary'
  | 'network'
  | 'mac'
  | 'uuid'
  | 'geometry'
  | 'other'

const families: Readonly<Record<Exclude<TypeFamily, 'other'>, string>> = {
  text: 'text varchar character,varying char character bpchar nchar nvarchar ntext tinytext mediumtext longtext citext name clob string sysname nclob',
  integer:
    'int integer bigint smallint tinyint mediumint int2 int4 int8 serial bigserial smallserial oid year',
  decimal: 'numeric decimal float real double double,precision float4 float8 money smallmoney number dec',
  boolean: 'bool boolean bit',
  date: 'date',
  timestamp:
    'timestamp timestamptz timestamp,without,time,zone timestamp,with,time,zone datetime datetime2 smalldatetime datetimeoffset',
  time: 'time timetz time,without,time,zone time,with,time,zone interval',
  json: 'json jsonb hstore xml',
  binary: 'bytea blob tinyblob mediumblob longblob varbinary binary image',
  network: 'inet cidr',
  mac: 'macaddr macaddr8',
  uuid: 'uuid uniqueidentifier',
  geometry: 'point geometry geography polygon multipoint box circle path lseg line',
}

const byName = new Map<string, TypeFamily>(
  Object.entries(families).flatMap(([family, names]) =>
    names.split(' ').map((name): [string, TypeFamily] => [name.replaceAll(',', ' '), family as TypeFamily]),
  ),
)

/** The family of a type by the database's name of it; an array is of its elements' family. */
export const typeFamily = (type: string): TypeFamily => {
  const lower = type.slice(0, 128).toLowerCase().trim()
  if (lower === 'tinyint(1)') return 'boolean'
  const plain = lower
    .replace(/\([^)]*\)/g, '')
    .replace(/(?:\[\d*\])+$/, '')
    .replace(/ unsigned| zerofill/g, '')
    .replace(/^pg_catalog\./, '')
    .replace(/\s+/g, ' ')
    .trim()
  return byName.get(plain) ?? byName.get(plain.replace(/^_/, '')) ?? 'other'
}

/** Families of values that are written out: where a name, an address or a number in words is kept. */
export const WRITTEN: readonly TypeFamily[] = ['text', 'json', 'other']

const TYPES: ReadonlySet<string> = new Set(
  `
  bigint binary bit blob bool boolean char character date datetime dec decimal double enum fixed float geometry
  geometrycollection inet4 inet6 int int1 int2 int3 int4 int8 integer json linestring long longblob longtext mediumblob
  mediumint mediumtext middleint multilinestring multipoint multipolygon national nchar number numeric nvarchar point
  polygon raw real serial set signed smallint text time timestamp tinyblob tinyint tinytext unsigned uuid varbinary
  varchar varchar2 varcharacter year
`
    .trim()
    .split(/\s+/),
)

/** Types by their first word: MySQL and MariaDB let nobody add one. */
export const isBuiltinType = (name: string): boolean => TYPES.has(name)

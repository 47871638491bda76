const TYPES: ReadonlySet<string> = new Set(
  `
  bigint binary bit char character date datetime datetime2 datetimeoffset dec decimal float geography geometry
  hierarchyid image int integer json money nchar ntext numeric nvarchar real rowversion smalldatetime smallint smallmoney
  sql_variant sysname text time timestamp tinyint uniqueidentifier varbinary varchar vector xml
`
    .trim()
    .split(/\s+/),
)

/** "Data types": types that the system brings along. */
export const isBuiltinType = (name: string): boolean => TYPES.has(name)

// MySQL: Client/Server Protocol, "Column Definition" and enum_field_types; MariaDB: "Result Set Packets", "Field types".

/** The type byte of a column or a parameter (MYSQL_TYPE_…). */
export const columnType = {
  DECIMAL: 0,
  TINY: 1,
  SHORT: 2,
  LONG: 3,
  FLOAT: 4,
  DOUBLE: 5,
  NULL: 6,
  TIMESTAMP: 7,
  LONGLONG: 8,
  INT24: 9,
  DATE: 10,
  TIME: 11,
  DATETIME: 12,
  YEAR: 13,
  NEWDATE: 14,
  VARCHAR: 15,
  BIT: 16,
  TIMESTAMP2: 17,
  DATETIME2: 18,
  TIME2: 19,
  VECTOR: 242,
  JSON: 245,
  NEWDECIMAL: 246,
  ENUM: 247,
  SET: 248,
  TINY_BLOB: 249,
  MEDIUM_BLOB: 250,
  LONG_BLOB: 251,
  BLOB: 252,
  VAR_STRING: 253,
  STRING: 254,
  GEOMETRY: 255,
} as const

const texts: ReadonlySet<number> = new Set([
  columnType.NULL,
  columnType.VARCHAR,
  columnType.JSON,
  columnType.ENUM,
  columnType.SET,
  columnType.TINY_BLOB,
  columnType.MEDIUM_BLOB,
  columnType.LONG_BLOB,
  columnType.BLOB,
  columnType.VAR_STRING,
  columnType.STRING,
])

/** Whether a parameter of the type is compared as a text with a text, and not as a number or a time. */
export const isTextParameter = (type: number): boolean => texts.has(type)

/** What a column definition says beside its type. */
export const columnFlag = {
  NOT_NULL: 0x0001,
  PRIMARY_KEY: 0x0002,
  UNIQUE_KEY: 0x0004,
  MULTIPLE_KEY: 0x0008,
  BLOB: 0x0010,
  UNSIGNED: 0x0020,
  ZEROFILL: 0x0040,
  BINARY: 0x0080,
  ENUM: 0x0100,
  AUTO_INCREMENT: 0x0200,
  TIMESTAMP: 0x0400,
  SET: 0x0800,
} as const

const names: ReadonlyMap<number, string> = new Map(
  Object.entries(columnType).map(([name, code]) => [code, name.toLowerCase()]),
)

/** The name of a type in lower case, as the record has it; `undefined` where the byte is none. */
export function columnTypeName(type: number): string | undefined {
  return names.get(type)
}

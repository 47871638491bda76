// MySQL: Client/Server Protocol, "Capabilities Flags"; MariaDB: "Connecting", "Capabilities".

/** What both sides may agree on: the 32 bits that MySQL and MariaDB share. A number of unsigned 32 bits. */
export const capability = {
  /** MySQL calls it CLIENT_LONG_PASSWORD. A server without it is MariaDB, and has `extendedCapability` too. */
  MYSQL: 0x0000_0001,
  FOUND_ROWS: 0x0000_0002,
  LONG_FLAG: 0x0000_0004,
  CONNECT_WITH_DB: 0x0000_0008,
  NO_SCHEMA: 0x0000_0010,
  COMPRESS: 0x0000_0020,
  ODBC: 0x0000_0040,
  LOCAL_FILES: 0x0000_0080,
  IGNORE_SPACE: 0x0000_0100,
  PROTOCOL_41: 0x0000_0200,
  INTERACTIVE: 0x0000_0400,
  SSL: 0x0000_0800,
  IGNORE_SIGPIPE: 0x0000_1000,
  TRANSACTIONS: 0x0000_2000,
  RESERVED: 0x0000_4000,
  SECURE_CONNECTION: 0x0000_8000,
  MULTI_STATEMENTS: 0x0001_0000,
  MULTI_RESULTS: 0x0002_0000,
  PS_MULTI_RESULTS: 0x0004_0000,
  PLUGIN_AUTH: 0x0008_0000,
  CONNECT_ATTRS: 0x0010_0000,
  PLUGIN_AUTH_LENENC_DATA: 0x0020_0000,
  CAN_HANDLE_EXPIRED_PASSWORDS: 0x0040_0000,
  SESSION_TRACK: 0x0080_0000,
  DEPRECATE_EOF: 0x0100_0000,
  OPTIONAL_RESULTSET_METADATA: 0x0200_0000,
  ZSTD_COMPRESSION: 0x0400_0000,
  QUERY_ATTRIBUTES: 0x0800_0000,
  MULTI_FACTOR_AUTHENTICATION: 0x1000_0000,
  CAPABILITY_EXTENSION: 0x2000_0000,
  SSL_VERIFY_SERVER_CERT: 0x4000_0000,
  REMEMBER_OPTIONS: 0x8000_0000,
} as const

/** The upper 32 bits, which MariaDB alone has (MARIADB_CLIENT_…). */
export const extendedCapability = {
  PROGRESS: 0x0000_0001,
  COM_MULTI: 0x0000_0002,
  STMT_BULK_OPERATIONS: 0x0000_0004,
  EXTENDED_METADATA: 0x0000_0008,
  CACHE_METADATA: 0x0000_0010,
  BULK_UNIT_RESULTS: 0x0000_0020,
} as const

/** What was agreed on for one connection. */
export type Capabilities = {
  readonly flags: number
  /** MariaDB's; 0 towards MySQL. */
  readonly extended: number
}

/** Whether all bits of `wanted` are among `flags`. */
export function has(flags: number, wanted: number): boolean {
  return (flags & wanted) >>> 0 === wanted >>> 0
}

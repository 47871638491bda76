import type { MysqlModes } from '../../src/dialect/modes.ts'

/** A session of MariaDB as it begins. */
export const mariadb: MysqlModes = {
  ansiQuotes: false,
  noBackslashEscapes: false,
  pipesAsConcat: false,
  lowerCaseTableNames: false,
  mariadb: true,
  version: 101_119,
}

/** A session of MySQL as it begins. */
export const mysql: MysqlModes = { ...mariadb, mariadb: false, version: 80_036 }

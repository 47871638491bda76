/**
 * Errors that the gateway itself answers with, by MySQL's numbers ("Server Error Message Reference"); MariaDB has the
 * same ones but for that which is named for it.
 */
export const errno = {
  tooManyConnections: 1040,
  handshakeError: 1043,
  databaseAccessDenied: 1044,
  accessDenied: 1045,
  noDatabase: 1046,
  unknownCommand: 1047,
  unknownDatabase: 1049,
  serverShutdown: 1053,
  badField: 1054,
  parseError: 1064,
  emptyQuery: 1065,
  unknownError: 1105,
  unknownCharacterSet: 1115,
  tableAccessDenied: 1142,
  columnAccessDenied: 1143,
  noSuchTable: 1146,
  notAllowed: 1148,
  packetTooLarge: 1153,
  readError: 1158,
  readTimeout: 1159,
  wrongArguments: 1210,
  userLimitReached: 1226,
  specificAccessDenied: 1227,
  notSupportedYet: 1235,
  unknownStatementHandler: 1243,
  optionPreventsStatement: 1290,
  queryInterrupted: 1317,
  noOpenCursor: 1421,
  tooManyStatements: 1461,
  needsReprepare: 1615,
  malformedPacket: 1835,
  secureTransportRequired: 3159,
  localFilesDisabled: 3948,
  localFilesDisabledMariadb: 4166,
} as const

/** One of the numbers above. */
export type Errno = (typeof errno)[keyof typeof errno]

/** SQLSTATEs of the numbers above; the others have `HY000`. */
const SQLSTATES: ReadonlyMap<number, string> = new Map<Errno, string>([
  [errno.tooManyConnections, '08004'],
  [errno.handshakeError, '08S01'],
  [errno.databaseAccessDenied, '42000'],
  [errno.accessDenied, '28000'],
  [errno.noDatabase, '3D000'],
  [errno.unknownCommand, '08S01'],
  [errno.unknownDatabase, '42000'],
  [errno.serverShutdown, '08S01'],
  [errno.badField, '42S22'],
  [errno.parseError, '42000'],
  [errno.emptyQuery, '42000'],
  [errno.unknownCharacterSet, '42000'],
  [errno.tableAccessDenied, '42000'],
  [errno.columnAccessDenied, '42000'],
  [errno.noSuchTable, '42S02'],
  [errno.notAllowed, '42000'],
  [errno.packetTooLarge, '08S01'],
  [errno.readError, '08S01'],
  [errno.readTimeout, '08S01'],
  [errno.userLimitReached, '42000'],
  [errno.specificAccessDenied, '42000'],
  [errno.notSupportedYet, '42000'],
  [errno.queryInterrupted, '70100'],
  [errno.localFilesDisabled, '42000'],
  [errno.tooManyStatements, '42000'],
])

/** The SQLSTATE that goes with a number. */
export const sqlStateOf = (code: Errno): string => SQLSTATES.get(code) ?? 'HY000'

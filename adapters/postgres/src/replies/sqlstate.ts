/** SQLSTATE codes the gateway itself answers with. PostgreSQL documentation, "PostgreSQL Error Codes". */
export const sqlstate = {
  connectionFailure: '08006',
  protocolViolation: '08P01',
  featureNotSupported: '0A000',
  invalidParameterValue: '22023',
  characterNotInRepertoire: '22021',
  noActiveTransaction: '25P01',
  inFailedTransaction: '25P02',
  invalidSqlStatementName: '26000',
  invalidAuthorization: '28000',
  invalidPassword: '28P01',
  invalidCursorName: '34000',
  invalidCatalogName: '3D000',
  insufficientPrivilege: '42501',
  undefinedObject: '42704',
  undefinedFunction: '42883',
  undefinedTable: '42P01',
  tooManyConnections: '53300',
  programLimitExceeded: '54000',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  cannotConnectNow: '57P03',
  ioError: '58030',
  internalError: 'XX000',
} as const

/** One of the codes above. */
export type SqlState = (typeof sqlstate)[keyof typeof sqlstate]

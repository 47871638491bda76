// PostgreSQL: Frontend/Backend Protocol, "Message Formats": the Byte1 that opens each message
/** Type bytes of messages a frontend sends. `p` is shared: what it means hangs on what was asked for. */
export const frontend = {
  Bind: 0x42,
  Close: 0x43,
  CopyData: 0x64,
  CopyDone: 0x63,
  CopyFail: 0x66,
  Describe: 0x44,
  Execute: 0x45,
  Flush: 0x48,
  FunctionCall: 0x46,
  GSSResponse: 0x70,
  Parse: 0x50,
  PasswordMessage: 0x70,
  Query: 0x51,
  SASLInitialResponse: 0x70,
  SASLResponse: 0x70,
  Sync: 0x53,
  Terminate: 0x58,
} as const

/** Type bytes of messages a backend sends. */
export const backend = {
  Authentication: 0x52,
  BackendKeyData: 0x4b,
  BindComplete: 0x32,
  CloseComplete: 0x33,
  CommandComplete: 0x43,
  CopyBothResponse: 0x57,
  CopyData: 0x64,
  CopyDone: 0x63,
  CopyInResponse: 0x47,
  CopyOutResponse: 0x48,
  DataRow: 0x44,
  EmptyQueryResponse: 0x49,
  ErrorResponse: 0x45,
  FunctionCallResponse: 0x56,
  NegotiateProtocolVersion: 0x76,
  NoData: 0x6e,
  NoticeResponse: 0x4e,
  NotificationResponse: 0x41,
  ParameterDescription: 0x74,
  ParameterStatus: 0x53,
  ParseComplete: 0x31,
  PortalSuspended: 0x73,
  ReadyForQuery: 0x5a,
  RowDescription: 0x54,
} as const

/** Every type byte a frontend may send once it is authenticated. */
export const frontendTypes: ReadonlySet<number> = new Set(
  Object.values(frontend).filter((type) => type !== frontend.PasswordMessage),
)

/** The messages of "Extended Query" that name a statement or a portal. */
export const extendedQueryTypes: ReadonlySet<number> = new Set([
  frontend.Parse,
  frontend.Bind,
  frontend.Describe,
  frontend.Execute,
  frontend.Close,
])

/** The one type byte a frontend may send while it authenticates. */
export const authenticatingFrontendTypes: ReadonlySet<number> = new Set([frontend.PasswordMessage])

/** Every type byte a backend may send. */
export const backendTypes: ReadonlySet<number> = new Set(Object.values(backend))

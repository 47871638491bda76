// MySQL: Client/Server Protocol, "Command Phase"; MariaDB: "COM_STMT_BULK_EXECUTE".

/** Commands by their first byte, named as in the specification without `COM_`. */
export const command = {
  Sleep: 0x00,
  Quit: 0x01,
  InitDb: 0x02,
  Query: 0x03,
  FieldList: 0x04,
  CreateDb: 0x05,
  DropDb: 0x06,
  Refresh: 0x07,
  Shutdown: 0x08,
  Statistics: 0x09,
  ProcessInfo: 0x0a,
  Connect: 0x0b,
  ProcessKill: 0x0c,
  Debug: 0x0d,
  Ping: 0x0e,
  Time: 0x0f,
  DelayedInsert: 0x10,
  ChangeUser: 0x11,
  BinlogDump: 0x12,
  TableDump: 0x13,
  ConnectOut: 0x14,
  RegisterSlave: 0x15,
  StmtPrepare: 0x16,
  StmtExecute: 0x17,
  StmtSendLongData: 0x18,
  StmtClose: 0x19,
  StmtReset: 0x1a,
  SetOption: 0x1b,
  StmtFetch: 0x1c,
  Daemon: 0x1d,
  BinlogDumpGtid: 0x1e,
  ResetConnection: 0x1f,
  Clone: 0x20,
  SubscribeGroupReplication: 0x21,
  StmtBulkExecute: 0xfa,
} as const

/** The name of a command. */
export type CommandName = keyof typeof command

const names: ReadonlyMap<number, CommandName> = new Map(
  Object.entries(command).map(([name, code]) => [code, name as CommandName]),
)

/** The name of the command that begins with this byte; undefined: the specification has none. */
export function commandName(code: number): CommandName | undefined {
  return names.get(code)
}

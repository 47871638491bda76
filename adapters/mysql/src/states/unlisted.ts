import type { CommandName } from './command-name.ts'

/** Commands of the specification that no state lists, and why: each is refused and the session goes on. */
export const unlisted: Readonly<Partial<Record<CommandName, string>>> = {
  Sleep: 'it is the server’s own and no client sends it',
  CreateDb: 'send `CREATE DATABASE`, which can be decided',
  DropDb: 'send `DROP DATABASE`, which can be decided',
  Refresh: 'send `FLUSH`, which can be decided',
  Shutdown: 'send `SHUTDOWN`, which can be decided',
  ProcessInfo: 'send `SHOW PROCESSLIST`, which can be decided',
  Connect: 'it is the server’s own and no client sends it',
  Debug: 'it writes to the server’s own log',
  Time: 'it is the server’s own and no client sends it',
  DelayedInsert: 'it is the server’s own and no client sends it',
  ChangeUser: 'connect again: who is on a session is fixed at its login',
  BinlogDump: 'the gateway carries no replication',
  TableDump: 'the gateway carries no replication',
  ConnectOut: 'it is the server’s own and no client sends it',
  RegisterSlave: 'the gateway carries no replication',
  Daemon: 'it is the server’s own and no client sends it',
  BinlogDumpGtid: 'the gateway carries no replication',
  Clone: 'the gateway carries no replication',
  SubscribeGroupReplication: 'the gateway carries no replication',
  StmtBulkExecute: 'execute the statement once per row',
}

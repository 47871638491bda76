import type { CommandName } from '../messages/commands.ts'

/** Commands of the specification that no state lists, and why: each is refused and the session goes on. */
export const unlisted: Readonly<Partial<Record<CommandName, string>>> = {
  COM_SLEEP: 'it is the server’s own and no client sends it',
  COM_CREATE_DB: 'send `CREATE DATABASE`, which can be decided',
  COM_DROP_DB: 'send `DROP DATABASE`, which can be decided',
  COM_REFRESH: 'send `FLUSH`, which can be decided',
  COM_SHUTDOWN: 'send `SHUTDOWN`, which can be decided',
  COM_PROCESS_INFO: 'send `SHOW PROCESSLIST`, which can be decided',
  COM_CONNECT: 'it is the server’s own and no client sends it',
  COM_DEBUG: 'it writes to the server’s own log',
  COM_TIME: 'it is the server’s own and no client sends it',
  COM_DELAYED_INSERT: 'it is the server’s own and no client sends it',
  COM_BINLOG_DUMP: 'the gateway carries no replication',
  COM_TABLE_DUMP: 'the gateway carries no replication',
  COM_CONNECT_OUT: 'it is the server’s own and no client sends it',
  COM_REGISTER_SLAVE: 'the gateway carries no replication',
  COM_DAEMON: 'it is the server’s own and no client sends it',
  COM_BINLOG_DUMP_GTID: 'the gateway carries no replication',
  COM_CLONE: 'the gateway carries no replication',
  COM_SUBSCRIBE_GROUP_REPLICATION_STREAM: 'the gateway carries no replication',
  COM_MULTI: 'send the commands one by one',
}

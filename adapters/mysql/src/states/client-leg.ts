// MySQL: Client/Server Protocol, "Connection Lifecycle": the connection between client and gateway.
import type { StateTable } from '@sluice/wire/states/table'
import type { CommandName } from '../messages/commands.ts'
import type { ReplyName } from './reply-name.ts'

/** A state of the connection to the client, named by what it expects. `closed` expects nothing. */
export type ClientState =
  | 'greeting'
  | 'login'
  | 'login-encrypted'
  | 'authentication'
  | 'authentication-data'
  | 'ready'
  | 'answer'
  | 'local-file'
  | 'closed'

/** What only a client sends, beside its commands. */
export type LoginMessage =
  | 'SSLRequest'
  | 'HandshakeResponse'
  | 'AuthResponse'
  | 'LocalFileData'
  | 'LocalFileEnd'

/**
 * What the client may send. It may send commands ahead; each is heard in `ready`, once the one before is answered.
 * What a command's reply may be is the upstream leg's business.
 */
const client: StateTable<ClientState, CommandName | LoginMessage> = {
  role: 'client',
  states: {
    greeting: {},
    login: { SSLRequest: 'login-encrypted', HandshakeResponse: 'authentication' },
    'login-encrypted': { HandshakeResponse: 'authentication' },
    authentication: {},
    'authentication-data': { AuthResponse: 'authentication' },
    ready: {
      COM_QUERY: 'answer',
      COM_STMT_PREPARE: 'answer',
      COM_STMT_EXECUTE: 'answer',
      COM_STMT_BULK_EXECUTE: 'answer',
      COM_STMT_FETCH: 'answer',
      COM_STMT_RESET: 'answer',
      // Neither is ever answered.
      COM_STMT_SEND_LONG_DATA: 'ready',
      COM_STMT_CLOSE: 'ready',
      COM_INIT_DB: 'answer',
      COM_FIELD_LIST: 'answer',
      COM_PING: 'answer',
      COM_STATISTICS: 'answer',
      COM_SET_OPTION: 'answer',
      COM_RESET_CONNECTION: 'answer',
      // A login anew.
      COM_CHANGE_USER: 'authentication',
      COM_PROCESS_KILL: 'answer',
      COM_QUIT: 'closed',
    },
    answer: {},
    'local-file': { LocalFileData: 'local-file', LocalFileEnd: 'answer' },
    closed: {},
  },
}

/** What the gateway may send to the client. */
const gateway: StateTable<ClientState, ReplyName> = {
  role: 'gateway',
  states: {
    greeting: { Handshake: 'login', Err: 'closed' },
    login: { Err: 'closed' },
    'login-encrypted': { Err: 'closed' },
    authentication: {
      AuthSwitchRequest: 'authentication-data',
      AuthMoreData: 'authentication-data',
      FastAuthOk: 'authentication',
      Ok: 'ready',
      Err: 'closed',
    },
    'authentication-data': { Err: 'closed' },
    // Only to say why the gateway ends the connection.
    ready: { Err: 'closed' },
    answer: {
      Ok: 'ready',
      MoreOk: 'answer',
      Err: 'ready',
      ColumnCount: 'answer',
      ColumnDefinition: 'answer',
      ParameterDefinition: 'answer',
      Eof: 'answer',
      Row: 'answer',
      End: 'ready',
      MoreEnd: 'answer',
      StmtPrepareOk: 'answer',
      Statistics: 'ready',
      LocalFileRequest: 'local-file',
    },
    'local-file': {},
    closed: {},
  },
}

/** The connection between client and gateway: both roles over one state. */
export const clientLeg = { client, gateway } as const

// MySQL: Client/Server Protocol, "Connection Lifecycle": the connection between client and gateway.
import type { StateTable } from '@sluice/wire/states/table'
import type { CommandName } from './command-name.ts'
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
      Query: 'answer',
      StmtPrepare: 'answer',
      StmtExecute: 'answer',
      StmtFetch: 'answer',
      StmtReset: 'answer',
      // Neither is ever answered.
      StmtSendLongData: 'ready',
      StmtClose: 'ready',
      InitDb: 'answer',
      FieldList: 'answer',
      Ping: 'answer',
      Statistics: 'answer',
      SetOption: 'answer',
      ResetConnection: 'answer',
      ProcessKill: 'answer',
      Quit: 'closed',
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

// MySQL: Client/Server Protocol, "Command Phase": the connection between gateway and database.
import type { StateTable } from '@sluice/wire/states/table'
import type { ReplyName } from './reply-name.ts'

/**
 * What the database owes for the one command it was sent; `idle` where it was sent none. `done`: the command is answered.
 *
 * - `query`: COM_QUERY. `execute`: COM_STMT_EXECUTE, whose result may be a cursor's. Both may have several results.
 * - `prepare`: COM_STMT_PREPARE. It goes on to `prepare-parameters` or `prepare-columns` by the counts it says.
 * - `command`: what is answered by OK, or by EOF in its old form. `ask`: the gateway's own question.
 * - `forget`: COM_STMT_RESET of the gateway's own.
 */
export type UpstreamState =
  | 'handshake'
  | 'authentication'
  | 'authentication-switched'
  | 'idle'
  | 'query'
  | 'query-columns'
  | 'query-columns-end'
  | 'query-rows'
  | 'local-file'
  | 'local-file-end'
  | 'execute'
  | 'execute-columns'
  | 'execute-columns-end'
  | 'execute-rows'
  | 'fetch'
  | 'prepare'
  | 'prepare-parameters'
  | 'prepare-parameters-end'
  | 'prepare-columns'
  | 'prepare-columns-end'
  | 'field-list'
  | 'statistics'
  | 'command'
  | 'ask'
  | 'ask-columns'
  | 'ask-columns-end'
  | 'ask-rows'
  | 'forget'
  | 'done'
  | 'closed'

/** What the database may send. */
const upstream: StateTable<UpstreamState, ReplyName> = {
  role: 'upstream',
  states: {
    handshake: { Handshake: 'authentication', Err: 'closed' },
    authentication: {
      AuthSwitchRequest: 'authentication-switched',
      AuthMoreData: 'authentication',
      FastAuthOk: 'authentication',
      Ok: 'idle',
      Err: 'closed',
    },
    // One switch: a second would be a loop.
    'authentication-switched': {
      AuthMoreData: 'authentication-switched',
      FastAuthOk: 'authentication-switched',
      Ok: 'idle',
      Err: 'closed',
    },
    // The database says why it ends the connection.
    idle: { Err: 'closed' },
    query: {
      Ok: 'done',
      MoreOk: 'query',
      Err: 'done',
      LocalFileRequest: 'local-file',
      ColumnCount: 'query-columns',
    },
    'query-columns': {
      ColumnDefinition: 'query-columns',
      LastColumnDefinition: 'query-columns-end',
      LastColumnDefinitionNoEof: 'query-rows',
    },
    'query-columns-end': { Eof: 'query-rows' },
    'query-rows': { Row: 'query-rows', End: 'done', MoreEnd: 'query', Err: 'done' },
    // Nothing may come before the client has sent all of its file.
    'local-file': {},
    'local-file-end': { Ok: 'done', MoreOk: 'query', Err: 'done' },
    execute: { Ok: 'done', MoreOk: 'execute', Err: 'done', ColumnCount: 'execute-columns' },
    'execute-columns': {
      ColumnDefinition: 'execute-columns',
      LastColumnDefinition: 'execute-columns-end',
      LastColumnDefinitionNoEof: 'execute-rows',
    },
    // The rows of a cursor come when they are fetched.
    'execute-columns-end': { Eof: 'execute-rows', CursorEof: 'done' },
    'execute-rows': { Row: 'execute-rows', End: 'done', MoreEnd: 'execute', Err: 'done' },
    fetch: { Row: 'fetch', End: 'done', Err: 'done' },
    prepare: { StmtPrepareOk: 'prepare-parameters', Err: 'done' },
    'prepare-parameters': {
      ParameterDefinition: 'prepare-parameters',
      LastParameterDefinition: 'prepare-parameters-end',
      LastParameterDefinitionNoEof: 'prepare-columns',
    },
    'prepare-parameters-end': { Eof: 'prepare-columns' },
    'prepare-columns': {
      ColumnDefinition: 'prepare-columns',
      LastColumnDefinition: 'prepare-columns-end',
      LastColumnDefinitionNoEof: 'done',
    },
    'prepare-columns-end': { Eof: 'done' },
    'field-list': { ColumnDefinition: 'field-list', End: 'done', Err: 'done' },
    statistics: { Statistics: 'done', Err: 'done' },
    command: { Ok: 'done', Eof: 'done', Err: 'done' },
    ask: { Err: 'done', ColumnCount: 'ask-columns' },
    'ask-columns': {
      ColumnDefinition: 'ask-columns',
      LastColumnDefinition: 'ask-columns-end',
      LastColumnDefinitionNoEof: 'ask-rows',
    },
    'ask-columns-end': { Eof: 'ask-rows' },
    'ask-rows': { Row: 'ask-rows', End: 'done', Err: 'done' },
    forget: { Ok: 'done', Err: 'done' },
    done: {},
    closed: {},
  },
}

/** The connection between gateway and database. */
export const upstreamLeg = { upstream } as const

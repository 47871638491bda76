// PostgreSQL: Frontend/Backend Protocol, "Message Flow": the connection between gateway and database.

import type { StateTable } from '@sluice/wire/states/table'
import type { BackendMessage } from './message-name.ts'

/**
 * What the database owes for one message sent to it. Pipelined messages queue one expectation each; the head of
 * the queue says what may come, `idle` when it is empty.
 *
 * - `done`: this expectation is met, the next one in the queue counts.
 * - `skipped`: the database passes over everything up to the next Sync, whose expectation counts next.
 * - `copy-in`, `copy-out`, `copy-complete`: of a Query or of an Execute. For the latter CommandComplete ends the
 *   expectation (what `query` lists is then never asked), and ErrorResponse skips to Sync.
 * - `refusal`: a message the gateway sent because it is sure to fail. `ask-…`: the gateway's own question.
 * - `replication`: a command of the streaming replication protocol, whose results and streams differ by command.
 */
export type UpstreamState =
  | 'encryption'
  | 'authentication'
  | 'authentication-sasl'
  | 'authentication-sasl-final'
  | 'authentication-ok'
  | 'startup'
  | 'idle'
  | 'query'
  | 'query-rows'
  | 'parse'
  | 'bind'
  | 'describe-statement'
  | 'describe-statement-row'
  | 'describe-portal'
  | 'execute'
  | 'execute-rows'
  | 'close'
  | 'sync'
  | 'copy-in'
  | 'copy-out'
  | 'copy-complete'
  | 'function-call'
  | 'replication'
  | 'replication-copy-in'
  | 'copy-both'
  | 'copy-both-end'
  | 'refusal'
  | 'ask-simple'
  | 'ask-simple-rows'
  | 'ask-close-left'
  | 'ask'
  | 'ask-bind'
  | 'ask-rows'
  | 'ask-close'
  | 'ask-close-statement'
  | 'done'
  | 'skipped'
  | 'closed'

type Row = Partial<Record<BackendMessage, UpstreamState>>

/** A row with the messages that may come at any time once the session runs ("Asynchronous Operations"). */
function running(state: UpstreamState, row: Row): Row {
  return { ...row, NoticeResponse: state, ParameterStatus: state, NotificationResponse: state }
}

/** What the database may send. */
const upstream: StateTable<UpstreamState, BackendMessage> = {
  role: 'upstream',
  states: {
    // A server that knows no TLS at all answers with an error before it has been proved: its text is worthless.
    encryption: { EncryptionAccepted: 'authentication', EncryptionRefused: 'authentication' },
    authentication: {
      NegotiateProtocolVersion: 'authentication',
      AuthenticationOk: 'startup',
      AuthenticationCleartextPassword: 'authentication-ok',
      AuthenticationMD5Password: 'authentication-ok',
      AuthenticationSASL: 'authentication-sasl',
      NoticeResponse: 'authentication',
      ErrorResponse: 'closed',
    },
    // SCRAM proves the server too, with its last message: Ok must not come before it, and no other method after.
    'authentication-sasl': {
      AuthenticationSASLContinue: 'authentication-sasl-final',
      NoticeResponse: 'authentication-sasl',
      ErrorResponse: 'closed',
    },
    'authentication-sasl-final': {
      AuthenticationSASLFinal: 'authentication-ok',
      NoticeResponse: 'authentication-sasl-final',
      ErrorResponse: 'closed',
    },
    'authentication-ok': {
      AuthenticationOk: 'startup',
      NoticeResponse: 'authentication-ok',
      ErrorResponse: 'closed',
    },
    startup: {
      BackendKeyData: 'startup',
      ParameterStatus: 'startup',
      NoticeResponse: 'startup',
      ReadyForQuery: 'idle',
      ErrorResponse: 'closed',
    },
    // Unasked, an error can only be the end of the session (severity FATAL).
    idle: running('idle', { ErrorResponse: 'closed' }),
    query: running('query', {
      RowDescription: 'query-rows',
      CommandComplete: 'query',
      EmptyQueryResponse: 'query',
      CopyInResponse: 'copy-in',
      CopyOutResponse: 'copy-out',
      ErrorResponse: 'sync',
      ReadyForQuery: 'done',
    }),
    'query-rows': running('query-rows', {
      // A rule can answer one statement with several results, and one CommandComplete behind them all.
      RowDescription: 'query-rows',
      DataRow: 'query-rows',
      CommandComplete: 'query',
      ErrorResponse: 'sync',
    }),
    parse: running('parse', { ParseComplete: 'done', ErrorResponse: 'skipped' }),
    bind: running('bind', { BindComplete: 'done', ErrorResponse: 'skipped' }),
    'describe-statement': running('describe-statement', {
      ParameterDescription: 'describe-statement-row',
      ErrorResponse: 'skipped',
    }),
    'describe-statement-row': running('describe-statement-row', {
      RowDescription: 'done',
      NoData: 'done',
      ErrorResponse: 'skipped',
    }),
    'describe-portal': running('describe-portal', {
      RowDescription: 'done',
      NoData: 'done',
      ErrorResponse: 'skipped',
    }),
    execute: running('execute', {
      DataRow: 'execute-rows',
      CommandComplete: 'done',
      EmptyQueryResponse: 'done',
      PortalSuspended: 'done',
      CopyInResponse: 'copy-in',
      CopyOutResponse: 'copy-out',
      ErrorResponse: 'skipped',
    }),
    'execute-rows': running('execute-rows', {
      DataRow: 'execute-rows',
      CommandComplete: 'done',
      PortalSuspended: 'done',
      ErrorResponse: 'skipped',
    }),
    close: running('close', { CloseComplete: 'done', ErrorResponse: 'skipped' }),
    // A deferred constraint can still fail here, when Sync commits.
    sync: running('sync', { ErrorResponse: 'sync', ReadyForQuery: 'done' }),
    'copy-in': running('copy-in', { CommandComplete: 'query', ErrorResponse: 'sync' }),
    'copy-out': running('copy-out', {
      CopyData: 'copy-out',
      CopyDone: 'copy-complete',
      ErrorResponse: 'sync',
    }),
    'copy-complete': running('copy-complete', { CommandComplete: 'query', ErrorResponse: 'sync' }),
    'function-call': running('function-call', { FunctionCallResponse: 'sync', ErrorResponse: 'sync' }),
    // The gateway relies on the failure: anything else ends the session.
    replication: running('replication', {
      RowDescription: 'replication',
      DataRow: 'replication',
      CommandComplete: 'replication',
      CopyOutResponse: 'replication',
      CopyData: 'replication',
      CopyDone: 'replication',
      CopyInResponse: 'replication-copy-in',
      CopyBothResponse: 'copy-both',
      ErrorResponse: 'sync',
      ReadyForQuery: 'done',
    }),
    'replication-copy-in': running('replication-copy-in', {
      CommandComplete: 'replication',
      ErrorResponse: 'sync',
    }),
    'copy-both': running('copy-both', {
      CopyData: 'copy-both',
      CopyDone: 'copy-both-end',
      CommandComplete: 'replication',
      ErrorResponse: 'sync',
    }),
    // Each side ends its stream; the results behind it say where the next timeline begins.
    'copy-both-end': running('copy-both-end', {
      // What a walsender was about to say when it answered the end of our stream.
      CopyData: 'copy-both-end',
      RowDescription: 'replication',
      CommandComplete: 'replication',
      ErrorResponse: 'sync',
    }),
    refusal: running('refusal', { ErrorResponse: 'sync' }),
    'ask-simple': running('ask-simple', { RowDescription: 'ask-simple-rows', ErrorResponse: 'skipped' }),
    'ask-simple-rows': running('ask-simple-rows', {
      DataRow: 'ask-simple-rows',
      CommandComplete: 'done',
      ErrorResponse: 'skipped',
    }),
    // What a question that failed has left.
    'ask-close-left': running('ask-close-left', { CloseComplete: 'ask', ErrorResponse: 'skipped' }),
    ask: running('ask', { ParseComplete: 'ask-bind', ErrorResponse: 'skipped' }),
    'ask-bind': running('ask-bind', {
      BindComplete: 'ask-rows',
      ErrorResponse: 'skipped',
    }),
    'ask-rows': running('ask-rows', {
      DataRow: 'ask-rows',
      CommandComplete: 'ask-close',
      ErrorResponse: 'skipped',
    }),
    'ask-close': running('ask-close', {
      CloseComplete: 'ask-close-statement',
      ErrorResponse: 'skipped',
    }),
    'ask-close-statement': running('ask-close-statement', {
      CloseComplete: 'done',
      ErrorResponse: 'skipped',
    }),
    done: {},
    skipped: {},
    closed: {},
  },
}

/** The connection between gateway and database: what may be received, by what is owed. */
export const upstreamLeg = { upstream } as const

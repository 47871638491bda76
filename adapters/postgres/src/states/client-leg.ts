// PostgreSQL: Frontend/Backend Protocol, "Message Flow": the connection between client and gateway.

import type { StateTable } from '@sluice/wire/states/table'
import type { BackendMessage, FrontendMessage } from './message-name.ts'

/** A state of the connection to the client, named by what it expects. `closed` expects nothing. */
export type ClientState =
  | 'startup'
  | 'startup-after-gssenc'
  | 'startup-plain'
  | 'startup-encrypted'
  | 'tls'
  | 'gssenc'
  | 'authentication'
  | 'password'
  | 'sasl-initial'
  | 'sasl-response'
  | 'starting'
  | 'ready'
  | 'copy-in'
  | 'copy-both'
  | 'closed'

/**
 * What the client may send. After `ready` it may pipeline freely, so that state lists what is legal at any
 * moment, and the order of the answers is the upstream leg's business.
 */
const client: StateTable<ClientState, FrontendMessage> = {
  role: 'client',
  states: {
    startup: {
      SSLRequest: 'tls',
      GSSENCRequest: 'gssenc',
      CancelRequest: 'closed',
      StartupMessage: 'authentication',
    },
    // libpq asks for GSSAPI first and for TLS when that is refused, never the other way round.
    'startup-after-gssenc': { SSLRequest: 'tls', CancelRequest: 'closed', StartupMessage: 'authentication' },
    'startup-plain': { CancelRequest: 'closed', StartupMessage: 'authentication' },
    'startup-encrypted': { CancelRequest: 'closed', StartupMessage: 'authentication' },
    // Nothing may come before the answer: it would be taken for something the handshake protects.
    tls: {},
    gssenc: {},
    authentication: {},
    password: { PasswordMessage: 'authentication' },
    'sasl-initial': { SASLInitialResponse: 'authentication' },
    'sasl-response': { SASLResponse: 'authentication' },
    starting: { Terminate: 'closed' },
    ready: {
      Query: 'ready',
      Parse: 'ready',
      Bind: 'ready',
      Describe: 'ready',
      Execute: 'ready',
      Close: 'ready',
      Flush: 'ready',
      Sync: 'ready',
      FunctionCall: 'ready',
      // The rest of a COPY that failed is still under way: dropped, never forwarded ("COPY Operations").
      CopyData: 'ready',
      CopyDone: 'ready',
      CopyFail: 'ready',
      Terminate: 'closed',
    },
    'copy-in': {
      CopyData: 'copy-in',
      CopyDone: 'ready',
      CopyFail: 'ready',
      // The server ignores both during COPY: a frontend may have sent them before it knew of it.
      Flush: 'copy-in',
      Sync: 'copy-in',
      Terminate: 'closed',
    },
    'copy-both': { CopyData: 'copy-both', CopyDone: 'ready', CopyFail: 'ready', Terminate: 'closed' },
    closed: {},
  },
}

/** What the gateway may send to the client. */
const gateway: StateTable<ClientState, BackendMessage> = {
  role: 'gateway',
  states: {
    startup: { ErrorResponse: 'closed' },
    'startup-after-gssenc': { ErrorResponse: 'closed' },
    'startup-plain': { ErrorResponse: 'closed' },
    'startup-encrypted': { ErrorResponse: 'closed' },
    tls: { EncryptionAccepted: 'startup-encrypted', EncryptionRefused: 'startup-plain' },
    gssenc: { EncryptionRefused: 'startup-after-gssenc' },
    authentication: {
      NegotiateProtocolVersion: 'authentication',
      AuthenticationCleartextPassword: 'password',
      AuthenticationSASL: 'sasl-initial',
      AuthenticationSASLContinue: 'sasl-response',
      AuthenticationSASLFinal: 'authentication',
      AuthenticationOk: 'starting',
      NoticeResponse: 'authentication',
      ErrorResponse: 'closed',
    },
    password: { ErrorResponse: 'closed' },
    'sasl-initial': { ErrorResponse: 'closed' },
    'sasl-response': { ErrorResponse: 'closed' },
    starting: {
      ParameterStatus: 'starting',
      BackendKeyData: 'starting',
      NoticeResponse: 'starting',
      ReadyForQuery: 'ready',
      ErrorResponse: 'closed',
    },
    ready: {
      ParseComplete: 'ready',
      BindComplete: 'ready',
      CloseComplete: 'ready',
      ParameterDescription: 'ready',
      RowDescription: 'ready',
      NoData: 'ready',
      DataRow: 'ready',
      PortalSuspended: 'ready',
      CommandComplete: 'ready',
      EmptyQueryResponse: 'ready',
      FunctionCallResponse: 'ready',
      CopyInResponse: 'copy-in',
      // Of a replication command alone.
      CopyBothResponse: 'copy-both',
      CopyOutResponse: 'ready',
      CopyData: 'ready',
      CopyDone: 'ready',
      ReadyForQuery: 'ready',
      ErrorResponse: 'ready',
      NoticeResponse: 'ready',
      ParameterStatus: 'ready',
      NotificationResponse: 'ready',
    },
    'copy-in': {
      ErrorResponse: 'ready',
      NoticeResponse: 'copy-in',
      ParameterStatus: 'copy-in',
      NotificationResponse: 'copy-in',
    },
    'copy-both': {
      CopyData: 'copy-both',
      // Either side ends its own stream; what the client still sends is taken in `ready` too.
      CopyDone: 'ready',
      CommandComplete: 'ready',
      ErrorResponse: 'ready',
      NoticeResponse: 'copy-both',
      ParameterStatus: 'copy-both',
      NotificationResponse: 'copy-both',
    },
    closed: {},
  },
}

/** The connection between client and gateway: both roles over one state. */
export const clientLeg = { client, gateway } as const

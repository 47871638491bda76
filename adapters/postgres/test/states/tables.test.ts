import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { advance } from '@sluice/wire/states/advance'
import { diagram } from '@sluice/wire/states/diagram'
import type { StateTable } from '@sluice/wire/states/table'
import { ProtocolViolation } from '@sluice/wire/violation'
import { backend, frontend } from '../../src/messages/codes.ts'
import { type ClientState, clientLeg } from '../../src/states/client-leg.ts'
import { statesDocument } from '../../src/states/document.ts'
import {
  authenticationName,
  type BackendMessage,
  backendName,
  type FrontendMessage,
  frontendName,
} from '../../src/states/message-name.ts'
import { unlisted } from '../../src/states/unlisted.ts'
import { type UpstreamState, upstreamLeg } from '../../src/states/upstream-leg.ts'
import { allCases } from '../messages/arbitraries.ts'
import { expectationOf } from './expectation-of.ts'

const tables: readonly (readonly [string, StateTable])[] = [
  ['what the client sends', clientLeg.client],
  ['what the gateway sends the client', clientLeg.gateway],
  ['what the database sends', upstreamLeg.upstream],
]

const listed = new Set(
  tables.flatMap(([, { states }]) => Object.values(states).flatMap((row) => Object.keys(row))),
)

describe.each(tables)('%s', (_name, table) => {
  test('leads only to states of the table', () => {
    const states = new Set(Object.keys(table.states))
    for (const row of Object.values(table.states)) {
      for (const next of Object.values(row)) expect(states).toContain(next)
    }
  })
})

describe('every message', () => {
  const shared = new Set(['Authentication'])
  const names = new Set([
    ...Object.keys(frontend),
    ...Object.keys(backend),
    ...allCases.map(({ name }) => name),
  ])

  test.each([...names].filter((name) => !shared.has(name)))(
    '%s is listed, or left out with a reason',
    (name) => {
      expect(listed.has(name)).toBe(!(name in unlisted))
    },
  )

  test('that is left out is one', () => {
    for (const name of Object.keys(unlisted)) expect(listed).not.toContain(name)
  })

  test('has a name by its type byte, but for those that share one', () => {
    for (const [name, type] of Object.entries(frontend)) {
      expect(frontendName(type)).toBe(type === frontend.PasswordMessage ? undefined : name)
    }
    for (const [name, type] of Object.entries(backend)) {
      expect(backendName(type)).toBe(type === backend.Authentication ? undefined : name)
    }
    expect(frontendName(0)).toBeUndefined()
    expect(authenticationName({ kind: 'sasl', mechanisms: [] })).toBe('AuthenticationSASL')
  })
})

/** The states that messages of these tables lead to from `starts`. */
function reachable(starts: readonly string[], list: readonly StateTable[]): Set<string> {
  const seen = new Set(starts)
  for (const state of seen) {
    for (const { states } of list) {
      for (const next of Object.values(states[state] ?? {})) if (next !== undefined) seen.add(next)
    }
  }
  return seen
}

describe('every state', () => {
  test('of the client leg can be reached', () => {
    const seen = reachable(['startup'], [clientLeg.client, clientLeg.gateway])
    expect([...seen].sort()).toEqual(Object.keys(clientLeg.client.states).sort())
  })

  test('of the upstream leg can be reached from an expectation', () => {
    const starts = [
      ...Object.values(expectationOf),
      'describe-portal',
      'replication',
      'refusal',
      'ask-close-left',
      'ask-simple',
    ]
    const seen = reachable(starts, [upstreamLeg.upstream])
    expect([...seen].sort()).toEqual(Object.keys(upstreamLeg.upstream.states).sort())
  })
})

/** Runs a conversation; a message with `>` is sent by the client, with `<` to it. */
function walkClient(start: ClientState, conversation: string): ClientState {
  let state = start
  for (const step of conversation.split(' ')) {
    const name = step.slice(1)
    state = step.startsWith('>')
      ? advance(clientLeg.client, state, name as FrontendMessage)
      : advance(clientLeg.gateway, state, name as BackendMessage)
  }
  return state
}

function walkUpstream(start: UpstreamState, replies: string): UpstreamState {
  let state = start
  for (const name of replies.split(' ')) state = advance(upstreamLeg.upstream, state, name as BackendMessage)
  return state
}

describe('the client leg allows', () => {
  test.each<[string, ClientState, string, ClientState]>([
    [
      'a login over TLS with SCRAM',
      'startup',
      '>SSLRequest <EncryptionAccepted >StartupMessage <AuthenticationSASL >SASLInitialResponse <AuthenticationSASLContinue >SASLResponse <AuthenticationSASLFinal <AuthenticationOk <ParameterStatus <BackendKeyData <ReadyForQuery',
      'ready',
    ],
    [
      'psql without encryption',
      'startup',
      '>GSSENCRequest <EncryptionRefused >SSLRequest <EncryptionRefused >StartupMessage <AuthenticationCleartextPassword >PasswordMessage <AuthenticationOk <ReadyForQuery',
      'ready',
    ],
    ['a pipeline', 'ready', '>Parse >Bind >Execute >Sync >Parse >Sync <ParseComplete <BindComplete', 'ready'],
    [
      'COPY with Sync sent ahead',
      'ready',
      '>Query <CopyInResponse >CopyData >Sync >CopyDone <CommandComplete',
      'ready',
    ],
    [
      'late COPY data after its failure',
      'ready',
      '>Query <CopyInResponse <ErrorResponse >CopyData >CopyDone',
      'ready',
    ],
    ['a cancel request', 'startup', '>CancelRequest', 'closed'],
  ])('%s', (_what, start, conversation, end) => {
    expect(walkClient(start, conversation)).toBe(end)
  })
})

describe('the client leg refuses', () => {
  test.each<[string, ClientState, string]>([
    ['TLS inside TLS', 'startup', '>SSLRequest <EncryptionAccepted >SSLRequest'],
    ['bytes before the answer to SSLRequest', 'startup', '>SSLRequest >StartupMessage'],
    ['a second startup', 'ready', '>StartupMessage'],
    ['a query before authentication', 'startup', '>StartupMessage >Query'],
    ['a password nobody asked for', 'startup', '>StartupMessage >PasswordMessage'],
    ['a second password', 'password', '>PasswordMessage >PasswordMessage'],
    ['a password in a running session', 'ready', '>PasswordMessage'],
    ['a query inside COPY', 'ready', '>Query <CopyInResponse >Query'],
    ['anything after Terminate', 'ready', '>Terminate >Query'],
    ['rows before authentication', 'authentication', '<DataRow'],
    ['a GSSAPI answer', 'sasl-initial', '>GSSResponse'],
  ])('%s', (_what, start, conversation) => {
    expect(() => walkClient(start, conversation)).toThrow(ProtocolViolation)
  })
})

describe('the upstream leg allows', () => {
  test.each<[UpstreamState, string, UpstreamState]>([
    ['authentication', 'AuthenticationOk ParameterStatus BackendKeyData ReadyForQuery', 'idle'],
    [
      'authentication',
      'AuthenticationSASL AuthenticationSASLContinue AuthenticationSASLFinal AuthenticationOk',
      'startup',
    ],
    [
      'query',
      'RowDescription DataRow NoticeResponse DataRow CommandComplete RowDescription CommandComplete ReadyForQuery',
      'done',
    ],
    ['query', 'RowDescription DataRow ErrorResponse ReadyForQuery', 'done'],
    ['query', 'RowDescription DataRow RowDescription DataRow CommandComplete ReadyForQuery', 'done'],
    ['query', 'EmptyQueryResponse ReadyForQuery', 'done'],
    [
      'query',
      'CopyInResponse CommandComplete CopyOutResponse CopyData CopyDone CommandComplete ReadyForQuery',
      'done',
    ],
    ['parse', 'ParseComplete', 'done'],
    ['bind', 'ErrorResponse', 'skipped'],
    ['describe-statement', 'ParameterDescription NoData', 'done'],
    ['describe-statement', 'ParameterDescription RowDescription', 'done'],
    ['describe-portal', 'RowDescription', 'done'],
    ['execute', 'DataRow DataRow PortalSuspended', 'done'],
    ['execute', 'ParameterStatus CommandComplete', 'done'],
    ['close', 'CloseComplete', 'done'],
    ['sync', 'ErrorResponse ReadyForQuery', 'done'],
    ['function-call', 'FunctionCallResponse ReadyForQuery', 'done'],
    ['idle', 'NotificationResponse NoticeResponse ParameterStatus ErrorResponse', 'closed'],
    ['ask-simple', 'RowDescription DataRow CommandComplete', 'done'],
    [
      'ask-close-left',
      'CloseComplete ParseComplete BindComplete DataRow CommandComplete CloseComplete CloseComplete',
      'done',
    ],
  ])('%s: %s', (start, replies, end) => {
    expect(walkUpstream(start, replies)).toBe(end)
  })
})

describe('the upstream leg refuses', () => {
  test.each<[UpstreamState, string]>([
    ['idle', 'DataRow'],
    ['idle', 'ReadyForQuery'],
    ['query', 'DataRow'],
    ['query', 'RowDescription ReadyForQuery'],
    ['query', 'ParseComplete'],
    ['query', 'CopyData'],
    ['query', 'CopyBothResponse'],
    ['query', 'ErrorResponse CommandComplete'],
    ['parse', 'BindComplete'],
    ['bind', 'DataRow'],
    ['describe-statement', 'RowDescription'],
    ['execute', 'RowDescription'],
    ['execute', 'DataRow CopyOutResponse'],
    ['copy-in', 'CopyData'],
    ['copy-out', 'CommandComplete'],
    ['refusal', 'ParseComplete'],
    ['done', 'NoticeResponse'],
    // A server that skips its own proof, or asks for a weaker one once SCRAM is under way.
    ['authentication', 'AuthenticationSASL AuthenticationOk'],
    ['authentication', 'AuthenticationSASL AuthenticationSASLContinue AuthenticationOk'],
    ['authentication', 'AuthenticationSASL AuthenticationCleartextPassword'],
    ['authentication', 'AuthenticationUnsupported'],
    ['startup', 'AuthenticationOk'],
  ])('%s: %s', (start, replies) => {
    expect(() => walkUpstream(start, replies)).toThrow(ProtocolViolation)
  })
})

test('a violation names message, state and side', () => {
  expect(() => advance(clientLeg.client, 'ready', 'StartupMessage')).toThrow(
    /message `StartupMessage` may not come in state `ready`/,
  )
  try {
    advance(upstreamLeg.upstream, 'idle', 'DataRow')
  } catch (error) {
    expect(error).toMatchObject({ fault: 'upstream', reason: 'unexpected' })
  }
})

test.each(['constructor', '__proto__', 'toString'])('a message called `%s` is not listed', (name) => {
  expect(() => advance(clientLeg.client, 'ready', name as FrontendMessage)).toThrow(ProtocolViolation)
  expect(() => advance(clientLeg.client, name as ClientState, 'Query')).toThrow(ProtocolViolation)
})

describe('the diagram', () => {
  const table: StateTable = { role: 'client', states: { 'a-b': { X: 'c', Y: 'c', Z: 'a-b' }, c: {} } }

  test('has an arrow per pair of states', () => {
    expect(diagram([table])).toBe(
      'stateDiagram-v2\n  state "a-b" as a_b\n  state "c" as c\n  a_b --> c : X, Y\n',
    )
  })

  test('has roles where there are several', () => {
    expect(diagram([table, { role: 'gateway', states: { c: { V: 'a-b' } } }])).toContain(
      '  c --> a_b : V (gateway)\n',
    )
  })

  test('of both legs names every state', () => {
    const text = diagram([clientLeg.client, clientLeg.gateway]) + diagram([upstreamLeg.upstream])
    for (const [, { states }] of tables)
      for (const name of Object.keys(states)) expect(text).toContain(`"${name}"`)
  })
})

test('the page with the diagrams is made from the tables', () => {
  const page = readFileSync(new URL('../../../../docs/postgresql-states.md', import.meta.url), 'utf8')
  expect(page).toBe(statesDocument())
})

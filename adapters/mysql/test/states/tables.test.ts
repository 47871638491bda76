import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { advance } from '@sluice/wire/states/advance'
import type { StateTable } from '@sluice/wire/states/table'
import { ProtocolViolation } from '@sluice/wire/violation'
import { type CommandName, command, commandName } from '../../src/messages/commands.ts'
import { type ClientState, clientLeg, type LoginMessage } from '../../src/states/client-leg.ts'
import { statesDocument } from '../../src/states/document.ts'
import type { ReplyName } from '../../src/states/reply-name.ts'
import { unlisted } from '../../src/states/unlisted.ts'
import { type UpstreamState, upstreamLeg } from '../../src/states/upstream-leg.ts'

const tables: readonly (readonly [string, StateTable])[] = [
  ['what the client sends', clientLeg.client],
  ['what the gateway sends the client', clientLeg.gateway],
  ['what the database sends', upstreamLeg.upstream],
]

describe.each(tables)('%s', (_name, table) => {
  test('leads only to states of the table', () => {
    const states = new Set(Object.keys(table.states))
    for (const row of Object.values(table.states))
      for (const next of Object.values(row)) expect(states).toContain(next)
  })
})

test.each(Object.entries(command))('the command %s is listed, or left out with a reason', (name, code) => {
  expect(name in clientLeg.client.states.ready).toBe(!(name in unlisted))
  expect(commandName(code)).toBe(name)
})

/** The states that messages of these tables lead to from `starts`. */
const reachable = (starts: readonly string[], list: readonly StateTable[]): string[] => {
  const seen = new Set(starts)
  for (const state of seen)
    for (const { states } of list)
      for (const next of Object.values(states[state] ?? {})) if (next !== undefined) seen.add(next)
  return [...seen].sort()
}

test('every state of the client leg can be reached', () => {
  const seen = reachable(['greeting'], [clientLeg.client, clientLeg.gateway])
  expect(seen).toEqual(Object.keys(clientLeg.client.states).sort())
})

test('every state of the upstream leg can be reached from a command', () => {
  const starts = ['handshake', 'query', 'execute', 'fetch', 'prepare', 'field-list', 'statistics', 'command']
  const seen = reachable([...starts, 'ask', 'forget', 'local-file-end'], [upstreamLeg.upstream])
  expect(seen).toEqual(Object.keys(upstreamLeg.upstream.states).sort())
})

/** Runs a conversation; a message with `>` is sent by the client, with `<` to it. */
const walkClient = (start: ClientState, conversation: string): ClientState => {
  let state = start
  for (const step of conversation.split(' ')) {
    const name = step.slice(1)
    state = step.startsWith('>')
      ? advance(clientLeg.client, state, name as CommandName | LoginMessage)
      : advance(clientLeg.gateway, state, name as ReplyName)
  }
  return state
}

const walkUpstream = (start: UpstreamState, replies: string): UpstreamState => {
  let state = start
  for (const name of replies.split(' ')) state = advance(upstreamLeg.upstream, state, name as ReplyName)
  return state
}

test.each<[string, ClientState, string, ClientState]>([
  [
    'a login over TLS with a switch',
    'greeting',
    '<Handshake >SSLRequest >HandshakeResponse <AuthSwitchRequest >AuthResponse <FastAuthOk <Ok',
    'ready',
  ],
  ['a query', 'ready', '>COM_QUERY <ColumnCount <ColumnDefinition <Eof <Row <End', 'ready'],
  ['two results', 'ready', '>COM_QUERY <MoreOk <ColumnCount <MoreEnd <Ok', 'ready'],
  ['a file of the client', 'ready', '>COM_QUERY <LocalFileRequest >LocalFileData >LocalFileEnd <Ok', 'ready'],
  ['what is never answered', 'ready', '>COM_STMT_SEND_LONG_DATA >COM_STMT_CLOSE >COM_QUIT', 'closed'],
])('the client leg allows %s', (_what, start, conversation, end) => {
  expect(walkClient(start, conversation)).toBe(end)
})

test.each<[string, ClientState, string]>([
  ['a command before the login', 'greeting', '<Handshake >COM_QUERY'],
  ['TLS inside TLS', 'login', '>SSLRequest >SSLRequest'],
  ['a second login', 'ready', '>HandshakeResponse'],
  ['a command amid COM_CHANGE_USER', 'ready', '>COM_CHANGE_USER >COM_QUERY'],
  ['replication', 'ready', '>COM_BINLOG_DUMP'],
  ['a file nobody asked for', 'ready', '>LocalFileData'],
  ['anything behind COM_QUIT', 'ready', '>COM_QUIT >COM_PING'],
])('the client leg refuses %s', (_what, start, conversation) => {
  expect(() => walkClient(start, conversation)).toThrow(ProtocolViolation)
})

test.each<[UpstreamState, string, UpstreamState]>([
  ['handshake', 'Handshake AuthSwitchRequest AuthMoreData Ok', 'idle'],
  ['query', 'ColumnCount ColumnDefinition LastColumnDefinition Eof Row Row End', 'done'],
  ['query', 'ColumnCount LastColumnDefinitionNoEof Row Err', 'done'],
  ['query', 'ColumnCount LastColumnDefinitionNoEof MoreEnd MoreOk Ok', 'done'],
  ['execute', 'ColumnCount LastColumnDefinition CursorEof', 'done'],
  ['fetch', 'Row Row End', 'done'],
  [
    'prepare',
    'StmtPrepareOk ParameterDefinition LastParameterDefinition Eof LastColumnDefinition Eof',
    'done',
  ],
  ['field-list', 'ColumnDefinition End', 'done'],
  ['idle', 'Err', 'closed'],
])('the upstream leg allows %s: %s', (start, replies, end) => {
  expect(walkUpstream(start, replies)).toBe(end)
})

test.each<[UpstreamState, string]>([
  ['handshake', 'Ok'],
  // A server that asks again and again.
  ['handshake', 'Handshake AuthSwitchRequest AuthSwitchRequest'],
  ['idle', 'Row'],
  ['idle', 'Ok'],
  ['query', 'Row'],
  ['query', 'ColumnCount Row'],
  ['query', 'Ok Ok'],
  ['query', 'ColumnCount LastColumnDefinition Eof LocalFileRequest'],
  ['query', 'LocalFileRequest Ok'],
  // Only COM_QUERY can ask for a file.
  ['execute', 'LocalFileRequest'],
  ['command', 'LocalFileRequest'],
  ['ask', 'LocalFileRequest'],
  ['ask', 'ColumnCount LastColumnDefinitionNoEof MoreEnd'],
  ['query', 'ColumnCount LastColumnDefinition CursorEof'],
  ['fetch', 'ColumnCount'],
  ['command', 'Row'],
  ['done', 'Ok'],
])('the upstream leg refuses %s: %s', (start, replies) => {
  expect(() => walkUpstream(start, replies)).toThrow(ProtocolViolation)
})

test('the page with the diagrams is made from the tables', () => {
  const page = readFileSync(new URL('../../../../docs/mysql-states.md', import.meta.url), 'utf8')
  expect(page).toBe(statesDocument())
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { advance } from '@sluice/wire/states/advance'
import { Framer } from '../../src/framing/framer.ts'
import { StartupFramer } from '../../src/framing/startup-framer.ts'
import { decodeAuthentication } from '../../src/messages/authentication.ts'
import { backend, backendTypes, frontend, frontendTypes } from '../../src/messages/codes.ts'
import { decodeDescribe } from '../../src/messages/describe.ts'
import { type ClientState, clientLeg } from '../../src/states/client-leg.ts'
import {
  authenticationName,
  type BackendMessage,
  backendName,
  type FrontendMessage,
  frontendName,
} from '../../src/states/message-name.ts'
import { type UpstreamState, upstreamLeg } from '../../src/states/upstream-leg.ts'
import { expectationOf } from '../states/expectation-of.ts'
import { backendCases, bodyOf, frontendCases, type MessageCase, startupCases } from './arbitraries.ts'

type Line = { readonly side: 'C' | 'S'; readonly bytes: Buffer }

/** A conversation with a real server, captured by `goldens/capture.ts`. */
function golden(version: number): readonly Line[] {
  const text = readFileSync(new URL(`./goldens/postgres-${version}.txt`, import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ side: line.startsWith('C') ? 'C' : 'S', bytes: Buffer.from(line.slice(2), 'hex') }))
}

/** The messages by name; the client's first is its startup packet, and its `p`s come in the order of SCRAM. */
function named(lines: readonly Line[]): readonly { side: 'C' | 'S'; name: string; bytes: Buffer }[] {
  const answers = ['SASLInitialResponse', 'SASLResponse']
  return lines.map(({ side, bytes }, i) => {
    const type = bytes.readUInt8(0)
    if (i === 0) return { side, bytes, name: 'StartupMessage' }
    if (side === 'S') return { side, bytes, name: backendName(type) ?? 'Authentication' }
    return { side, bytes, name: frontendName(type) ?? (answers.shift() as string) }
  })
}

function caseOf(side: 'C' | 'S', name: string): MessageCase<object> {
  // CopyData and CopyDone go both ways and are listed once; no other name is in both lists.
  const cases = side === 'S' ? [...backendCases, ...frontendCases] : [...startupCases, ...frontendCases]
  return cases.find((message) => message.name === name) as unknown as MessageCase<object>
}

describe.each([15, 18])('PostgreSQL %i', (version) => {
  const messages = named(golden(version))

  test('each message decodes, and encodes to the very bytes', () => {
    for (const { side, name, bytes } of messages) {
      const message = caseOf(side, name)
      // Under client_encoding LATIN1 nothing but ASCII is in these goldens.
      expect(message.encode(message.decode(bodyOf(message as never, bytes)))).toEqual(bytes)
    }
  })

  test('the framers cut the streams into them', () => {
    const client = messages.filter(({ side }) => side === 'C').map(({ bytes }) => bytes)
    const startup = new StartupFramer()
    startup.push(Buffer.concat(client))
    expect(startup.next()?.kind).toBe('StartupMessage')
    const framers = {
      C: new Framer({
        fault: 'client',
        types: [...frontendTypes, frontend.PasswordMessage],
        maxFrameBytes: 10_000,
      }),
      S: new Framer({ fault: 'upstream', types: backendTypes, maxFrameBytes: 10_000 }),
    }
    framers.C.push(startup.takeRemainder())
    framers.S.push(Buffer.concat(messages.filter(({ side }) => side === 'S').map(({ bytes }) => bytes)))
    for (const { side, bytes } of messages.slice(1))
      expect(framers[side].next()).toMatchObject({ raw: bytes })
  })

  test('the state tables allow the conversation, and every reply is owed', () => {
    const owed = new Owed()
    let client: ClientState = 'startup'
    for (const { side, name, bytes } of messages) {
      if (side === 'C') {
        // During COPY the server ignores Sync; after CopyDone it counts, whether the COPY was answered or not.
        if (name !== 'Sync' || client !== 'copy-in') owed.sent(name, bytes)
        client = advance(clientLeg.client, client, name as FrontendMessage)
      } else {
        const exact = exactName(name, bytes)
        client = advance(clientLeg.gateway, client, exact)
        owed.heard(exact)
      }
    }
    expect(client).toBe('closed')
    expect(owed.states).toEqual([])
  })

  test('the conversation shows every message a server sends to a session like this', () => {
    const seen = new Set(messages.filter(({ side }) => side === 'S').map(({ name }) => name))
    const missing = Object.keys(backend).filter((name) => !seen.has(name))
    expect(missing).toEqual(['CopyBothResponse', ...(version === 15 ? [] : ['NegotiateProtocolVersion'])])
  })
})

function exactName(name: string, bytes: Buffer): BackendMessage {
  return name === 'Authentication'
    ? authenticationName(decodeAuthentication(bytes.subarray(5)))
    : (name as BackendMessage)
}

/** The queue of expectations, at its simplest: what a session makes of the upstream leg's table. */
class Owed {
  readonly states: UpstreamState[] = []
  #skipping = false
  #executing = false

  sent(name: string, bytes: Buffer): void {
    if (name === 'Sync') this.#skipping = false
    const portal = name === 'Describe' && decodeDescribe(bytes.subarray(5)).target === 'portal'
    const opened = (expectationOf as Partial<Record<string, UpstreamState>>)[name]
    if (opened !== undefined && !this.#skipping) this.states.push(portal ? 'describe-portal' : opened)
  }

  heard(name: BackendMessage): void {
    const state = this.states[0] ?? 'idle'
    if (state === 'execute') this.#executing = true
    if (state === 'query') this.#executing = false
    const next = advance(upstreamLeg.upstream, state, name)
    const copied = this.#executing && name === 'CommandComplete'
    if (next === 'done' || copied || next === 'idle') this.states.shift()
    else if (next === 'skipped') this.#skip()
    else this.states[0] = next
  }

  #skip(): void {
    while (this.states.length > 0 && this.states[0] !== 'sync') this.states.shift()
    this.#skipping = this.states.length === 0
  }
}

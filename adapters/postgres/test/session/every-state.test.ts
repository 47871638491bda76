import { describe, expect, test } from '@jest/globals'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeClose } from '../../src/messages/close.ts'
import { encodeDescribe } from '../../src/messages/describe.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeFunctionCall } from '../../src/messages/function-call.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { ReplicationMode } from '../../src/replication/command.ts'
import { type UpstreamState, upstreamLeg } from '../../src/states/upstream-leg.ts'
import type { Carried } from './carried.ts'
import { databaseMessages } from './database-messages.ts'
import { happened, row } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const policy = `
version: 1
rules: [{ id: all, effect: allow, when: "statement.opaque == '' || statement.opaque != ''" }]
`

/** What the client sends, how many messages of the gateway's the database then hears, and what it says to them. */
type Phase = { readonly sent: readonly Buffer[]; readonly heard: number; readonly said?: readonly string[] }

/** How a session comes into a state. */
type Way = { readonly phases: readonly Phase[]; readonly replication?: ReplicationMode }

const query = (sql: string): Buffer => encodeQuery({ sql })
const parse = encodeParse({ name: 's', sql: 'SELECT 1 AS n', parameterTypes: [] })
const bind = encodeBind({ portal: 'p', statement: 's', parameterFormats: [], values: [], resultFormats: [] })
const executes = encodeExecute({ portal: 'p', maxRows: 0 })
const nothing = encodeExecute({ portal: 'nothing', maxRows: 0 })
const call = encodeFunctionCall({ functionId: 1397, argumentFormats: [], args: [], resultFormat: 0 })
const prepared = ['ParseComplete', 'BindComplete']

const way = (sent: readonly Buffer[], said: readonly string[] = [], heard = sent.length): Way => ({
  phases: [{ sent, heard, said }],
})
const replicates = (sql: string, ...said: readonly string[]): Way => ({
  ...way([query(sql)], said),
  replication: 'physical',
})
/** The gateway's question amid a pipeline that has begun: Parse, Bind, Execute, Close, Close, Flush. */
const asks = (...said: readonly string[]): Way => ({
  phases: [
    { sent: [parse, bind, call], heard: 3, said: prepared },
    { sent: [], heard: 9, said },
  ],
})
/** The same behind one that failed, of which a Close goes first. */
const asksAgain: Way = {
  phases: [
    ...asks('ErrorResponse').phases,
    { sent: [encodeSync()], heard: 10, said: ['ReadyForQuery'] },
    { sent: [bind, call], heard: 12, said: ['BindComplete'] },
    { sent: [], heard: 19 },
  ],
}
/** A question put as a Query, to a database that takes nothing else. */
const asksSimply = (...said: readonly string[]): Way => ({
  ...way([query('SELECT 1 AS n')], said),
  replication: 'database',
})
/** The database is asked what the function is (Parse, Bind, Execute, Close, Close, Sync), and then to call it. */
const calls: Way = {
  phases: [
    {
      sent: [call],
      heard: 6,
      said: [...prepared, 'function', 'CommandComplete', 'CloseComplete', 'CloseComplete', 'ReadyForQuery'],
    },
    { sent: [], heard: 7 },
  ],
}
const describes = encodeDescribe({ target: 'statement', name: 's' })

const ways: Readonly<Partial<Record<UpstreamState, Way>>> = {
  idle: way([]),
  query: way([query('SELECT 1 AS n')]),
  'query-rows': way([query('SELECT 1 AS n')], ['RowDescription']),
  parse: way([parse]),
  bind: way([parse, bind], ['ParseComplete']),
  'describe-statement': way([parse, describes], ['ParseComplete']),
  'describe-statement-row': way([parse, describes], ['ParseComplete', 'ParameterDescription']),
  'describe-portal': way([parse, bind, encodeDescribe({ target: 'portal', name: 'p' })], prepared),
  execute: way([parse, bind, executes], prepared),
  'execute-rows': way([parse, bind, executes], [...prepared, 'DataRow']),
  close: way([encodeClose({ target: 'statement', name: 's' })]),
  sync: way([encodeSync()]),
  'copy-in': way([query('COPY orders FROM STDIN')], ['CopyInResponse']),
  'copy-out': way([query('COPY orders TO STDOUT')], ['CopyOutResponse']),
  'copy-complete': way([query('COPY orders TO STDOUT')], ['CopyOutResponse', 'CopyDone']),
  refusal: way([parse, nothing], ['ParseComplete']),
  'ask-close-left': asksAgain,
  ask: asks(),
  'ask-bind': asks('ParseComplete'),
  'ask-rows': asks(...prepared),
  'ask-close': asks(...prepared, 'CommandComplete'),
  'ask-close-statement': asks(...prepared, 'CommandComplete', 'CloseComplete'),
  'ask-simple': asksSimply(),
  'ask-simple-rows': asksSimply('RowDescription'),
  'function-call': calls,
  replication: replicates('IDENTIFY_SYSTEM'),
  'replication-copy-in': replicates('UPLOAD_MANIFEST', 'CopyInResponse'),
  'copy-both': replicates('START_REPLICATION 0/0', 'CopyBothResponse'),
  'copy-both-end': replicates('START_REPLICATION 0/0', 'CopyBothResponse', 'CopyDone'),
}

/** States before the session is one, and those in which nothing is expected any more. */
const elsewhere: ReadonlySet<string> = new Set([
  'encryption',
  'authentication',
  'authentication-sasl',
  'authentication-sasl-final',
  'authentication-ok',
  'startup',
  'done',
  'skipped',
  'closed',
])

const shop = shopSessions()
let session: Carried

/** What databases say to get into a state, beside `databaseMessages`. */
const said: Readonly<Record<string, Buffer>> = {
  ...databaseMessages,
  function: row('pg_catalog', 'abs', '23', '23'),
}

/** Functions that the gateway was told of are kept: each call is of another. */
let functionId = 1397
const callOfAnother = (): Buffer =>
  encodeFunctionCall({ functionId: (functionId += 1), argumentFormats: [], args: [], resultFormat: 0 })

/** A session in a state. */
async function inState(state: UpstreamState): Promise<void> {
  const { phases, replication } = ways[state] as Way
  session = await shop.carried(shop.governed({ policy }), undefined, replication)
  for (const { sent, heard, said: names = [] } of phases) {
    if (sent.length > 0) session.client.say(...sent.map((one) => (one === call ? callOfAnother() : one)))
    await until(() => session.database.heard.length >= heard)
    if (names.length > 0) session.database.say(...names.map((name) => said[name] as Buffer))
  }
  await until(() => (session.live.session.expectations.head?.state ?? 'idle') === state)
}

const until = (isSo: () => boolean): Promise<void> => happened(isSo, 2000)

test('every state of a session has a way into it', () => {
  const known = Object.keys(upstreamLeg.upstream.states).filter((state) => !elsewhere.has(state))
  expect(Object.keys(ways).sort()).toEqual(known.sort())
})

const states = Object.keys(ways) as UpstreamState[]
const unlisted = states.flatMap((state) =>
  Object.keys(databaseMessages)
    .filter((name) => !Object.hasOwn(upstreamLeg.upstream.states[state], name))
    .map((name) => [state, name] as const),
)

describe('INVARIANT (no-unread-bytes): what is not listed ends the session, in state', () => {
  test.each(unlisted)('%s: %s', async (state, name) => {
    await inState(state)
    session.database.say(databaseMessages[name] as Buffer)
    const { reason, error } = await session.live.ended
    expect(reason).toMatch(/^protocol violation by the upstream/)
    expect(error).toBeUndefined()
    await session.client.until(() => false)
    const names = ways[state]?.phases.flatMap((phase) => phase.said ?? []) ?? []
    const passed = session.client.names.filter((heard) => heard === name)
    expect(passed.length).toBeLessThanOrEqual(names.filter((one) => one === name).length)
    expect(session.client.names.at(-1)).toBe('ErrorResponse')
    expect(session.client.error).toBe('08P01')
  })
})

/** Bodies that go on as they are: rows that pass, and the contents of streams. */
const opaque: ReadonlySet<string> = new Set(['DataRow', 'CopyData'])
const listed = states.flatMap((state) =>
  Object.keys(upstreamLeg.upstream.states[state])
    .filter((name) => Object.hasOwn(databaseMessages, name) && !opaque.has(name))
    // Of a replication command everything is passed, and only framed.
    .filter(() => ways[state]?.replication !== 'physical')
    .map((name) => [state, name] as const),
)

/** The message with a byte more in its body. */
function longer(message: Buffer): Buffer {
  const changed = Buffer.concat([message, Buffer.of(1)])
  changed.writeInt32BE(message.length, 1)
  return changed
}

describe('INVARIANT (no-unread-bytes): a listed message with a byte too many ends it, in state', () => {
  test.each(listed)('%s: %s', async (state, name) => {
    await inState(state)
    session.database.say(longer(databaseMessages[name] as Buffer))
    expect((await session.live.ended).reason).toMatch(/^protocol violation by the upstream/)
  })
})

test.each(['ask-rows', 'ask-simple-rows'] as const)(
  'INVARIANT (hostile-both-sides): rows without end to a question of the gateway’s own are not kept, in state %s',
  async (state) => {
    await inState(state)
    session.database.say(databaseMessages['DataRow'] as Buffer, databaseMessages['DataRow'] as Buffer)
    expect((await session.live.ended).reason).toMatch(/^protocol violation by the upstream/)
  },
)

test.each(states.filter((state) => state.startsWith('ask')))(
  'a notice to a question of the gateway’s own is nothing to the client, in state %s',
  async (state) => {
    await inState(state)
    const { NoticeResponse, CopyBothResponse } = databaseMessages
    session.database.say(NoticeResponse as Buffer, CopyBothResponse as Buffer)
    await session.live.ended
    await session.client.until(() => false)
    expect(session.client.names).not.toContain('NoticeResponse')
  },
)

const lengths = [0, 3, 1 << 20, 0x7fff_ffff, -0x8000_0000, -1]
const types = [...new Set(Object.values(databaseMessages).map((message) => message[0] as number)), 0, 0xff]

describe('INVARIANT (hostile-both-sides): a length that cannot be ends the session and is not waited for', () => {
  test.each(lengths)('%i, of every message of a database', async (length) => {
    for (const type of types) {
      await inState('query')
      const header = Buffer.alloc(5)
      header[0] = type
      header.writeInt32BE(length, 1)
      session.database.say(header)
      expect((await session.live.ended).reason).toMatch(/^protocol violation by the upstream/)
      expect(session.held()).toBeLessThan(1024)
      session.close()
    }
  })

  test.each(lengths)('%i, of every message of a client', async (length) => {
    for (const type of 'BCDEFHPQSdcfX?D12'.split('').map((letter) => letter.charCodeAt(0))) {
      await inState('idle')
      const header = Buffer.alloc(5)
      header[0] = type
      header.writeInt32BE(length, 1)
      session.client.say(header)
      // CopyData may be long: its length alone is no reason to keep anything.
      const { reason } = await session.live.ended
      expect(reason).toMatch(/^protocol violation by the client/)
      session.close()
    }
  })
})

import { expect, test } from '@jest/globals'
import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeClose } from '../../src/messages/close.ts'
import { encodeCloseComplete } from '../../src/messages/close-complete.ts'
import { frontend } from '../../src/messages/codes.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeCopyData } from '../../src/messages/copy-data.ts'
import { encodeCopyDone } from '../../src/messages/copy-done.ts'
import { encodeCopyOutResponse } from '../../src/messages/copy-out-response.ts'
import { encodeDescribe } from '../../src/messages/describe.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeParameterDescription } from '../../src/messages/parameter-description.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { Carried } from './carried.ts'
import { databaseMessages } from './database-messages.ts'
import { messagesIn, mutated } from './mutations.ts'
import { described, type Heard, row } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const CASES = 500
/** Silence, in turns of a millisecond or more, behind which a database that still owes an answer is taken to owe it for good. */
const QUIET_TURNS = 50
const MOST_HELD_BYTES = 2 * 1024 * 1024

const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: { default: redact } }
`
const SECRET = 'ana@example.com'
const SQL = 'SELECT email FROM customers WHERE id = 1'
const COPY = 'COPY customers (email) TO STDOUT'

const parse = encodeParse({ name: 's', sql: SQL, parameterTypes: [] })
const bind = encodeBind({ portal: 'p', statement: 's', parameterFormats: [], values: [], resultFormats: [] })
const executes = encodeExecute({ portal: 'p', maxRows: 0 })
const describes = encodeDescribe({ target: 'statement', name: 's' })
const sync = encodeSync()

/** What clients send, all at once: no value that comes of it is shown. */
const scripts: readonly (readonly Buffer[])[] = [
  [encodeQuery({ sql: SQL }), encodeQuery({ sql: SQL })],
  [encodeQuery({ sql: `BEGIN; ${SQL}; COMMIT` })],
  [encodeQuery({ sql: COPY }), encodeQuery({ sql: SQL })],
  [parse, describes, sync, bind, executes, sync],
  [parse, bind, executes, encodeClose({ target: 'portal', name: 'p' }), sync, bind, executes, sync],
]

/** Types of messages that are answered up to a ReadyForQuery. */
const endsExchange: ReadonlySet<number> = new Set([frontend.Query, frontend.Sync])

const description = encodeRowDescription({ fields: [described('email', 20_000, 3)] })
const done = encodeCommandComplete({ tag: 'SELECT 1' })
const ready = encodeReadyForQuery({ status: 'I' })
const results = [description, row(SECRET), row(SECRET), done]
const copied = [
  encodeCopyOutResponse({ format: 0, columnFormats: [0] }),
  encodeCopyData({ data: Buffer.from(`${SECRET}\n`) }),
  encodeCopyDone(),
  encodeCommandComplete({ tag: 'COPY 1' }),
]

/** A database that answers as one does. */
const answers: Readonly<Record<string, (payload: Buffer) => readonly Buffer[]>> = {
  Query: (payload) => [
    ...payload
      .toString()
      .split(';')
      .flatMap((text) => (text.includes('COPY') ? copied : text.includes('SELECT') ? results : [done])),
    ready,
  ],
  Parse: () => [encodeParseComplete()],
  Describe: (payload) => [
    ...(payload.toString().startsWith('S') ? [encodeParameterDescription({ types: [] })] : []),
    description,
  ],
  Bind: () => [encodeBindComplete()],
  Execute: () => [row(SECRET), done],
  Close: () => [encodeCloseComplete()],
  Sync: () => [ready],
}

/** Of other conversations: what is not asked for, with the secret where a value may stand. */
const others: readonly Buffer[] = [
  ...Object.values(databaseMessages),
  row(SECRET),
  row(SECRET, SECRET),
  encodeCopyData({ data: Buffer.from(`${SECRET}\n`) }),
  description,
  encodeRowDescription({ fields: [described('email'), described('title')] }),
  encodeReadyForQuery({ status: 'E' }),
]

const answer = ({ name, payload }: Heard): Buffer => Buffer.concat(answers[name]?.(payload) ?? [])

const shop = shopSessions()

/** Has the database say something else in the place of its `at`-th message; gives what that was. */
function mutating({ database }: Carried, chance: Chance, at: number): () => string {
  const say = database.say.bind(database)
  let said = 0
  let what = 'nothing'
  database.say = (...bytes) => {
    for (const message of messagesIn(Buffer.concat(bytes))) {
      said += 1
      if (said !== at) {
        say(message)
        continue
      }
      const mutation = mutated(chance, message, others)
      what = `${JSON.stringify(message.toString('latin1'))} ${mutation.what}`
      say(mutation.bytes)
      if (mutation.cut === true) database.stream.end()
    }
  }
  return () => what
}

const isReady = (name: string): boolean => name === 'ReadyForQuery'

/** Everything is answered, or the session is over, or the database says no more. */
async function answered({ client, database }: Carried, readies: number): Promise<void> {
  for (let turns = 0, last = -1; turns < QUIET_TURNS; turns += 1) {
    if (client.closed || client.names.filter(isReady).length >= readies) return
    const heard = client.names.length + database.names.length
    if (heard !== last) turns = 0
    last = heard
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** Faults of ours; what a database did not say, or not in the form that was asked for, is none. */
const isOurs = (error: unknown): boolean => error instanceof TypeError || error instanceof RangeError

test('whatever a database says in the place of a message: its session ends, and nothing masked passes', async () => {
  let masked = 0
  for (let seed = 1; seed <= CASES; seed += 1) {
    const chance = chanceFrom(seed)
    const session = await shop.carried(shop.governed({ policy }), answer)
    const { client, database, live } = session
    const what = mutating(session, chance, 1 + chance.below(22))
    let received = ''
    client.stream.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
    })
    const script = chance.pick(scripts)
    client.say(...script)
    await answered(session, script.filter((message) => endsExchange.has(message[0] ?? 0)).length)
    expect(session.held()).toBeLessThan(MOST_HELD_BYTES)
    database.stream.end()
    const { error } = await live.ended
    expect([seed, what(), error, ...session.reports.filter(isOurs)]).toEqual([seed, what(), undefined])
    expect([seed, what(), received]).not.toEqual([seed, what(), expect.stringContaining(SECRET)])
    if (received.includes('[redacted]')) masked += 1
    session.close()
  }
  // Half of them; fewer where the machine is so busy that a database counts as silent too soon.
  expect(masked).toBeGreaterThan(CASES / 5)
}, 120_000)

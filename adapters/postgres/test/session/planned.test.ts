import { describe, expect, test } from '@jest/globals'
import { allowAll, HeldJournal } from '@sluice/testkit/governed'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeClose } from '../../src/messages/close.ts'
import { encodeCloseComplete } from '../../src/messages/close-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeNoticeResponse } from '../../src/messages/notice-response.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { Carried } from './carried.ts'
import { described, type Heard, happened, row } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

/** Its body may do anything, whatever it is declared. */
const ACTS = 'SELECT sneaky()'
/** Its body only reads. */
const READS = 'SELECT id FROM orders WHERE id = email_of(1)::int'
const WRITE = "UPDATE orders SET note = 'x' WHERE id = 1"

const noCalls = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: no-calls, effect: deny, when: "statement.functions.size() > 0" }
`

const masked = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: pii, effect: mask, columns: "column.name == 'email'", with: redact }
`

const limited = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: cap, effect: limit, rows: 1 }
`

const shop = shopSessions()
let journal: HeldJournal
let session: Carried
/** What is in force. */
let policy: string
/** What the database says to a Bind. */
let bound: Buffer
/** What else it says otherwise than ever. */
let replies: Readonly<Record<string, () => Buffer>>

const fields = new Map([
  ['S', 'ERROR'],
  ['C', '22P02'],
  ['M', 'invalid input syntax for type integer: "ann@shop.example"'],
])
const failed = encodeErrorResponse({ fields })

/** A database that does as it is told, and passes over what stands behind an error. */
const database = (): ((message: Heard) => Buffer | undefined) => {
  let skipping = false
  const answers: Readonly<Record<string, () => Buffer>> = {
    Parse: encodeParseComplete,
    Bind: () => bound,
    Close: encodeCloseComplete,
    Execute: () => encodeCommandComplete({ tag: 'SELECT 0' }),
  }
  return ({ name, payload }) => {
    if (name === 'Sync') {
      skipping = false
      return encodeReadyForQuery({ status: 'I' })
    }
    if (skipping) return undefined
    skipping = payload.includes('sluice_refused') || (name === 'Bind' && bound.includes(failed))
    return payload.includes('sluice_refused') ? failed : (replies[name] ?? answers[name])?.()
  }
}

const start = async (durable = true): Promise<void> => {
  journal = new HeldJournal()
  if (durable) journal.release(Number.POSITIVE_INFINITY)
  policy = allowAll
  bound = encodeBindComplete()
  replies = {}
  const made = new Map(
    [allowAll, noCalls, masked, limited].map((text) => [
      text,
      shop.governed({ policy: text, audit: journal }),
    ]),
  )
  const governance = shop.governed({ audit: journal })
  session = await shop.carried(
    { ...governance, policy: () => (made.get(policy) ?? governance).policy() },
    database(),
  )
}

const parse = (sql: string, name = ''): Buffer => encodeParse({ name, sql, parameterTypes: [] })
const bind = (portal = '', statement = ''): Buffer =>
  encodeBind({ portal, statement, parameterFormats: [], values: [], resultFormats: [] })
const execute = (portal = ''): Buffer => encodeExecute({ portal, maxRows: 0 })
const sync = encodeSync()
const LIMITED = [parse('SELECT id FROM orders'), bind(), execute()]

/** Until the test says so there is no answer to Execute. */
const startLimited = async (): Promise<void> => {
  await start()
  policy = limited
  replies = { Execute: () => Buffer.alloc(0) }
}

/** Says it, and waits for the answer to its Sync. */
const exchange = async (...messages: Buffer[]): Promise<void> => {
  const readies = session.client.names.filter((name) => name === 'ReadyForQuery').length + 1
  session.client.say(...messages, sync)
  await session.client.until((names) => names.filter((name) => name === 'ReadyForQuery').length === readies)
}

/** Lets everything that could happen without the disk happen. */
const quiet = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
}

const records = (): string[] =>
  journal.entries.flatMap((entry) => {
    if (entry.type === 'statement.opened') return [`opened ${entry.verb} ${entry.decision}`]
    return entry.type === 'statement.closed' ? [[entry.outcome, entry.code].filter(Boolean).join(' ')] : []
  })

const shown = (): string[] =>
  session.client.heard
    .filter(({ name }) => name === 'DataRow')
    .map(({ payload }) => payload.toString('latin1'))

describe('INVARIANT (record-before-effect): what may act as it is planned', () => {
  test.each([ACTS, WRITE])(
    '%s is bound once its record is on disk, which is that of its Execute too',
    async (sql) => {
      await start(false)
      session.client.say(parse(sql), bind(), execute(), sync)
      await happened(() => journal.awaited)
      await quiet()
      expect(session.database.names).toEqual(['Parse'])
      journal.release()
      await session.client.until((names) => names.includes('ReadyForQuery'))
      expect(session.database.names.filter((name) => name !== 'Flush')).toEqual([
        'Parse',
        'Bind',
        'Execute',
        'Sync',
      ])
      expect(records()).toEqual([expect.stringMatching(/^opened \w+ allow/), 'completed'])
    },
  )

  test('is refused at Bind where policy changed since Parse', async () => {
    await start()
    await exchange(parse(ACTS, 's'))
    policy = noCalls
    await exchange(bind('', 's'))
    expect(session.client.error).toBe('42501')
    expect(session.database.names).not.toContain('Bind')
    expect(records()).toEqual(['opened select deny', 'refused 42501'])
  })

  test('is refused at Execute where policy changed since Bind, with a record of its own', async () => {
    await start()
    session.client.say(parse(ACTS), bind(), encodeClose({ target: 'portal', name: 'other' }))
    await session.client.until((names) => names.includes('CloseComplete'))
    policy = noCalls
    await exchange(execute())
    expect(session.client.error).toBe('42501')
    expect(session.database.names).not.toContain('Execute')
    expect(records()).toEqual(['opened select allow', 'completed', 'opened select deny', 'refused 42501'])
  })

  test.each([ACTS, WRITE])('%s is recorded anew by a second Execute', async (sql) => {
    await start()
    await exchange(parse(sql), bind(), execute(), execute())
    expect(records().filter((one) => one.startsWith('opened'))).toHaveLength(2)
    expect(records().filter((one) => one === 'completed')).toHaveLength(2)
  })

  test('a Bind whose record cannot be written is refused', async () => {
    await start(false)
    session.client.say(parse(ACTS), bind(), sync)
    await happened(() => journal.awaited)
    journal.fail()
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.error).toBe('58030')
    expect(session.database.names).not.toContain('Bind')
  })

  test('no word of an error or a notice in planning leaves before the record', async () => {
    await start(false)
    bound = Buffer.concat([encodeNoticeResponse({ fields }), failed])
    session.client.say(parse(READS), bind(), execute(), sync)
    await session.client.until((names) => names.includes('ParseComplete'))
    await happened(() => journal.awaited)
    await quiet()
    expect(session.client.names).toEqual(['ParseComplete'])
    journal.release()
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.names).toEqual([
      'ParseComplete',
      'NoticeResponse',
      'ErrorResponse',
      'ReadyForQuery',
    ])
    expect(records()).toEqual(['opened select allow', 'failed 22P02'])
  })

  test.each([
    ['a Sync', []],
    ['Close', [encodeClose({ target: 'portal', name: '' }), parse('SELECT 1', 'plain'), bind('b', 'plain')]],
    ['another Bind', [parse('SELECT 1', 'plain'), bind('', 'plain')]],
  ])('never executed, its record is closed by %s', async (_by, messages) => {
    await start()
    await exchange(parse(ACTS), bind(), ...messages)
    expect(records()).toEqual(['opened select allow', 'completed'])
  })

  test('what runs no code of its own and is never executed was passed over', async () => {
    await start()
    await exchange(parse(WRITE), bind())
    expect(records()).toEqual(['opened update allow', 'skipped'])
  })

  test('the end of the session closes it as lost', async () => {
    await start()
    session.client.say(parse(ACTS), bind(), encodeClose({ target: 'portal', name: 'other' }))
    await session.client.until((names) => names.includes('CloseComplete'))
    session.database.stream.destroy()
    await session.live.ended
    expect(records()).toEqual(['opened select allow', 'lost'])
  })

  test('waits behind a limited result, as its Execute would', async () => {
    await startLimited()
    session.client.say(...LIMITED, parse(ACTS, 's'), bind('p', 's'))
    await session.database.until((names) => names.includes('Execute'))
    await quiet()
    expect(session.database.names.filter((name) => name === 'Bind')).toHaveLength(1)
    session.database.say(encodeCommandComplete({ tag: 'SELECT 0' }))
    await session.database.until((names) => names.filter((name) => name === 'Bind').length === 2)
  })

  test('is committed only once a limited result behind it is answered', async () => {
    await startLimited()
    session.client.say(parse(WRITE, 's'), bind('p', 's'), ...LIMITED, sync)
    await session.database.until((names) => names.includes('Execute'))
    await quiet()
    expect(session.database.names).not.toContain('Sync')
    session.database.say(encodeCommandComplete({ tag: 'SELECT 0' }))
    await session.database.until((names) => names.includes('Sync'))
  })
})

test('a plain read is bound without a record, and has one of its Execute', async () => {
  await start(false)
  await exchange(parse('SELECT id, lower(note) FROM orders', 's'), bind('', 's'))
  expect(records()).toEqual([])
  session.client.say(bind('', 's'), execute(), sync)
  await happened(() => journal.awaited)
  journal.release()
  await session.client.until((names) => names.filter((name) => name === 'ReadyForQuery').length === 2)
  expect(records()).toEqual(['opened select allow', 'completed'])
})

test('INVARIANT (no-unproven-column): code that runs in planning may prepare another statement under a name', async () => {
  await start()
  const id = shop.catalog.relation('public', 'customers')?.id ?? 0
  const columns = encodeRowDescription({ fields: [described('id', id, 1)] })
  replies = {
    Describe: () => columns,
    Execute: () => Buffer.concat([row('ann@shop.example'), encodeCommandComplete({ tag: 'SELECT 1' })]),
  }
  policy = masked
  await exchange(parse('SELECT id FROM customers', 's'))
  await exchange(bind('', 's'), execute())
  expect(shown()).toEqual([expect.stringContaining('ann')])
  policy = allowAll
  await exchange(parse(ACTS), bind())
  policy = masked
  await exchange(bind('', 's'), execute())
  expect(shown()).toEqual([expect.stringContaining('ann'), expect.not.stringContaining('ann')])
})

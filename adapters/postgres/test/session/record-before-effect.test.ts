import { describe, expect, test } from '@jest/globals'
import type { Reach } from '@sluice/gateway/ports/audit-sink'
import { HeldJournal } from '@sluice/testkit/governed'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { Carried, carried } from './carried.ts'
import { described, happened, result } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()
let journal: HeldJournal
let session: Carried

const start = async (answer?: Parameters<typeof carried>[1], readsWaitFor: Reach = 'disk'): Promise<void> => {
  journal = new HeldJournal()
  session = await shop.carried(shop.governed({ audit: journal, readsWaitFor }), answer)
}

/** Lets everything that could happen without the disk happen. */
const settle = async (ready: () => boolean): Promise<void> => {
  await happened(ready)
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
}

const done = Buffer.concat([encodeCommandComplete({ tag: 'UPDATE 1' }), encodeReadyForQuery({ status: 'I' })])
const failed = encodeErrorResponse({
  fields: new Map([
    ['S', 'ERROR'],
    ['C', '23505'],
    ['M', 'taken'],
  ]),
})
const replies: Readonly<Record<string, Buffer>> = { Parse: encodeParseComplete(), Bind: encodeBindComplete() }
const WRITE = "UPDATE orders SET note = 'x' WHERE id = 1"
const extended = (sql: string): Buffer =>
  Buffer.concat([
    encodeParse({ name: '', sql, parameterTypes: [] }),
    encodeBind({ portal: '', statement: '', parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: '', maxRows: 0 }),
    encodeSync(),
  ])
const outcomes = (): (string | undefined)[] =>
  journal.entries
    .map((entry) => (entry.type === 'statement.closed' ? entry.outcome : undefined))
    .filter(Boolean)

describe('INVARIANT (record-before-effect)', () => {
  test('a write reaches the database only once its record is on disk', async () => {
    await start(({ name }) => (name === 'Query' ? done : undefined))
    session.client.say(encodeQuery({ sql: WRITE }))
    await settle(() => journal.awaited)
    expect(session.database.names).toEqual([])
    journal.release()
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.database.names).toEqual(['Query'])
  })

  test('an Execute that writes, likewise', async () => {
    await start()
    session.client.say(extended(WRITE))
    await settle(() => journal.awaited)
    expect(session.database.names).not.toContain('Execute')
    journal.release()
    await session.database.until((names) => names.includes('Sync'))
    expect(session.database.names).toContain('Execute')
  })

  test('a text of several statements waits for the record of each', async () => {
    await start()
    session.client.say(encodeQuery({ sql: `${WRITE}; SELECT 1; ${WRITE}` }))
    await settle(() => journal.awaited)
    const last = journal.entries.length
    expect(last).toBe(3)
    journal.release(last - 1)
    await settle(() => true)
    expect(session.database.names).toEqual([])
    journal.release()
    await session.database.until((names) => names.includes('Query'))
  })

  test('a read may reach it before, but no byte of its result the client', async () => {
    const secret = result([described('n')], [['the result']])
    await start(({ name }) => (name === 'Query' ? secret : undefined))
    session.client.say(encodeQuery({ sql: "SELECT 'the result' AS n" }))
    await settle(() => journal.awaited)
    expect(session.database.names).toEqual(['Query'])
    journal.write()
    await settle(() => true)
    expect(session.client.heard).toEqual([])
    journal.release()
    const names = await session.client.until((heard) => heard.includes('ReadyForQuery'))
    expect(names).toEqual(['RowDescription', 'DataRow', 'CommandComplete', 'ReadyForQuery'])
  })

  describe('where the file will do for reads', () => {
    test('no byte of a result leaves before the record is in the file, and then it does', async () => {
      const secret = result([described('n')], [['the result']])
      await start(({ name }) => (name === 'Query' ? secret : undefined), 'file')
      session.client.say(encodeQuery({ sql: "SELECT 'the result' AS n" }))
      await settle(() => journal.awaited)
      expect(session.client.heard).toEqual([])
      journal.write()
      const names = await session.client.until((heard) => heard.includes('ReadyForQuery'))
      expect(names).toContain('DataRow')
    })

    test.each([WRITE, 'SELECT 1; DELETE FROM orders', "SELECT nextval('orders_id_seq')"])(
      '%s waits for the disk',
      async (sql) => {
        await start(undefined, 'file')
        session.client.say(encodeQuery({ sql }))
        await settle(() => journal.awaited)
        journal.write()
        await settle(() => true)
        expect(session.database.names).toEqual([])
        journal.release()
        await session.database.until((names) => names.includes('Query'))
      },
    )
  })

  test('a write whose record cannot be written is refused with 58030, and the session goes on', async () => {
    await start()
    session.client.say(encodeQuery({ sql: WRITE }))
    await settle(() => journal.awaited)
    journal.fail()
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.error).toBe('58030')
    expect(session.database.names).toEqual([])
    session.client.say(encodeQuery({ sql: WRITE }))
    await session.client.until((names) => names.filter((name) => name === 'ReadyForQuery').length === 2)
    expect(session.database.names).toEqual([])
  })

  test('a read whose record cannot be written ends the session with 58030, and nothing of its result leaves', async () => {
    await start(({ name }) => (name === 'Query' ? result([described('n')], [['1']]) : undefined))
    session.client.say(encodeQuery({ sql: 'SELECT 1 AS n' }))
    await settle(() => journal.awaited)
    journal.fail()
    await session.client.until(() => false)
    expect(session.client.names).toEqual(['ErrorResponse'])
    expect(session.client.error).toBe('58030')
  })

  test.each([1, 2])(
    'of a text with %d records refused by a full journal nothing is sent',
    async (refused) => {
      await start(({ name }) => (name === 'Query' ? result([described('n')], [['secret']]) : undefined))
      journal.refuses = refused
      session.client.say(encodeQuery({ sql: "SELECT 'secret' AS n; SELECT 1; SELECT 2" }))
      await settle(() => session.client.heard.length > 0 || session.database.names.length > 0)
      journal.release()
      await session.client.until((names) => names.includes('ReadyForQuery'))
      expect(session.client.names).toEqual(['ErrorResponse', 'ReadyForQuery'])
      expect(session.client.error).toBe('58030')
      expect(session.database.names).toEqual([])
    },
  )

  test('nor is an Execute whose record was refused', async () => {
    await start(({ name, payload }) => {
      if (name === 'Sync') return encodeReadyForQuery({ status: 'I' })
      return payload.includes('refused by sluice') ? failed : replies[name]
    })
    journal.refuses = 1
    session.client.say(extended("SELECT 'secret' AS n"))
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.error).toBe('58030')
    expect(session.database.names).not.toContain('Execute')
  })

  test('a write is not sent when the session is told to end while it waits, and its record says so', async () => {
    await start()
    session.client.say(encodeQuery({ sql: WRITE }))
    await settle(() => journal.awaited)
    session.live.stop({ code: '57P01', message: 'bye', hint: 'bye' })
    await session.live.ended
    journal.release()
    await settle(() => outcomes().length > 0)
    expect(outcomes()).toEqual(['skipped'])
    expect(session.database.names).not.toContain('Query')
  })

  test('a record that is open when the session ends is closed as lost', async () => {
    await start()
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(encodeQuery({ sql: WRITE }))
    await session.database.until((names) => names.includes('Query'))
    session.database.stream.destroy()
    await session.live.ended
    expect(outcomes()).toEqual(['lost'])
  })

  test('an Execute that waits while the one before it fails is not sent, and the session goes on', async () => {
    let running = false
    await start(({ name }) => {
      running ||= name === 'Execute'
      if (name === 'Sync') return encodeReadyForQuery({ status: 'I' })
      return running ? undefined : replies[name]
    })
    session.client.say(extended(WRITE).subarray(0, -5))
    await settle(() => journal.awaited)
    journal.release()
    await session.database.until((names) => names.includes('Execute'))
    session.client.say(extended(WRITE))
    await settle(() => journal.awaited)
    session.database.say(failed)
    await session.client.until((names) => names.includes('ErrorResponse'))
    journal.release()
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.database.names.filter((name) => name === 'Execute')).toHaveLength(1)
    await settle(() => outcomes().length === 2)
    expect(outcomes()).toEqual(['failed', 'skipped'])
    expect(session.client.closed).toBe(false)
  })
})

/** What the record has of each statement that was begun, in order. */
const recorded = (): string[] =>
  journal.entries.flatMap((entry) => {
    if (entry.type !== 'statement.opened') return []
    const closed = journal.entries.find(
      (one) => one.type === 'statement.closed' && one.statement === entry.statement,
    )
    return closed?.type === 'statement.closed'
      ? [`${entry.verb} ${closed.outcome} ${closed.code ?? ''}`.trim()]
      : [`${entry.verb} open`]
  })

/** A database that completes so many statements, and answers what comes then so. */
const completing = (
  tags: readonly string[],
  then: () => Buffer | undefined,
): Parameters<typeof carried>[1] => {
  const left = [...tags]
  return ({ name }) => {
    if (name === 'Execute') {
      const tag = left.shift()
      return tag === undefined ? then() : encodeCommandComplete({ tag })
    }
    return name === 'Sync' ? then() : replies[name]
  }
}

const begun = async (
  answer: Parameters<typeof carried>[1],
  ...messages: readonly Buffer[]
): Promise<void> => {
  await start(answer)
  journal.release(Number.POSITIVE_INFINITY)
  session.client.say(...messages)
}

const over = (): boolean => session.client.closed

describe('what was completed and is taken back stands in a record as of a COMMIT', () => {
  const READY = encodeReadyForQuery({ status: 'I' })
  const bare = extended(WRITE).subarray(0, -5)
  test('that fails, where one behind it in its pipeline does', async () => {
    let errors = 0
    const answer = completing(['UPDATE 1'], () => {
      errors += 1
      return errors === 1 ? failed : READY
    })
    await begun(answer, bare, extended(WRITE))
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(recorded()).toEqual(['update completed', 'update failed 23505', 'commit failed 23505'])
  })

  test('that fails, where one behind it in its text does', async () => {
    const answer = Buffer.concat([encodeCommandComplete({ tag: 'UPDATE 1' }), failed, READY])
    await begun(
      ({ name }) => (name === 'Query' ? answer : undefined),
      encodeQuery({ sql: `${WRITE}; ${WRITE}` }),
    )
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(recorded()).toEqual(['update completed', 'update failed 23505', 'commit failed 23505'])
  })

  test('that is lost, where its Sync is never answered', async () => {
    await begun(
      completing(['UPDATE 1'], () => undefined),
      extended(WRITE),
    )
    await session.database.until((names) => names.includes('Sync'))
    await session.client.until((names) => names.includes('CommandComplete'))
    session.database.stream.end()
    await settle(over)
    expect(recorded()).toEqual(['update completed', 'commit lost 08006'])
  })

  test('that was skipped, where the client leaves without one', async () => {
    await begun(
      completing(['UPDATE 1'], () => undefined),
      bare,
    )
    await session.client.until((names) => names.includes('CommandComplete'))
    session.client.stream.end()
    await settle(() => recorded().length === 2)
    expect(recorded()).toEqual(['update completed', 'commit skipped'])
  })

  test.each([
    ['read', 'Parse'],
    ['planned', 'Bind'],
  ])('what fails as it is %s has failed, and what stands behind it was skipped', async (_, failing) => {
    let left = 2
    await begun(
      ({ name }) => {
        if (name === failing) left -= 1
        if (name === failing && left === 0) return failed
        if (name === 'Execute') return encodeCommandComplete({ tag: 'UPDATE 1' })
        return name === 'Sync' ? READY : replies[name]
      },
      extended(WRITE),
      bare,
      extended(WRITE),
    )
    await session.client.until((names) => names.filter((name) => name === 'ReadyForQuery').length === 2)
    expect(recorded()).toEqual(['update completed', 'update failed 23505', 'update skipped 23505'])
  })

  test.each([
    ['COMMIT', 'commit failed 25P02'],
    ["PREPARE TRANSACTION 'x'", 'prepare transaction failed 25P02'],
  ])('%s in a failed transaction, which takes it back', async (sql, expected) => {
    const answers = [
      Buffer.concat([encodeCommandComplete({ tag: 'BEGIN' }), encodeReadyForQuery({ status: 'T' })]),
      Buffer.concat([failed, encodeReadyForQuery({ status: 'E' })]),
      Buffer.concat([encodeCommandComplete({ tag: 'ROLLBACK' }), READY]),
    ]
    await begun(({ name }) => (name === 'Query' ? answers.shift() : undefined))
    for (const [i, text] of ['BEGIN', WRITE, sql].entries()) {
      session.client.say(encodeQuery({ sql: text }))
      await session.client.until((names) => names.filter((name) => name === 'ReadyForQuery').length > i)
    }
    expect(recorded()).toEqual(['begin completed', 'update failed 23505', expected])
  })

  test.each([
    ['in a block', ['BEGIN', 'UPDATE 1'], ['BEGIN', WRITE], ['begin completed', 'update completed']],
    ['that only reads', ['SELECT 1'], ['SELECT 1'], ['select completed']],
    ['that commits itself', ['VACUUM'], ['VACUUM orders'], ['vacuum completed']],
  ])('but for what is completed %s', async (_, tags, texts, expected) => {
    await begun(
      completing(tags, () => undefined),
      ...texts.map((sql) => extended(sql).subarray(0, -5)),
    )
    await session.client.until(
      (names) => names.filter((name) => name === 'CommandComplete').length === tags.length,
    )
    session.client.stream.end()
    await settle(over)
    expect(recorded()).toEqual(expected)
  })
})

test('what a Sync takes back, as of a check that was put off until then, stands in a record as of a COMMIT', async () => {
  await start(({ name }) => {
    if (name === 'Execute') return encodeCommandComplete({ tag: 'UPDATE 1' })
    return name === 'Sync' ? Buffer.concat([failed, encodeReadyForQuery({ status: 'I' })]) : replies[name]
  })
  journal.release(Number.POSITIVE_INFINITY)
  session.client.say(extended(WRITE))
  await session.client.until((names) => names.includes('ReadyForQuery'))
  const opened = journal.entries.filter((entry) => entry.type === 'statement.opened')
  const closed = journal.entries.filter((entry) => entry.type === 'statement.closed')
  expect(opened.map(({ canonical, decision }) => [canonical, decision])).toEqual([
    ["update orders set note = '?' where id = 1", 'allow'],
    ['commit', 'allow'],
  ])
  expect(closed.map(({ outcome, code }) => [outcome, code])).toEqual([
    ['completed', undefined],
    ['failed', '23505'],
  ])
})

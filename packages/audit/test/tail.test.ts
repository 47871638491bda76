import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { CHAPTER_BYTES, MAGIC_OFFSET, writeWide } from '@sluice/audit/block'
import { JournalReader, readEntries } from '@sluice/audit/read'
import type { TailOptions } from '@sluice/audit/tail'
import { tailJournal } from '@sluice/audit/tail'
import type { JournalEntry } from '@sluice/core/record/record'
import { amidWriting, beforeWriting } from './amid-writing.ts'
import {
  changeBlocks,
  note,
  notes,
  rechain,
  record,
  session,
  sessionOpened,
  statementClosed,
  statementOpened,
  withJournal,
  withPath,
} from './journals.ts'

const lines = (entries: readonly JournalEntry[], options?: TailOptions): Promise<string[]> =>
  withPath(async (path) => {
    await withJournal({ path }, (journal) => record(journal, entries))
    const shown: string[] = []
    for await (const line of tailJournal(path, options)) shown.push(line)
    return shown
  })

afterEach(() => void jest.restoreAllMocks())

const started = '2023-11-14T22:13:20.100Z'

describe('sluice audit tail', () => {
  const cases: readonly [string, readonly JournalEntry[], readonly string[]][] = [
    [
      'a statement',
      session('s', 1),
      [
        `${started} report-bot (on behalf of ana@example.com) orders allow select public.people rows=2 masked=email 3.3ms`,
      ],
    ],
    [
      'a refused statement',
      [
        statementOpened('s', 1, { decision: 'deny', verb: 'drop' }),
        statementClosed('s', 1, { outcome: 'refused', code: '42501', rows: 0, masked: [], durationMs: 0.1 }),
      ],
      [`${started} report-bot orders deny drop public.people rows=0 0.1ms refused code=42501`],
    ],
    [
      'a statement that writes labelled columns',
      [
        statementOpened('s', 1, { verb: 'copy', writes: ['pii.email', 'pii.phone'] }),
        statementClosed('s', 1, { masked: [] }),
      ],
      [`${started} report-bot orders allow copy public.people writes=pii.email,pii.phone rows=2 3.3ms`],
    ],
    [
      'a statement that was not understood',
      [
        statementOpened('s', 1, { tables: [], verb: 'unknown', opaque: 'unterminated string' }),
        statementClosed('s', 1, { masked: [] }),
      ],
      [`${started} report-bot orders allow unknown opaque="unterminated string" rows=2 3.3ms`],
    ],
    [
      'a statement whose end was lost with its session',
      [
        statementOpened('s', 1),
        { type: 'session.closed', session: 's', at: 1, statements: 1, reason: 'reset' },
      ],
      [`${started} report-bot orders allow select public.people rows=0 lost`],
    ],
    [
      'a statement whose end was lost with the gateway',
      [
        statementOpened('s', 1),
        { type: 'control', at: 1_700_000_000_000, action: 'gateway.started', detail: {} },
      ],
      [
        '2023-11-14T22:13:20.000Z gateway.started',
        `${started} report-bot orders allow select public.people rows=0 lost`,
      ],
    ],
    [
      'a refused login',
      [
        {
          type: 'session.refused',
          session: 's',
          at: 1_700_000_000_000,
          clientAddress: '10.0.0.9',
          protocol: 'postgresql',
          login: 'ana',
          database: 'orders',
          code: '28P01',
          reason: 'token expired',
        },
      ],
      ['2023-11-14T22:13:20.000Z login=ana orders refused from=10.0.0.9 code=28P01 token expired'],
    ],
    ['a control event', [note(7)], ['2023-11-14T22:13:20.000Z test count=7']],
    [
      'names that would forge a line or drive the terminal',
      [
        statementOpened('s', 1, {
          tables: [{ name: 'a\n2023 ana orders\u001b[2J\u202e\u2028', access: ['read'] }],
        }),
        statementClosed('s', 1, { masked: [] }),
      ],
      [
        `${started} report-bot orders allow select "a\\u{a}2023 ana orders\\u{1b}[2J\\u{202e}\\u{2028}" rows=2 3.3ms`,
      ],
    ],
    [
      'names that would forge fields of the line',
      [
        statementOpened('s', 1, {
          principal: 'ana orders',
          tables: ['people rows=0', 'a,b', 'say "x"'].map((name) => ({ name, access: ['read'] })),
        }),
        statementClosed('s', 1, { masked: [{ name: 'x 1.0ms', transform: 'email', rule: 'pii' }] }),
      ],
      [
        `${started} "ana orders" orders allow select "people rows=0","a,b","say \\"x\\"" rows=2 masked="x 1.0ms" 3.3ms`,
      ],
    ],
  ]
  test.each(cases)('%s', async (_, entries, expected) => {
    expect(await lines(entries)).toEqual(expected)
  })

  test('keeps the principal where it starts in the middle', async () => {
    expect(
      await lines([sessionOpened('s'), statementOpened('s', 1), statementClosed('s', 1)], { last: 2 }),
    ).toEqual([expect.stringContaining('(on behalf of ana@example.com)')])
  })

  test('looks once for the opening of a session that has none', async () => {
    const looked = jest.spyOn(JournalReader.prototype, 'sessionBefore')
    const statements = [1, 2, 3].flatMap((at) => [statementOpened('s', at), statementClosed('s', at)])
    expect(await lines(statements)).toHaveLength(3)
    expect(looked).toHaveBeenCalledTimes(1)
    looked.mockRestore()
  })

  test('shows one session', async () => {
    const shown = await lines([...session('s', 2), ...session('t', 3)], { session: 't' })
    expect(shown).toHaveLength(3)
  })

  test('as JSON documents gives the entries', async () => {
    const entries = session('s', 1)
    const documents = (await lines(entries, { jsonl: true })).map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    )
    expect(documents).toMatchObject(entries)
    expect(documents.map(({ position }) => position)).toEqual([1, 2, 3, 4])
    for (const { hash } of documents) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('follows the journal until it is told to stop', () =>
    withPath((path) =>
      withJournal({ path }, async (journal) => {
        const stop = new AbortController()
        const shown: string[] = []
        await record(journal, session('s', 1))
        for await (const line of tailJournal(path, { follow: true, pollEveryMs: 2, signal: stop.signal })) {
          shown.push(line)
          if (shown.length === 3) stop.abort()
          else await record(journal, session(`s${shown.length}`, 1))
        }
        expect(shown).toHaveLength(3)
      }),
    ))
})

test('a block that its writer finished between two looks at it is read whole, though others follow by then', () =>
  withPath(async (path) => {
    await withJournal({ path }, async (journal) => {
      for (const entry of notes(3)) await journal.durable(journal.append(entry))
    })
    amidWriting(2, 1)
    expect([...readEntries(path)].map(({ entry }) => entry)).toEqual(notes(3))
  }))

test('the last block of a chapter is not passed over, though the next chapter has begun when it is looked for again', () =>
  withPath(async (path) => {
    const long = { ...note(1), action: 'x'.repeat(CHAPTER_BYTES / 3) } as JournalEntry
    await withJournal({ path }, async (journal) => {
      for (let count = 0; count < 4; count += 1) await journal.durable(journal.append(long))
    })
    beforeWriting(2, 1)
    expect([...readEntries(path)].map(({ position }) => position)).toEqual([1, 2, 3, 4])
  }))

const noPosition = (blocks: readonly Buffer[]): void => {
  writeWide(blocks[1] as Buffer, 2 ** 58, MAGIC_OFFSET + 12)
}

describe('INVARIANT (hostile-both-sides): what no writer makes is told with its position', () => {
  const masked = '{"name":"email","transform":"email","rule":"pii"}'
  const noColumn = (blocks: readonly Buffer[]) => {
    for (const block of blocks)
      if (block.includes(masked)) block.write('null'.padEnd(masked.length), block.indexOf(masked))
  }

  test.each<[string, (blocks: readonly Buffer[]) => void, TailOptions, number]>([
    ['a position that cannot be counted on from', noPosition, {}, 2 ** 58],
    ['such a position, as JSON documents', noPosition, { jsonl: true }, 2 ** 58],
    ['an entry of other types', noColumn, {}, 3],
  ])('%s', (_, change, options, position) =>
    withPath(async (path) => {
      await withJournal({ path }, async (journal) => {
        for (const entry of session('s', 1)) await journal.durable(journal.append(entry))
      })
      changeBlocks(path, (blocks) => {
        change(blocks)
        rechain(blocks)
        return blocks
      })
      const reading = async (): Promise<void> => {
        let count = 0
        for await (const _line of tailJournal(path, options)) if ((count += 1) > 100) return
      }
      const message = expect.stringContaining(`at position ${position}`)
      await expect(reading()).rejects.toMatchObject({ problem: 'damaged', message })
    }),
  )
})

test('a journal longer than one query is read whole, and in ranges', () =>
  withPath(async (path) => {
    await withJournal({ path }, (journal) => record(journal, notes(1_203)))
    const positions = (options = {}) => [...readEntries(path, options)].map(({ position }) => position)
    expect(positions()).toHaveLength(1_203)
    expect(positions({ from: 600, to: 602 })).toEqual([600, 601, 602])
    expect(positions({ from: 1_204 })).toEqual([])
  }))

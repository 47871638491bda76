import { Buffer } from 'node:buffer'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { Batch } from '@sluice/audit/batch'
import { CHAPTER_BYTES, readBlock } from '@sluice/audit/block'
import { EntryDecoder } from '@sluice/audit/decoder'
import { DEFAULT_JOURNAL_LIMITS } from '@sluice/audit/limits'
import { type JournalObserver, JournalQueue, NEVER_DURABLE } from '@sluice/audit/queue'
import type { JournalTransport } from '@sluice/audit/transport'
import { closingOf, openingOf } from '@sluice/core/record/statement'
import { note, notes, statementClosed, statementOpened } from './journals.ts'

// Alarms ring when the test says so: a busy machine must not be slower than they are.
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] })
})
afterEach(() => {
  jest.useRealTimers()
})

const afterAWhile = () => jest.advanceTimersByTime(10)

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Start = {
  readonly position?: number
  readonly offset?: number
  readonly observer?: JournalObserver
  /** What is written is on disk at once. */
  readonly quick?: boolean
}

/** A queue whose writer is in the test's hands. */
const held = ({ position = 0, offset = 0, observer = {}, quick = false }: Start = {}) => {
  const buffers = [0, 1, 2].map(() => Buffer.alloc(CHAPTER_BYTES))
  const written: Batch[] = []
  const entries: unknown[][] = []
  const decoder = new EntryDecoder()
  const reached = { disk: position, file: position }
  let free = true
  let woken = false
  let closings = 0
  const transport: JournalTransport = {
    buffers,
    // Read at once: the buffer is used again.
    write: (batch) => {
      free = quick
      if (quick) reached.disk = reached.file = batch.last
      written.push(batch)
      entries.push(decoder.entries(readBlock(batch.writer.bytes, 0)).map(({ entry }) => entry))
    },
    reached: (reach) => reached[reach],
    isFree: () => free,
    tookMs: () => 1,
    isQuick: () => quick,
    wake: () => {
      woken = true
    },
    close: () => {
      closings += 1
    },
  }
  const queue = new JournalQueue({ position, offset }, DEFAULT_JOURNAL_LIMITS, transport, observer)
  /** Told only where it wanted to be. */
  const tell = () => {
    if (!woken) return
    woken = false
    queue.told()
  }
  const write = () => {
    reached.file = written.at(-1)?.last ?? position
    free = true
    tell()
  }
  const sync = () => {
    reached.disk = reached.file
    tell()
  }
  const commit = () => {
    reached.disk = written.at(-1)?.last ?? position
    write()
  }
  return { queue, written, entries, write, sync, commit, woken: () => woken, closed: () => closings }
}

/** An entry that leaves no room for a second one in its chapter. */
const large = (count: number) => ({ ...note(count), action: 'x'.repeat(CHAPTER_BYTES - 1000) }) as never

test('what is appended in one turn of the event loop becomes one block, and so does what comes while it is written', async () => {
  const { queue, written, entries, commit } = held({ position: 7, offset: 500 })
  expect(notes(3).map((entry) => queue.append(entry))).toEqual([8, 9, 10])
  await settle()
  queue.append(note(4))
  queue.append(note(5))
  await settle()
  expect(entries).toEqual([notes(3)])
  commit()
  expect(entries).toEqual([notes(3), [note(4), note(5)]])
  const [first, second] = written
  expect(first).toMatchObject({ first: 8, place: { chapter: 0, offset: 500 } })
  expect(second).toMatchObject({ first: 11, place: { chapter: 0, offset: 500 + (first?.length ?? 0) } })
})

test('a promise resolves with the block the writer reported, not earlier', async () => {
  const { queue, commit } = held()
  const first = queue.append(note(1))
  await settle()
  const second = queue.append(note(2))
  let resolved = false
  const waiting = queue.durable(second).then(() => {
    resolved = true
  })
  commit()
  await settle()
  expect([queue.isDurable(first), queue.isDurable(second), resolved]).toEqual([true, false, false])
  commit()
  await waiting
})

test('a crashed writer rejects what waits and what comes, whatever is reported afterwards', async () => {
  const { queue, commit } = held()
  const position = queue.append(note(1))
  const waiting = queue.durable(position)
  queue.fail('the thread crashed')
  queue.fail('something later')
  commit()
  await expect(waiting).rejects.toThrow('the thread crashed')
  await expect(queue.durable(position)).rejects.toThrow('the thread crashed')
  expect([queue.isDurable(position), queue.append(note(2))]).toEqual([false, NEVER_DURABLE])
  await expect(queue.durable(NEVER_DURABLE)).rejects.toThrow('the thread crashed')
  expect(queue.status()).toMatchObject({ durable: 0, refused: 1, failure: 'the thread crashed' })
})

test('a failure is told once, and the end of a journal that is closed is none', () => {
  const told: string[] = []
  const observer = { failed: (reason: string) => told.push(reason) }
  const failing = held({ observer }).queue
  failing.fail('no space left')
  failing.fail('the journal thread ended')
  const closing = held({ observer }).queue
  closing.shutDown()
  closing.ended('the journal thread ended')
  closing.fail('something later')
  expect(told).toEqual(['no space left'])
})

test('a journal that fails while it closes says so: the last of it is not on the record', async () => {
  const told: string[] = []
  const { queue } = held({ observer: { failed: (reason: string) => told.push(reason) } })
  const waiting = queue.durable(queue.append(note(1)))
  queue.shutDown()
  queue.fail('no space left')
  queue.ended('the journal thread ended')
  await expect(waiting).rejects.toThrow('the journal is closed')
  expect(told).toEqual(['no space left'])
})

test('a writer that ends though it was not told to is a failure', () => {
  const told: string[] = []
  const { queue } = held({ observer: { failed: (reason: string) => told.push(reason) } })
  queue.ended('the journal thread ended')
  expect(told).toEqual(['the journal thread ended'])
})

/** One more than may wait, all but the first in blocks behind one that the writer has. */
const tooMany = async (queue: JournalQueue, last: () => number): Promise<void> => {
  queue.append(note(0))
  await settle()
  for (let count = 1; count < DEFAULT_JOURNAL_LIMITS.maxWaitingEntries; count += 1) queue.append(note(count))
  expect(last()).toBe(NEVER_DURABLE)
}

test.each([
  ['the writer catches up', 'shutDown, commit'],
  ['the writer had caught up with the file alone', 'write, shutDown'],
])('a journal that is closed before %s says what it refused', async (_, order) => {
  const { queue, entries, write, commit, closed } = held()
  await tooMany(queue, () => queue.close(closing(1)))
  if (order.startsWith('write')) write()
  queue.shutDown()
  for (let turn = 0; turn < 5; turn += 1) {
    if (order.startsWith('write')) write()
    else commit()
    await settle()
  }
  expect(entries.flat().slice(DEFAULT_JOURNAL_LIMITS.maxWaitingEntries)).toMatchObject([
    { action: 'journal.entries-refused', detail: { count: 1 } },
  ])
  expect(closed()).toBe(1)
  expect(queue.append(note(1))).toBe(NEVER_DURABLE)
})

test('what the gateway itself did is recorded late rather than never', async () => {
  const { queue, entries, commit } = held()
  await tooMany(queue, () => queue.append({ ...note(1), action: 'policy.loaded' } as never))
  expect(queue.close(closing(1))).toBe(NEVER_DURABLE)
  for (let turn = 0; turn < 5; turn += 1) {
    commit()
    afterAWhile()
    await settle()
  }
  expect(entries.flat().slice(DEFAULT_JOURNAL_LIMITS.maxWaitingEntries)).toMatchObject([
    { action: 'policy.loaded' },
    { action: 'journal.entries-refused', detail: { count: 1 } },
  ])
})

test('an entry that cannot be serialised is refused, and no other', () => {
  const { queue } = held()
  const cyclic = { type: 'control', at: 0, action: 'x', detail: {} as Record<string, unknown> } as const
  cyclic.detail['self'] = cyclic
  expect(queue.append(cyclic as never)).toBe(NEVER_DURABLE)
  expect(queue.append(note(1))).toBe(1)
})

test('an entry that no chapter can hold is refused, and no other', async () => {
  const { queue, entries } = held()
  expect(queue.append({ ...note(1), action: 'x'.repeat(CHAPTER_BYTES) } as never)).toBe(NEVER_DURABLE)
  expect(queue.append(note(2))).toBe(1)
  await settle()
  expect(entries).toEqual([[note(2)]])
})

test('an entry that does not fit into the chapter begins the next, and more than the buffers hold is refused', async () => {
  const { queue, written, commit } = held()
  expect([large(1), large(2), large(3), large(4)].map((entry) => queue.append(entry))).toEqual([
    1,
    2,
    3,
    NEVER_DURABLE,
  ])
  await settle()
  commit()
  commit()
  expect(written.map(({ place }) => place)).toEqual([
    { chapter: 0, offset: 0 },
    { chapter: 1, offset: 0 },
    { chapter: 2, offset: 0 },
  ])
})

const opening = (statement: number) => openingOf(statementOpened('s', statement))
const closing = (statement: number) => closingOf(statementClosed('s', statement))

test('nobody waits for the close of a statement: it goes with the next opening, or after a while', async () => {
  const { queue, written, entries, commit } = held()
  queue.open(opening(1))
  await settle()
  commit()
  queue.close(closing(1))
  await settle()
  expect(written).toHaveLength(1)
  queue.open(opening(2))
  await settle()
  expect(entries).toEqual([[statementOpened('s', 1)], [statementClosed('s', 1), statementOpened('s', 2)]])
  commit()
  queue.close(closing(2))
  expect(written).toHaveLength(2)
  afterAWhile()
  expect(written).toHaveLength(3)
  expect(entries[2]).toEqual([statementClosed('s', 2)])
})

test('behind a block that many waited for, one is written when as many wait again, or after a while', async () => {
  const { queue, written, commit } = held()
  for (let statement = 1; statement <= 6; statement += 1) queue.open(opening(statement))
  await settle()
  queue.open(opening(7))
  commit()
  await settle()
  expect(written).toHaveLength(1)
  for (let statement = 8; statement <= 12; statement += 1) queue.open(opening(statement))
  await settle()
  expect(written[1]).toMatchObject({ first: 7, count: 6 })
  commit()
  const last = queue.open(opening(13))
  expect(written).toHaveLength(2)
  afterAWhile()
  expect(written).toHaveLength(3)
  commit()
  await queue.durable(last)
})

test('whoever waits for a close is not left waiting', async () => {
  const { queue, written, commit } = held()
  const position = queue.close(closing(1))
  const durable = queue.durable(position)
  expect(written).toHaveLength(0)
  afterAWhile()
  expect(written).toHaveLength(1)
  commit()
  await durable
})

test('a block has to be on disk at once only where something in it has to be', async () => {
  const { queue, written, commit } = held()
  queue.open(opening(1), 'file')
  queue.close(closing(1))
  await settle()
  commit()
  expect(queue.isDurable(2)).toBe(true)
  queue.open(opening(2), 'file')
  queue.open(opening(3))
  await settle()
  commit()
  expect(queue.isDurable(4)).toBe(true)
  queue.append(note(1))
  await settle()
  expect(written.map(({ reach }) => reach)).toEqual(['file', 'disk', 'disk'])
})

test('who waits for the file goes on before the disk has it, and who waits for the disk does not', async () => {
  const { queue, write, sync } = held()
  const position = queue.open(opening(1), 'file')
  let onDisk = false
  const durable = queue.durable(position).then(() => {
    onDisk = true
  })
  const inFile = queue.written(position)
  await settle()
  write()
  await inFile
  await settle()
  expect([queue.isWritten(position), queue.isDurable(position), onDisk]).toEqual([true, false, false])
  sync()
  await durable
})

test('a failure behind the file rejects who waits for the disk', async () => {
  const { queue, write } = held()
  const position = queue.open(opening(1), 'file')
  const durable = queue.durable(position)
  await settle()
  write()
  queue.fail('the disk broke')
  await expect(durable).rejects.toThrow('the disk broke')
})

test('the writer is asked to tell only where somebody waits, and what it did is seen by asking', async () => {
  const { queue, written, write, woken } = held()
  const first = queue.open(opening(1), 'file')
  await settle()
  write()
  expect([woken(), queue.isWritten(first)]).toEqual([false, true])
  const second = queue.open(opening(2), 'file')
  await settle()
  expect(woken()).toBe(false)
  queue.open(opening(3), 'file')
  expect(woken()).toBe(true)
  write()
  expect(written).toHaveLength(3)
  expect(queue.isWritten(second)).toBe(true)
})

test('where few statements run, what waits for the file is written at the end of the turn', async () => {
  const { queue, written } = held()
  queue.open(opening(1), 'file')
  expect(written).toHaveLength(0)
  await settle()
  expect(written).toHaveLength(1)
})

test('where many statements run, the first result that wants to leave has the records of all written', async () => {
  const { queue, written, write } = held()
  for (let statement = 1; statement <= 3; statement += 1) {
    queue.open(opening(statement), 'file')
    await settle()
    write()
  }
  const waiting = [4, 5].map((statement) => queue.open(opening(statement), 'file'))
  await settle()
  expect(written).toHaveLength(3)
  expect(queue.isWritten(waiting[0] ?? 0)).toBe(false)
  expect(written.map(({ count }) => count)).toEqual([1, 1, 1, 2])
  write()
  expect(waiting.map((position) => queue.isWritten(position))).toEqual([true, true])
})

test('where many statements run and no result comes, what waits for the file is written after a while', async () => {
  const { queue, written } = held()
  for (let statement = 1; statement <= 6; statement += 1) queue.open(opening(statement), 'file')
  await settle()
  expect(written).toHaveLength(0)
  afterAWhile()
  expect(written).toHaveLength(1)
  expect(written[0]?.count).toBe(6)
})

test('where the disk is quick and few statements run, their records are brought there at the end of the turn', async () => {
  const { queue, written } = held({ quick: true })
  const position = queue.open(opening(1))
  expect(written).toHaveLength(0)
  await settle()
  expect([written.length, queue.isDurable(position)]).toEqual([1, true])
})

test('where the disk is quick and many statements run, the first result that wants to leave brings the records of all there', async () => {
  const { queue, written } = held({ quick: true })
  const waiting = [1, 2, 3, 4, 5].map((statement) => queue.open(opening(statement)))
  await settle()
  expect(written).toHaveLength(0)
  expect(waiting.map((position) => queue.isDurable(position))).toEqual([true, true, true, true, true])
  expect(written.map(({ count }) => count)).toEqual([5])
})

test('where the disk is quick and many statements run, a permit waits for no result of theirs', async () => {
  const { queue, written } = held({ quick: true })
  for (let statement = 1; statement <= 5; statement += 1) queue.open(opening(statement))
  const permit = queue.durable(queue.open(opening(6)))
  expect(written).toHaveLength(0)
  await permit
  expect(written.map(({ count }) => count)).toEqual([6])
})

import { Buffer } from 'node:buffer'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from '@jest/globals'
import { Batch } from '@sluice/audit/batch'
import { CHAPTER_BYTES, GENESIS, isWhole, readBlock } from '@sluice/audit/block'
import { BlockWriter } from '@sluice/audit/block-writer'
import { EntryEncoder } from '@sluice/audit/encoder'
import { DEFAULT_JOURNAL_LIMITS, type JournalLimits } from '@sluice/audit/limits'
import { CONTROL_WORDS, EndOfChain, orders, places, words } from '@sluice/audit/orders'
import { note, withPath } from './journals.ts'

const AN_HOUR_MS = 3_600_000

type Start = {
  readonly offset?: number
  readonly limits?: Partial<JournalLimits>
  /** The disk, where the writer itself waits for it. */
  readonly bringToDisk?: () => void
}

/** A writer whose worker is the test. Time passes where the test says so: a busy machine makes no disk slow. */
const held = (path: string, { offset = 0, limits = {}, bringToDisk }: Start = {}) => {
  const clock = { ms: 0 }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  const data = {
    path,
    limits: { ...DEFAULT_JOURNAL_LIMITS, syncWithinMs: AN_HOUR_MS, ...limits },
    control: new SharedArrayBuffer(CONTROL_WORDS * Int32Array.BYTES_PER_ELEMENT),
    reached: new SharedArrayBuffer(Object.keys(places).length * BigInt64Array.BYTES_PER_ELEMENT),
    end: new SharedArrayBuffer(EndOfChain.bytes),
    buffers: [new SharedArrayBuffer(CHAPTER_BYTES)],
  }
  const failures: string[] = []
  const ready = {
    type: 'ready',
    position: 0,
    offset,
    hash: GENESIS,
    discardedBytes: 0,
    unsignedEntries: 0,
    publicKey: '',
  } as const
  const fail = (cause: unknown) => failures.push((cause as Error).message)
  const writer = new BlockWriter(data, ready, fail, bringToDisk, () => clock.ms)
  const control = new Int32Array(data.control)
  const reached = new BigInt64Array(data.reached)
  const end = new EndOfChain(data.end)
  let last = 0
  let at = offset
  /** A block of so many entries behind the last one. */
  const block = (count: number, reach: 'file' | 'disk' = 'file'): Batch => {
    const place = { chapter: Math.floor(at / CHAPTER_BYTES), offset: at % CHAPTER_BYTES }
    const start = { buffer: 0, place, first: last + 1, baseUs: 0 }
    const batch = new Batch(Buffer.alloc(CHAPTER_BYTES), start, CHAPTER_BYTES)
    const encoder = new EntryEncoder()
    for (let i = 0; i < count; i += 1) encoder.entry(batch.writer, note(last + 1 + i), 0)
    batch.count = count
    batch.reach = reach
    batch.finish()
    last += count
    at += batch.length
    return batch
  }
  /** The worker carries out its order; true where it was asked to tell. */
  const carryOut = ({
    disk = end.position,
    room = Math.max(end.wanted, end.offset + 10_000),
    signed = 0,
    tookMs = 0,
  } = {}): boolean => {
    control[words.tookUs] = tookMs * 1000
    Atomics.store(reached, places.disk, BigInt(disk))
    Atomics.store(reached, places.room, BigInt(room))
    Atomics.store(reached, places.signed, BigInt(signed))
    Atomics.store(control, words.order, orders.none)
    return Atomics.exchange(control, words.wake, 0) === 1
  }
  const order = () => Atomics.load(control, words.order)
  const makeRoom = () => Atomics.store(reached, places.room, 10_000n)
  return { writer, block, carryOut, makeRoom, order, end, failures, clock }
}

test('a block is chained and in the file when `write` returns, once there is room', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, order, end } = held(path)
    const [first, second] = [block(1), block(2)]
    writer.write(first)
    expect([order(), end.wanted, writer.isFree()]).toEqual([orders.sync, first.length, false])
    expect(readFileSync(path)).toHaveLength(0)
    expect(carryOut()).toBe(true)
    writer.told()
    writer.write(second)
    expect([writer.reached('file'), writer.reached('disk'), writer.isFree()]).toEqual([3, 0, true])
    const file = readFileSync(path)
    const blocks = [readBlock(file, 0), readBlock(file, first.length)]
    expect(blocks.map(isWhole)).toEqual([true, true])
    expect(blocks.map(({ previous }) => previous)).toEqual([GENESIS, blocks[0]?.hash])
    writer.release()
  }))

test('a block that waited for room, however often it was looked for, has the disk ordered no second time', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, order } = held(path)
    writer.write(block(1))
    expect(writer.isFree()).toBe(false)
    writer.reached('disk')
    carryOut()
    writer.told()
    expect([order(), writer.reached('file'), writer.reached('disk')]).toEqual([orders.none, 1, 0])
    writer.release()
  }))

test('INVARIANT (record-before-effect): what the worker did not bring to disk is not durable', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, order } = held(path)
    writer.write(block(1, 'disk'))
    carryOut()
    writer.told()
    expect([order(), writer.reached('file'), writer.reached('disk')]).toEqual([orders.sync, 1, 0])
    // It failed: it says so in a message, and has come no further.
    carryOut({ disk: 0 })
    writer.told()
    expect(writer.reached('disk')).toBe(0)
    writer.release()
  }))

test('where the disk may not lag, the worker is given each block, chained, to write and bring to disk', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, order, end } = held(path, { limits: { syncWithinMs: 0 } })
    const first = block(1)
    writer.write(first)
    carryOut()
    writer.told()
    expect([order(), end.position, end.offset, end.length]).toEqual([
      orders.sync,
      1,
      first.length,
      first.length,
    ])
    expect(isWhole(readBlock(first.writer.bytes, 0))).toBe(true)
    expect([writer.reached('file'), writer.reached('disk'), writer.isFree()]).toEqual([0, 0, false])
    carryOut()
    expect([writer.reached('file'), writer.reached('disk'), writer.isFree()]).toEqual([1, 1, true])
    // It failed: it says so in a message, and has come no further.
    writer.write(block(1))
    carryOut({ disk: 1 })
    expect([writer.reached('file'), writer.reached('disk')]).toEqual([1, 1])
    writer.release()
  }))

test('a block is not handed over while an order stands: the worker would take it for done', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, makeRoom, end } = held(path, { limits: { syncWithinMs: 0 } })
    const first = block(1)
    writer.write(first)
    makeRoom()
    writer.told()
    expect(end.length).toBe(0)
    carryOut()
    writer.told()
    expect(end.length).toBe(first.length)
    writer.release()
  }))

test('a worker that can do no more is asked for nothing: it would tell, and be asked again, without end', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, order } = held(path)
    writer.write(block(1))
    expect(order()).toBe(orders.sync)
    writer.abandon()
    // It failed, makes no room and says only that it has nothing more to do.
    carryOut({ disk: 0, room: 0 })
    writer.told()
    expect([order(), writer.reached('file')]).toEqual([orders.none, 0])
    writer.close()
    expect(order()).toBe(orders.close)
    writer.release()
  }))

/** A writer that may not lag, whose worker has written one block: so quick is the disk. */
const afterOne = (path: string, start: Start & { readonly tookMs?: number } = {}) => {
  const one = held(path, { ...start, limits: { syncWithinMs: 0, ...start.limits } })
  one.makeRoom()
  one.writer.write(one.block(1, 'disk'))
  one.carryOut({ tookMs: start.tookMs ?? 0 })
  return { ...one, next: (reach: 'file' | 'disk' = 'disk') => one.block(1, reach) }
}

test('INVARIANT (record-before-effect): where the disk is quick, a block is brought there before it is said to be', () =>
  withPath(async (path) => {
    const seen: unknown[] = []
    const bringToDisk = () =>
      seen.push([readFileSync(path).length, writer.reached('file'), writer.reached('disk')])
    const { writer, next, order } = afterOne(path, { bringToDisk })
    const second = next()
    writer.write(second)
    expect(seen).toEqual([[second.place.offset + second.length, 1, 1]])
    expect([writer.reached('file'), writer.reached('disk'), writer.isFree()]).toEqual([2, 2, true])
    expect(order()).toBe(orders.none)
    const file = readFileSync(path)
    expect(isWhole(readBlock(file, second.place.offset))).toBe(true)
    writer.release()
  }))

const broken = () => {
  throw new Error('EIO')
}

test('INVARIANT (record-before-effect): a disk that does not take it ends the writing', () =>
  withPath(async (path) => {
    const { writer, next, failures } = afterOne(path, { bringToDisk: broken })
    writer.write(next())
    expect([writer.reached('file'), writer.reached('disk'), failures]).toEqual([1, 1, ['EIO']])
    writer.write(next())
    expect([writer.reached('disk'), failures]).toEqual([1, ['EIO']])
    writer.release()
  }))

test.each([
  ['nobody waits for the disk', { reach: 'file' as const }, {}],
  ['the disk was slow', {}, { tookMs: 0.7 }],
])('the worker waits for the disk where %s', (_where, other, start) =>
  withPath(async (path) => {
    const { writer, next, order } = afterOne(path, {
      ...start,
      bringToDisk: () => expect('the writer').toBe('asleep'),
    })
    writer.write(Object.assign(next(), other))
    expect([order(), writer.reached('disk')]).toEqual([orders.sync, 1])
    writer.release()
  }),
)

test('the worker is told in time of what it did not bring to disk, makes room for it and signs it', () =>
  withPath(async (path) => {
    const { writer, next, order, end, carryOut } = afterOne(path, { limits: { checkpointEveryEntries: 3 } })
    writer.write(next())
    expect(order()).toBe(orders.none)
    writer.write(next())
    expect([order(), end.position, end.length]).toEqual([orders.sync, 3, 0])
    // The next waits for the order: whoever comes to disk first must not be overtaken.
    const fourth = next()
    writer.write(fourth)
    expect([writer.reached('disk'), writer.isFree()]).toEqual([3, false])
    carryOut({ signed: 3 })
    expect([writer.reached('disk'), writer.isFree()]).toEqual([4, true])
    writer.release()
  }))

test('a disk that had nothing to take counts as no quicker: the next block is not waited for here', () =>
  withPath(async (path) => {
    const slow = () => {
      clock.ms += 2
    }
    const { writer, next, order, end, carryOut, clock } = afterOne(path, {
      bringToDisk: slow,
      limits: { checkpointEveryEntries: 2 },
    })
    writer.write(next())
    expect([order(), end.length, writer.reached('disk')]).toEqual([orders.sync, 0, 2])
    // The worker signs what is on disk already.
    carryOut({ signed: 2, tookMs: 0.01 })
    const third = next()
    writer.write(third)
    expect([order(), end.length, writer.reached('disk')]).toEqual([orders.sync, third.length, 2])
    writer.release()
  }))

test('a chapter begins when the disk has the one before: what a lost machine leaves torn lies within one', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, end } = held(path, { offset: CHAPTER_BYTES - 1000 })
    const last = block(3)
    writer.write(last)
    carryOut()
    writer.told()
    expect(writer.reached('file')).toBe(3)
    // Where the next one goes is the queue's to say.
    const next = new Batch(
      last.writer.bytes,
      { buffer: 0, place: { chapter: 1, offset: 0 }, first: 4, baseUs: 0 },
      CHAPTER_BYTES,
    )
    next.count = 1
    next.finish()
    writer.write(next)
    expect([writer.reached('file'), end.position]).toEqual([3, 3])
    carryOut()
    writer.told()
    expect(writer.reached('file')).toBe(4)
    writer.release()
  }))

test('no more is written than may be unsigned, and signing is asked for before', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, order } = held(path, { limits: { checkpointEveryEntries: 8 } })
    writer.write(block(5))
    carryOut()
    writer.told()
    expect([order(), writer.reached('file')]).toEqual([orders.none, 5])
    writer.write(block(1))
    expect(order()).toBe(orders.sync)
    writer.write(block(2))
    expect(writer.reached('file')).toBe(8)
    writer.write(block(1))
    expect([writer.reached('file'), writer.isFree()]).toEqual([8, false])
    carryOut()
    writer.told()
    expect(writer.reached('file')).toBe(8)
    carryOut({ signed: 8 })
    writer.told()
    expect(writer.reached('file')).toBe(9)
    writer.release()
  }))

test('a block that cannot be written ends the writing, and the worker still closes', () =>
  withPath(async (path) => {
    const { writer, block, carryOut, order, end, failures } = held(path, { limits: { maxJournalBytes: 300 } })
    writer.write(block(1))
    carryOut()
    writer.told()
    writer.write(block(2))
    expect(failures).toEqual([expect.stringContaining('maxJournalBytes')])
    expect(writer.reached('file')).toBe(1)
    writer.close()
    expect([order(), end.position]).toEqual([orders.close, 1])
    writer.release()
  }))

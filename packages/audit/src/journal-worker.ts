import { Buffer } from 'node:buffer'
import { parentPort, workerData } from 'node:worker_threads'
import { noRoom, toJournalError } from './errors.ts'
import { type JournalKeeper, openKeeper } from './keeper.ts'
import { EndOfChain, type FromWorker, type JournalWorkerData, orders, places, words } from './orders.ts'

const port = parentPort
if (port === null) throw new Error('the journal worker runs only as a worker thread')
const tell = (message: FromWorker): void => port.postMessage(message)
const { path, limits, ...shared } = workerData as JournalWorkerData
const control = new Int32Array(shared.control)
const reached = new BigInt64Array(shared.reached)
const end = new EndOfChain(shared.end)
const buffers = shared.buffers.map((buffer) => Buffer.from(buffer))

const open = (): JournalKeeper | undefined => {
  try {
    return openKeeper(path, limits)
  } catch (cause) {
    const error = toJournalError(cause, path)
    tell({ type: 'refused', problem: error.problem, message: error.message })
    return undefined
  }
}

const run = (keeper: JournalKeeper): void => {
  let failed = false
  // A journal that failed once takes nothing more: what the disk holds after an error is not known.
  const attempt = (work: () => void): void => {
    if (failed) return
    try {
      work()
    } catch (cause) {
      failed = true
      tell({ type: 'failed', message: toJournalError(cause, path).message })
    }
  }
  const { position, offset, hash, discardedBytes, unsignedEntries, publicKey } = keeper
  Atomics.store(reached, places.disk, BigInt(position))
  Atomics.store(reached, places.room, BigInt(keeper.room))
  Atomics.store(reached, places.signed, BigInt(keeper.signed))
  tell({ type: 'ready', position, offset, hash, discardedBytes, unsignedEntries, publicKey })
  let signBy = performance.now() + limits.checkpointEveryMs
  for (let order: number = orders.none; order !== orders.close; ) {
    Atomics.wait(control, words.order, orders.none, Math.max(0, signBy - performance.now()))
    order = Atomics.load(control, words.order)
    if (order !== orders.none) {
      attempt(() => carryOut(keeper))
      Atomics.store(control, words.order, orders.none)
      tellWhoAsked()
      attempt(() => makeRoomAhead(keeper))
    }
    const now = performance.now()
    if (now >= signBy || keeper.mustSign) attempt(() => whenThereIsRoom(() => checkpoint(keeper)))
    if (now >= signBy) signBy = now + limits.checkpointEveryMs
  }
  attempt(() => checkpoint(keeper))
  keeper.close(failed)
}

const carryOut = (keeper: JournalKeeper): void => {
  whenThereIsRoom(() => bringToDisk(keeper))
  whenThereIsRoom(() => keeper.makeRoom(end))
  Atomics.store(reached, places.room, BigInt(keeper.room))
}

/** How often a full disk is tried again, in milliseconds. */
const FULL_MS = 500

/** Does what needs room. While the disk has none it is tried again and again: what was taken is not lost. */
const whenThereIsRoom = (work: () => void): void => {
  for (let isFull = false; ; ) {
    try {
      work()
      if (isFull) tell('room')
      return
    } catch (cause) {
      const message = noRoom(cause, path)
      if (message === undefined) throw cause
      if (!isFull) tell({ type: 'full', message })
      isFull = true
      Atomics.wait(sleeping, 0, 0, FULL_MS)
    }
  }
}

/** Nobody wakes who sleeps there. */
const sleeping = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

/** INVARIANT (record-before-effect): nothing is said to be on disk before the system said so. */
const bringToDisk = (keeper: JournalKeeper): void => {
  const started = performance.now()
  keeper.bringToDisk(end, end.length === 0 ? undefined : buffers[end.buffer]?.subarray(0, end.length))
  Atomics.store(reached, places.disk, BigInt(keeper.position))
  control[words.tookUs] = (performance.now() - started) * 1000
}

/** Where there is none, that is told when it is wanted. */
const makeRoomAhead = (keeper: JournalKeeper): void => {
  try {
    keeper.makeRoomAhead()
  } catch (cause) {
    if (noRoom(cause, path) === undefined) throw cause
  }
  Atomics.store(reached, places.room, BigInt(keeper.room))
}

/** Writing may wait for it: see `BlockWriter`. */
const checkpoint = (keeper: JournalKeeper): void => {
  keeper.checkpoint()
  Atomics.store(reached, places.signed, BigInt(keeper.signed))
  tellWhoAsked()
}

/** A message wakes the queue's thread, which is most of its cost: it is sent to a queue that waits. */
const tellWhoAsked = (): void => {
  if (Atomics.exchange(control, words.wake, 0) === 1) tell('further')
}

const keeper = open()
if (keeper !== undefined) run(keeper)
port.close()

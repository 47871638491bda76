import { Buffer } from 'node:buffer'
import { parentPort, workerData } from 'node:worker_threads'
import { CHAPTER_BYTES } from './block.ts'
import { toJournalError } from './errors.ts'
import { MAX_UNSYNCED_BYTES } from './limits.ts'
import { type FromWorker, type JournalWorkerData, orders, places, words } from './orders.ts'
import { type JournalWriter, openWriter } from './writer.ts'

const port = parentPort
if (port === null) throw new Error('the journal worker runs only as a worker thread')
const tell = (message: FromWorker): void => port.postMessage(message)
const { path, limits, ...shared } = workerData as JournalWorkerData
const control = new Int32Array(shared.control)
const reached = new BigInt64Array(shared.reached)
const buffers = shared.buffers.map((buffer) => Buffer.from(buffer))

const open = (): JournalWriter | undefined => {
  try {
    return openWriter(path, limits)
  } catch (cause) {
    const error = toJournalError(cause, path)
    tell({ type: 'refused', problem: error.problem, message: error.message })
    return undefined
  }
}

const run = (writer: JournalWriter): void => {
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
  // Where the last process ended before it could.
  if (writer.mustSign) attempt(() => writer.checkpoint())
  const { position, offset, discardedBytes, publicKey } = writer
  tell({ type: 'ready', position, offset, discardedBytes, publicKey })
  let signBy = performance.now() + limits.checkpointEveryMs
  let syncBy = Number.POSITIVE_INFINITY
  for (let order: number = orders.none; order !== orders.close; ) {
    Atomics.wait(control, words.order, orders.none, Math.max(0, Math.min(signBy, syncBy) - performance.now()))
    order = Atomics.load(control, words.order)
    if (order === orders.write) {
      attempt(() => writeBlock(writer))
      Atomics.store(control, words.order, orders.none)
      tellWhoAsked()
    }
    const now = performance.now()
    if (now >= syncBy) attempt(() => syncLate(writer))
    if (now >= signBy || writer.mustSign) attempt(() => checkpoint(writer))
    if (now >= signBy) signBy = now + limits.checkpointEveryMs
    if (writer.unsyncedBytes === 0 || failed) syncBy = Number.POSITIVE_INFINITY
    else if (syncBy === Number.POSITIVE_INFINITY) syncBy = now + limits.syncWithinMs
  }
  attempt(() => checkpoint(writer))
  writer.close()
}

const writeBlock = (writer: JournalWriter): void => {
  const started = performance.now()
  const block = buffers[control[words.buffer] as number]?.subarray(0, control[words.length])
  const offset = (control[words.chapter] as number) * CHAPTER_BYTES + (control[words.offset] as number)
  if (block === undefined) throw new Error('the journal thread was given no block')
  Atomics.store(reached, places.file, BigInt(writer.write(block, offset)))
  const sync = control[words.sync] === 1 || limits.syncWithinMs === 0
  if (sync || writer.unsyncedBytes >= MAX_UNSYNCED_BYTES) bringToDisk(writer)
  control[words.tookUs] = (performance.now() - started) * 1000
}

const syncLate = (writer: JournalWriter): void => {
  bringToDisk(writer)
  tellWhoAsked()
}

const checkpoint = (writer: JournalWriter): void => {
  writer.checkpoint()
  bringToDisk(writer)
  tellWhoAsked()
}

/** INVARIANT (record-before-effect): nothing is said to be on disk before the system said so. */
const bringToDisk = (writer: JournalWriter): void => {
  Atomics.store(reached, places.disk, BigInt(writer.sync()))
}

/** A message wakes the queue's thread, which is most of its cost: it is sent to a queue that waits. */
const tellWhoAsked = (): void => {
  if (Atomics.exchange(control, words.wake, 0) === 1) tell('further')
}

const writer = open()
if (writer !== undefined) run(writer)
port.close()

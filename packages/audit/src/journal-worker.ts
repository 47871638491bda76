import { Buffer } from 'node:buffer'
import { parentPort, workerData } from 'node:worker_threads'
import { CHAPTER_BYTES } from './block.ts'
import { toJournalError } from './errors.ts'
import { type FromWorker, type JournalWorkerData, orders, words } from './orders.ts'
import { type JournalWriter, openWriter } from './writer.ts'

const port = parentPort
if (port === null) throw new Error('the journal worker runs only as a worker thread')
const tell = (message: FromWorker): void => port.postMessage(message)
const { path, limits, ...shared } = workerData as JournalWorkerData
const control = new Int32Array(shared.control)
const durable = new BigInt64Array(shared.durable)
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
  for (let order: number = orders.none; order !== orders.close; ) {
    Atomics.wait(control, words.order, orders.none, Math.max(0, signBy - performance.now()))
    order = Atomics.load(control, words.order)
    if (order === orders.write) attempt(() => writeBlock(writer))
    const late = performance.now() >= signBy
    if (late || writer.mustSign) attempt(() => writer.checkpoint())
    if (late) signBy = performance.now() + limits.checkpointEveryMs
  }
  attempt(() => writer.checkpoint())
  writer.close()
}

const writeBlock = (writer: JournalWriter): void => {
  const started = performance.now()
  const block = buffers[control[words.buffer] as number]?.subarray(0, control[words.length])
  const offset = (control[words.chapter] as number) * CHAPTER_BYTES + (control[words.offset] as number)
  if (block === undefined) throw new Error('the journal thread was given no block')
  try {
    Atomics.store(durable, 0, BigInt(writer.commit(block, offset)))
  } finally {
    Atomics.store(control, words.order, orders.none)
  }
  tell(performance.now() - started)
}

const writer = open()
if (writer !== undefined) run(writer)
port.close()

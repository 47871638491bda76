import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { toJournalError } from './errors.ts'
import type { FromWorker, JournalWorkerData, ToWorker } from './orders.ts'
import { CLOSE } from './orders.ts'
import type { JournalWriter } from './writer.ts'
import { openWriter } from './writer.ts'

const port = parentPort
if (port === null) throw new Error('the journal worker runs only as a worker thread')
const tell = (message: FromWorker): void => port.postMessage(message)
const { path, limits } = workerData as JournalWorkerData

const open = (): JournalWriter | undefined => {
  try {
    return openWriter(path, limits)
  } catch (cause) {
    const error = toJournalError(cause, path)
    tell({ type: 'refused', problem: error.problem, message: error.message })
    port.close()
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
  const timer = setInterval(() => attempt(() => writer.checkpoint()), limits.checkpointEveryMs)
  port.on('message', (first: ToWorker) => {
    let closing = false
    attempt(() => {
      const lines: string[] = []
      for (let next: ToWorker | undefined = first; next !== undefined; next = receive()) {
        if (next === CLOSE) closing = true
        else for (const line of next.split('\n')) lines.push(line)
      }
      if (lines.length === 0) return
      const started = performance.now()
      const position = writer.commit(lines)
      tell({ type: 'durable', position, commitMs: performance.now() - started })
    })
    if (!closing && first !== CLOSE) return
    clearInterval(timer)
    attempt(() => writer.checkpoint())
    writer.close()
    port.close()
  })
  tell({ type: 'ready', position: writer.position, publicKey: writer.publicKey })
}

// Everything that arrived while the disk was busy joins the same transaction.
const receive = (): ToWorker | undefined => receiveMessageOnPort(port)?.message

const writer = open()
if (writer !== undefined) run(writer)

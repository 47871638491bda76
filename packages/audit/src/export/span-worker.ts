import { constants, setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { JournalReader } from '../read.ts'
import { collectorAt } from './collector.ts'
import { Cursor } from './cursor.ts'
import { ENTRIES_PER_BATCH, Feed } from './feed.ts'
import { encodeRequest, type Span } from './otlp.ts'
import { ProtoWriter } from './proto-writer.ts'
import { spanOf } from './span-builder.ts'
import type { FromSpanWorker, SpanWorkerData } from './span-messages.ts'

const port = parentPort
if (port === null) throw new Error('the span worker runs only as a worker thread')
const tell = (message: FromSpanWorker): void => port.postMessage(message)
const options = workerData as SpanWorkerData
const stopping = new AbortController()
const { signal } = stopping
port.on('message', () => stopping.abort())

const collector = collectorAt({
  url: options.url,
  headers: options.headers,
  timeoutMs: options.requestTimeoutMs,
})
const writer = new ProtoWriter(1024 * 1024)

/** True once the collector accepted; false where the worker is told to stop before that. Never gives up by itself. */
const sendUntilAccepted = async (spans: readonly Span[]): Promise<boolean> => {
  const body = encodeRequest(writer, options.serviceName, spans)
  let backoffMs = options.firstRetryMs
  while (!signal.aborted) {
    const problem = await Promise.race([collector.send(body), aborted])
    if (problem === undefined) return true
    if (signal.aborted) return false
    tell({ type: 'retrying', problem, afterMs: backoffMs })
    // Half fixed, half random: several gateways must not knock at a recovering collector together.
    await rest(backoffMs / 2 + (Math.random() * backoffMs) / 2)
    backoffMs = Math.min(backoffMs * 2, options.maxRetryMs)
  }
  return false
}

const rest = (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => {})

const aborted = new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('stopped')))

const run = async (feed: Feed): Promise<void> => {
  while (!signal.aborted) {
    const batch = feed.next()
    if (batch === undefined) {
      await rest(options.pollEveryMs)
      continue
    }
    const spans = batch.records.map((record) => spanOf(record))
    for (let at = 0; at < spans.length; at += ENTRIES_PER_BATCH)
      if (!(await sendUntilAccepted(spans.slice(at, at + ENTRIES_PER_BATCH)))) return
    batch.accepted()
    tell({ type: 'exported', position: batch.position, spans: spans.length })
  }
}

// On Linux a nice value is a thread's own: spans wait for the sessions, but are not starved by them.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

const cursor = new Cursor(options.path)
const durable = options.durable === undefined ? undefined : new BigInt64Array(options.durable)
const reader = new JournalReader(
  options.path,
  durable === undefined ? undefined : () => Number(Atomics.load(durable, 0)),
)
try {
  await run(new Feed(reader, cursor))
} finally {
  reader.close()
  cursor.close()
  port.close()
}
// A request that still hangs would keep the thread alive.
process.exit()

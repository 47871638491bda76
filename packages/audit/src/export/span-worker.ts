import type { Buffer } from 'node:buffer'
import { constants, setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { JournalReader } from '../read.ts'
import { collectorAt, isOfItsContent, isTooSlow, isUnauthorized, TOO_LONG } from './collector.ts'
import { Cursor } from './cursor.ts'
import { ENTRIES_PER_BATCH, Feed, type FeedBatch } from './feed.ts'
import { encodeRequest, type Span } from './otlp.ts'
import { ProtoWriter } from './proto-writer.ts'
import { spanOf } from './span-builder.ts'
import type { FromSpanWorker, SpanWorkerData, ToSpanWorker } from './span-messages.ts'

const port = parentPort
if (port === null) throw new Error('the span worker runs only as a worker thread')
const tell = (message: FromSpanWorker): void => port.postMessage(message)
const options = workerData as SpanWorkerData
const stopping = new AbortController()
const { signal } = stopping
let { headers } = options
port.on('message', (message: ToSpanWorker) => {
  if (message === 'stop') stopping.abort()
  else ({ headers } = message)
})

const collector = collectorAt({
  url: options.url,
  headers: () => headers,
  stopping: signal,
  onRejected: (spans) => tell({ type: 'rejected', spans }),
})
const writer = new ProtoWriter(1024 * 1024)

/**
 * A request is split above this. Collectors refuse what is longer than they are told to take, 20 MiB if nothing is said,
 * and a span's text alone may have 16 KiB.
 */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024

/** Spans in one request. Fewer from then on where the collector, or what is before it, finds one too long. */
let most = ENTRIES_PER_BATCH

/** Spans in the next request: fewer behind one that took the collector too long, more again as it accepts them. */
let some = most

/** How long the next request may take: longer behind one that took too long, until one is accepted within the usual time. */
let patienceMs = options.requestTimeoutMs

/** It is waited up to here: as long as proxies wait. */
const MAX_PATIENCE_MS = 60_000

/**
 * True once the collector accepted all but what it never will; false where the worker is told to stop before that. Never
 * gives up by itself. `more`: takes up further spans, where only others tell whether it ever will.
 */
const sendUntilAccepted = async (spans: readonly Span[], more: () => void): Promise<boolean> => {
  let backoffMs = options.firstRetryMs
  let sent = 0
  /** The one that was refused last is refused by itself, as far as is known. */
  let isOneOfAll = false
  while (sent < spans.length && !signal.aborted) {
    const request = requestOf(spans.slice(sent, sent + some))
    const began = performance.now()
    const problem = await collector.send(request.body, patienceMs)
    if (problem === undefined) {
      if (performance.now() - began < options.requestTimeoutMs) patienceMs = options.requestTimeoutMs
      sent += request.count
      accepted = spans[sent - 1]
      isOneOfAll = false
      some = Math.min(some * 2, most)
      backoffMs = options.firstRetryMs
      continue
    }
    if (signal.aborted) break
    if (isOfItsContent(problem) && request.count > 1) {
      some = Math.floor(request.count / 2)
      if (problem.status === TOO_LONG) most = some
      continue
    }
    if (isOfItsContent(problem) && isOneOfAll) {
      tell({ type: 'rejected', spans: 1 })
      sent += 1
      isOneOfAll = false
      continue
    }
    // Once more behind that: the collector may have recovered in between.
    if (isOfItsContent(problem) && accepted === undefined && spans.length < MOST_HELD) more()
    isOneOfAll = isOfItsContent(problem) && (await takesOthers(spans.slice(sent + 1)))
    if (isOneOfAll) continue
    if (isTooSlow(problem)) {
      some = Math.ceil(request.count / 2)
      patienceMs = Math.max(patienceMs, Math.min(2 * patienceMs, MAX_PATIENCE_MS))
    }
    tell({ type: 'retrying', problem: problem.message, unauthorized: isUnauthorized(problem) })
    // Half fixed, half random: several gateways must not knock at a recovering collector together.
    await rest((problem.waitMs ?? 0) + backoffMs / 2 + (Math.random() * backoffMs) / 2)
    backoffMs = Math.min(backoffMs * 2, options.maxRetryMs)
  }
  return sent === spans.length
}

/** Spans that are held at once at most while none was accepted. */
const MOST_HELD = 4 * ENTRIES_PER_BATCH

/** The last that was accepted. */
let accepted: Span | undefined

/**
 * Whether another span is accepted: then what was refused is the one, not where it goes or who sends it. A span that is sent
 * twice is the same span.
 */
const takesOthers = async (behind: readonly Span[]): Promise<boolean> => {
  const others = accepted === undefined ? someOf(behind) : [accepted]
  for (const other of others) {
    const request = encodeRequest(writer, options.serviceName, [other])
    if ((await collector.send(request, patienceMs)) === undefined) return true
  }
  return false
}

/** The newest and a few others, not the same each time: one text may be refused in very many spans. */
const someOf = (spans: readonly Span[]): readonly Span[] =>
  [spans.length - 1, ...Array.from({ length: 3 }, () => Math.floor(Math.random() * spans.length))]
    .map((at) => spans[at])
    .filter((span) => span !== undefined)

/** As many of the spans, from the first on, as a request may hold. */
const requestOf = (spans: readonly Span[]): { readonly body: Buffer; readonly count: number } => {
  for (let count = spans.length; ; count = Math.ceil(count / 2)) {
    const body = encodeRequest(writer, options.serviceName, spans.slice(0, count))
    if (body.length <= MAX_REQUEST_BYTES || count <= 1) return { body, count }
  }
}

const rest = (ms: number): Promise<void> => delay(ms, undefined, { signal }).catch(() => {})

const run = async (feed: Feed): Promise<void> => {
  if (feed.missing !== undefined) tell({ type: 'missing', position: feed.missing })
  while (!signal.aborted) {
    const spans: Span[] = []
    let last: FeedBatch | undefined
    const takeUp = (): void => {
      const batch = feed.next()
      last = batch ?? last
      for (const record of batch?.records ?? []) spans.push(spanOf(record))
    }
    takeUp()
    if (last === undefined) {
      await rest(options.pollEveryMs)
      continue
    }
    if (!(await sendUntilAccepted(spans, takeUp))) return
    last.accepted()
    tell({ type: 'exported', position: last.position, spans: spans.length })
  }
}

// On Linux a nice value is a thread's own: spans wait for the sessions, but are not starved by them.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

const cursor = new Cursor(options.path)
const durable = options.durable === undefined ? undefined : new BigInt64Array(options.durable)
const known = durable === undefined ? undefined : () => Number(Atomics.load(durable, 0))
const reader = new JournalReader(options.path, known, false)
try {
  await run(new Feed(reader, cursor))
} finally {
  reader.close()
  cursor.close()
  port.close()
}
// A request that still hangs would keep the thread alive.
process.exit()

// OTLP specification, "OTLP/HTTP": a POST of the protobuf request; 2xx is success.
import { Buffer } from 'node:buffer'
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { rejectedSpans } from './rejected.ts'

/** Where requests go. */
export type CollectorOptions = {
  readonly url: string
  /** Asked for each request. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Ends a request that is under way. */
  readonly stopping: AbortSignal
  /** Told how many spans of a request that it accepted the collector rejected. */
  readonly onRejected: (spans: number) => void
}

/**
 * Why a request was not accepted; `status` is what HTTP says, 0 where nothing was answered, `waitMs` how long the collector
 * asks to be left alone. `late`: nothing was answered in time.
 */
export type CollectorProblem = {
  readonly message: string
  readonly status: number
  readonly waitMs?: number
  readonly late?: true
}

/**
 * Whether a request is refused for what it holds: it cannot be read, or holds more than is taken at once (OTLP
 * specification, "OTLP/HTTP Response", "Bad Data").
 */
export const isOfItsContent = ({ status }: CollectorProblem): boolean => status === 400 || status === TOO_LONG

/** Whether it takes longer than is waited for, here or at a proxy before the collector. */
export const isTooSlow = ({ status, late }: CollectorProblem): boolean =>
  late === true || status === 408 || status === 504

/** Whether a request is refused for who sends it: what proves that may be old. */
export const isUnauthorized = ({ status }: CollectorProblem): boolean => status === 401 || status === 403

/** 413 Content Too Large. */
export const TOO_LONG = 413

/** A collector over one connection that is kept open. */
export type Collector = {
  /**
   * Sends a request. Resolves with undefined once the collector accepted it, else with the problem, which is that it was not
   * answered after `timeoutMs`. Never rejects. The memory of `body` is not read any more by then.
   */
  send(body: Buffer, timeoutMs: number): Promise<CollectorProblem | undefined>
}

/** Makes a collector; nothing is connected before the first `send`. */
export const collectorAt = ({ url, headers, stopping, onRejected }: CollectorOptions): Collector => {
  const secure = new URL(url).protocol === 'https:'
  const agent = secure ? new HttpsAgent(KEEP) : new HttpAgent(KEEP)
  const request = secure ? httpsRequest : httpRequest
  return {
    send: (body, timeoutMs) =>
      new Promise((resolve) => {
        const settle = (problem: CollectorProblem | undefined): void => {
          clearTimeout(timer)
          stopping.removeEventListener('abort', stop)
          resolve(problem)
        }
        let answered: CollectorProblem | undefined
        // Who finds it too long may close on what is still being sent: the answer counts, or it were sent so for ever.
        let late: CollectorProblem | undefined
        const gone = (error: Error) =>
          settle(answered?.status === TOO_LONG ? answered : (late ?? failed(error)))
        const sent = request(
          url,
          {
            agent,
            method: 'POST',
            headers: {
              ...headers(),
              'content-type': 'application/x-protobuf',
              'content-length': body.length,
            },
          },
          (response) => {
            const { statusCode = 0 } = response
            const answer: Buffer[] = []
            let length = 0
            response.on('data', (chunk: Buffer) => {
              length += chunk.length
              if (length <= MAX_ANSWER_BYTES) answer.push(chunk)
            })
            response.on('error', gone)
            const problem =
              statusCode >= 200 && statusCode < 300
                ? undefined
                : refusal(statusCode, response.headers['retry-after'])
            answered = problem
            // Who answers before all was sent may still be read from: then what follows comes when all was.
            response.on('end', () => {
              const rejected = problem === undefined ? rejectedSpans(Buffer.concat(answer)) : 0
              if (rejected > 0) onRejected(rejected)
              if (sent.writableFinished) settle(problem)
              else sent.once('finish', () => settle(problem))
            })
          },
        )
        const stop = (): void => void sent.destroy(new Error('the gateway stops'))
        const timer = setTimeout(() => {
          late = { message: `no answer within ${timeoutMs} ms`, status: 0, late: true }
          sent.destroy()
        }, timeoutMs)
        stopping.addEventListener('abort', stop)
        sent.on('error', gone)
        sent.on('close', () => gone(new Error('the connection was closed')))
        sent.end(body)
      }),
  }
}

function refusal(status: number, retryAfter: string | undefined): CollectorProblem {
  const problem = { message: `the collector answered ${status}`, status }
  if (retryAfter === undefined || !BUSY.has(status)) return problem
  return { ...problem, waitMs: waitOf(retryAfter, Date.now()) }
}

/** Who answers one of these may say when to come again (OTLP specification, "OTLP/HTTP Throttling"). */
const BUSY: ReadonlySet<number> = new Set([429, 503])

/** It is heard up to here. */
const MAX_WAIT_MS = 10 * 60_000

/** Milliseconds until what a Retry-After says: seconds, or a date (RFC 9110, "Retry-After"); 0 where it says neither. */
export function waitOf(retryAfter: string, now: number): number {
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now
  return ms > 0 ? Math.min(ms, MAX_WAIT_MS) : 0
}

/** Of an answer no more is kept. */
const MAX_ANSWER_BYTES = 64 * 1024

const failed = ({ message }: Error): CollectorProblem => ({ message, status: 0 })

const KEEP = { keepAlive: true, maxSockets: 1 }

// OTLP specification, "OTLP/HTTP": a POST of the protobuf request; 2xx is success.
import type { Buffer } from 'node:buffer'
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** Where requests go. */
export type CollectorOptions = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

/** A collector over one connection that is kept open. */
export type Collector = {
  /**
   * Sends a request. Resolves with undefined once the collector accepted it, else with the problem. Never rejects. The
   * memory of `body` is not read any more by then.
   */
  send(body: Buffer): Promise<string | undefined>
}

/** Makes a collector; nothing is connected before the first `send`. */
export const collectorAt = ({ url, headers, timeoutMs }: CollectorOptions): Collector => {
  const secure = new URL(url).protocol === 'https:'
  const agent = secure ? new HttpsAgent(KEEP) : new HttpAgent(KEEP)
  const request = secure ? httpsRequest : httpRequest
  return {
    send: (body) =>
      new Promise((resolve) => {
        const sent = request(
          url,
          {
            agent,
            method: 'POST',
            timeout: timeoutMs,
            signal: AbortSignal.timeout(timeoutMs),
            headers: {
              ...headers,
              'content-type': 'application/x-protobuf',
              'content-length': body.length,
            },
          },
          (response) => {
            const { statusCode = 0 } = response
            response.resume()
            response.on('error', (error) => resolve(error.message))
            const problem =
              statusCode >= 200 && statusCode < 300 ? undefined : `the collector answered ${statusCode}`
            // Who answers before all was sent may still be read from: then what follows comes when all was.
            response.on('end', () => {
              if (sent.writableFinished) resolve(problem)
              else sent.once('finish', () => resolve(problem))
            })
          },
        )
        sent.on('error', (error) => resolve(error.message))
        sent.end(body)
      }),
  }
}

const KEEP = { keepAlive: true, maxSockets: 1 }

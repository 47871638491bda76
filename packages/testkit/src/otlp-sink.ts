import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { decodeTraces } from './otlp-protobuf.ts'
import { type CollectedSpan, type OtlpTraces, spansOf } from './otlp-spans.ts'

/** What a collector does with a request: take it, answer 503, or never answer. */
type SinkMode = 'accept' | 'refuse' | 'hang'

/** A collector that runs until `close`. */
export type OtlpSink = {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`, without a path. */
  readonly url: string
  /** Every span accepted so far, in the order of arrival. */
  readonly spans: () => readonly CollectedSpan[]
  /** How many export requests came, whatever became of them. */
  readonly requests: () => number
  readonly behave: (mode: SinkMode) => void
  /** Answers 401 from now on to what does not bring this `authorization`. */
  readonly demand: (authorization: string) => void
  /** Resolves with all spans once `enough` says yes to them. */
  readonly waitFor: (
    enough: (spans: readonly CollectedSpan[]) => boolean,
  ) => Promise<readonly CollectedSpan[]>
  readonly close: () => Promise<void>
}

/** Starts an OTLP/HTTP collector for traces (JSON and protobuf) on 127.0.0.1. `port` 0 takes any free one. */
export async function startOtlpSink(port = 0): Promise<OtlpSink> {
  const spans: CollectedSpan[] = []
  const waiting = new Set<() => void>()
  let requests = 0
  let mode: SinkMode = 'accept'
  let demanded: string | undefined
  const server = createServer((request, response) => {
    requests += 1
    if (demanded !== undefined && request.headers.authorization !== demanded) {
      request.resume()
      response.writeHead(401).end()
      return
    }
    void collect(request, response, () => mode)
      .then((collected) => {
        spans.push(...collected)
        for (const look of waiting) look()
      })
      .catch((error: unknown) => response.writeHead(400).end(String(error)))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the collector has no TCP address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans: () => spans,
    requests: () => requests,
    behave: (next) => {
      mode = next
    },
    demand: (authorization) => {
      demanded = authorization
    },
    waitFor: (enough) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!enough(spans)) return
          waiting.delete(look)
          resolve(spans)
        }
        waiting.add(look)
        look()
      }),
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function collect(
  request: IncomingMessage,
  response: ServerResponse,
  mode: () => SinkMode,
): Promise<readonly CollectedSpan[]> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (mode() === 'hang') return []
  if (mode() === 'refuse') {
    response.writeHead(503, { 'retry-after': '1' }).end()
    return []
  }
  const body = Buffer.concat(chunks)
  const json = request.headers['content-type']?.startsWith('application/json') === true
  const traces = request.url?.endsWith('/v1/traces') === true
  const collected = traces
    ? spansOf(json ? (JSON.parse(body.toString()) as OtlpTraces) : decodeTraces(body))
    : []
  response.writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/json' })
  response.end(json ? '{}' : '')
  return collected
}

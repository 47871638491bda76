/** What the exporter gives its worker. Durations in milliseconds. */
export type SpanWorkerData = {
  /** The journal. */
  readonly path: string
  /** One `BigInt64`: the last position on disk, where the journal's writer is in this process. */
  readonly durable: SharedArrayBuffer | undefined
  readonly url: string
  readonly headers: Record<string, string>
  readonly serviceName: string
  readonly pollEveryMs: number
  readonly requestTimeoutMs: number
  readonly firstRetryMs: number
  readonly maxRetryMs: number
}

/** What the worker is told: to stop, or the headers for all requests from now on. */
export type ToSpanWorker = 'stop' | { readonly headers: Readonly<Record<string, string>> }

/** What the worker tells. `unauthorized`: the collector does not take the headers, which may be old. */
export type FromSpanWorker =
  | { readonly type: 'exported'; readonly position: number; readonly spans: number }
  | { readonly type: 'missing'; readonly position: number }
  | { readonly type: 'rejected'; readonly spans: number }
  | { readonly type: 'retrying'; readonly problem: string; readonly unauthorized: boolean }

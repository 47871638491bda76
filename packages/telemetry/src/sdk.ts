import { randomUUID } from 'node:crypto'
import { context, metrics, propagation } from '@opentelemetry/api'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { Telemetry } from './instruments.ts'
import { instrumentsFrom } from './instruments.ts'

/** Where operational metrics go. */
export type TelemetryOptions = {
  /** Base address of an OTLP/HTTP collector, e.g. `http://localhost:4318`. Absent: nothing is measured or sent. */
  readonly endpoint?: string
  readonly serviceName: string
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds between exports. Default: 60,000. */
  readonly exportEveryMs?: number
}

/** How long the end of the process may wait for the collector, in milliseconds. The SDK's own shutdown retries for 9 s. */
export const SHUTDOWN_TIMEOUT_MS = 1_000

// Short, because a retry under way would keep the process alive; a failed export loses nothing: the sums are cumulative.
const EXPORT_TIMEOUT_MS = 1_000

/**
 * Starts the OpenTelemetry SDK for metrics only: audit spans are exported from the journal, never through a queue
 * that drops. The collector being down costs nothing but the metrics.
 */
export const startTelemetry = (options: TelemetryOptions): Effect.Effect<Telemetry, never, Scope> => {
  const { endpoint } = options
  if (endpoint === undefined) return Effect.sync(() => instrumentsFrom(metrics.getMeter('sluice')))
  return Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => startSdk(endpoint, options)),
      (sdk) => Effect.promise(() => shutDown(sdk)),
    ),
    () => instrumentsFrom(metrics.getMeter('sluice')),
  )
}

type Sdk = { shutdown(): Promise<void> }

const startSdk = async (endpoint: string, options: TelemetryOptions): Promise<Sdk> => {
  // Loaded only where it is used: the SDK costs a quarter of a second and 80 MB.
  const [{ NodeSDK }, { PeriodicExportingMetricReader }, { OTLPMetricExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-node'),
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/exporter-metrics-otlp-proto'),
      import('@opentelemetry/resources'),
    ])
  const exporter = new OTLPMetricExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/metrics`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
    ...(options.headers === undefined ? {} : { headers: { ...options.headers } }),
  })
  const sdk = new NodeSDK({
    // The process detector reports the command line, which may hold a secret (INVARIANT secrets-stay-out).
    autoDetectResources: false,
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.instance.id': randomUUID(),
    }),
    metricReaders: [
      new PeriodicExportingMetricReader({
        exporter,
        exportIntervalMillis: options.exportEveryMs ?? 60_000,
        exportTimeoutMillis: Math.min(EXPORT_TIMEOUT_MS, options.exportEveryMs ?? EXPORT_TIMEOUT_MS),
      }),
    ],
    // Given as empty lists, or the SDK would start exporters of its own from the environment.
    spanProcessors: [],
    logRecordProcessors: [],
  })
  sdk.start()
  return sdk
}

const shutDown = async (sdk: Sdk): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SHUTDOWN_TIMEOUT_MS)
  })
  await Promise.race([sdk.shutdown().catch(() => {}), late])
  clearTimeout(timer)
  metrics.disable()
  context.disable()
  propagation.disable()
}

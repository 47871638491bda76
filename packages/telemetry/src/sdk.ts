import { randomUUID } from 'node:crypto'
import { context, metrics, propagation } from '@opentelemetry/api'
import type { MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { distributionProducer } from './distribution.ts'
import { instrumentsFrom, makeDistributions, type Telemetry } from './instruments.ts'

/** Where operational metrics go. Without `endpoint` and `prometheus` nothing is measured. */
export type TelemetryOptions = {
  /** Base address of an OTLP/HTTP collector, e.g. `http://localhost:4318`. */
  readonly endpoint?: string
  /** Where Prometheus can fetch `/metrics`. */
  readonly prometheus?: { readonly host: string; readonly port: number }
  readonly serviceName: string
  /** What goes with each export, asked for each. */
  readonly headers?: () => Readonly<Record<string, string>>
}

/** How long the end of the process may wait for the collector, in milliseconds. The SDK's own shutdown retries for 9 s. */
const SHUTDOWN_TIMEOUT_MS = 1_000

const EXPORT_EVERY_MS = 60_000

// Short, because a retry under way would keep the process alive; a failed export loses nothing: the sums are cumulative.
const EXPORT_TIMEOUT_MS = 1_000

/**
 * Starts the OpenTelemetry SDK for metrics only: audit spans are exported from the journal, never through a queue
 * that drops. A collector that is down, or an address for Prometheus that is taken, costs the metrics and no more.
 */
export const startTelemetry = (options: TelemetryOptions): Effect.Effect<Telemetry, never, Scope> =>
  Effect.gen(function* () {
    const distributions = makeDistributions()
    const producer = distributionProducer(Object.values(distributions))
    if (options.endpoint !== undefined || options.prometheus !== undefined) {
      const readers = [
        ...(options.endpoint === undefined ? [] : [yield* otlpReader(options.endpoint, options, producer)]),
        ...(options.prometheus === undefined ? [] : [yield* prometheusReader(options.prometheus, producer)]),
      ]
      yield* Effect.acquireRelease(
        Effect.promise(() => startSdk(options.serviceName, readers)),
        (sdk) => Effect.promise(() => shutDown(sdk)),
      )
    }
    return instrumentsFrom(metrics.getMeter('sluice'), distributions)
  })

// The packages are loaded only where they are used: the SDK costs a quarter of a second and 80 MB.

const otlpReader = (
  endpoint: string,
  options: TelemetryOptions,
  producer: MetricProducer,
): Effect.Effect<MetricReader> =>
  Effect.promise(async () => {
    const [{ PeriodicExportingMetricReader }, { OTLPMetricExporter }] = await Promise.all([
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/exporter-metrics-otlp-proto'),
    ])
    const exporter = new OTLPMetricExporter({
      url: `${endpoint.replace(/\/+$/, '')}/v1/metrics`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
      ...(options.headers === undefined ? {} : { headers: headersOf(options.headers) }),
    })
    return new PeriodicExportingMetricReader({
      exporter,
      metricProducers: [producer],
      exportIntervalMillis: EXPORT_EVERY_MS,
      exportTimeoutMillis: EXPORT_TIMEOUT_MS,
    })
  })

const headersOf = (current: () => Readonly<Record<string, string>>) => () => Promise.resolve({ ...current() })

const prometheusReader = (
  address: { host: string; port: number },
  producer: MetricProducer,
): Effect.Effect<MetricReader> =>
  Effect.gen(function* () {
    const { PrometheusExporter } = yield* Effect.promise(() => import('@opentelemetry/exporter-prometheus'))
    const exporter = new PrometheusExporter({
      ...address,
      preventServerStart: true,
      metricProducers: [producer],
    })
    const problem = yield* Effect.promise(() =>
      exporter.startServer().then(
        () => undefined,
        (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
      ),
    )
    if (problem !== undefined) {
      yield* Effect.logWarning(
        `prometheus cannot fetch metrics at \`${address.host}:${address.port}\` (${problem}); give telemetry.prometheus a free address`,
      )
    }
    return exporter
  })

type Sdk = { shutdown(): Promise<void> }

const startSdk = async (serviceName: string, metricReaders: MetricReader[]): Promise<Sdk> => {
  const [{ NodeSDK }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/resources'),
  ])
  const sdk = new NodeSDK({
    // The process detector reports the command line, which may hold a secret (INVARIANT secrets-stay-out).
    autoDetectResources: false,
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.instance.id': randomUUID() }),
    metricReaders,
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

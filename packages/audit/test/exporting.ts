import type { SpanExport, SpanExportOptions } from '@sluice/audit/export/spans'
import { startSpanExport } from '@sluice/audit/export/spans'
import * as Effect from 'effect/Effect'
import { OtlpSink } from './otlp-sink.ts'

/** Exports the spans of a journal to the sink while `body` runs. */
export const withExport = <T>(
  path: string,
  sink: OtlpSink,
  body: (running: SpanExport) => Promise<T>,
  durable?: SharedArrayBuffer,
  more: Pick<
    SpanExportOptions,
    'onMissing' | 'onProblem' | 'onRejected' | 'headers' | 'renewHeaders' | 'requestTimeoutMs'
  > = {},
): Promise<T> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        startSpanExport({
          path,
          ...(durable === undefined ? {} : { durable }),
          endpoint: sink.endpoint,
          serviceName: 'sluice-test',
          pollEveryMs: 5,
          requestTimeoutMs: 2_000,
          firstRetryMs: 5,
          maxRetryMs: 20,
          ...more,
        }),
        (running) => Effect.promise(() => body(running)),
      ),
    ),
  )

/** A collector while `body` runs. */
export const withSink = async <T>(body: (sink: OtlpSink) => Promise<T>): Promise<T> => {
  const sink = new OtlpSink()
  await sink.up()
  try {
    return await body(sink)
  } finally {
    await sink.down()
  }
}

/** Each span once: one whose answer came too late is sent again, under the same id. */
export const spanIds = (sink: OtlpSink): string[] => [...new Set(sink.spans.map((span) => span.spanId))]

/** An attribute value the way OTLP/JSON writes it. */
export type OtlpValue = {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: string | number
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] }
}

type OtlpAttributes = readonly { readonly key: string; readonly value: OtlpValue }[]

/** The part of an OTLP/JSON ExportTraceServiceRequest that tests look at. */
export type OtlpTraces = {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes?: OtlpAttributes }
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly name: string
        readonly kind: number
        readonly startTimeUnixNano: string | number
        readonly endTimeUnixNano: string | number
        readonly attributes?: OtlpAttributes
        readonly status?: { readonly code?: number; readonly message?: string }
      }[]
    }[]
  }[]
}

/** An attribute value in plain JavaScript. */
type AttributeValue = string | number | boolean | readonly AttributeValue[] | null

/** A span as a test wants to read it. */
export type CollectedSpan = {
  readonly traceId: string
  readonly spanId: string
  /** Empty for a root span. */
  readonly parentSpanId: string
  readonly name: string
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly resource: Readonly<Record<string, AttributeValue>>
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number
  readonly statusMessage: string
}

const NANOSECONDS_PER_MS = 1e6

/** All spans of one export request, flat. */
export function spansOf(traces: OtlpTraces): readonly CollectedSpan[] {
  return traces.resourceSpans.flatMap((group) =>
    group.scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: span.kind,
        startMs: Number(span.startTimeUnixNano) / NANOSECONDS_PER_MS,
        endMs: Number(span.endTimeUnixNano) / NANOSECONDS_PER_MS,
        attributes: record(span.attributes),
        resource: record(group.resource?.attributes),
        statusCode: span.status?.code ?? 0,
        statusMessage: span.status?.message ?? '',
      })),
    ),
  )
}

function record(attributes: OtlpAttributes = []): Readonly<Record<string, AttributeValue>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]))
}

function plain(value: OtlpValue): AttributeValue {
  if (value.intValue !== undefined) return Number(value.intValue)
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plain)
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null
}

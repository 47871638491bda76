// opentelemetry-proto: "collector/trace/v1/trace_service.proto", "trace/v1/trace.proto", "common/v1/common.proto".
import type { Buffer } from 'node:buffer'
import { type AttributeValue, admitAttributes } from '@sluice/telemetry/redaction'
import { ProtoWriter } from './proto-writer.ts'

/** Attributes as they are asked for; which of them leave, and cut to what, is `admitAttributes`'s to say. */
export type SpanAttributes = Parameters<typeof admitAttributes>[0]

/** A place in a trace: ids in hex, flags of W3C Trace Context. */
export type SpanPlace = { readonly traceId: string; readonly spanId: string; readonly flags: number }

/** Span.SpanKind. */
export const spanKinds = { server: 2, client: 3 } as const

/** What a span says of where it stands and what it is about; the same for many spans. */
export type SpanHead = {
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly flags: number
  readonly parent: (SpanPlace & { readonly remote: boolean }) | undefined
  readonly link: SpanPlace | undefined
}

/** A span before it is encoded. */
export type Span = {
  readonly spanId: string
  readonly startMs: number
  readonly endMs: number
  readonly failed: boolean
  /** Fields that many spans have in common, encoded once by `encodeHead` and `encodeAttributes`. */
  readonly shared: readonly Buffer[]
  /** Attributes that are whole numbers: what `countAttribute` made, and the number. */
  readonly counts: readonly CountOf[]
}

/** A number for an attribute. One that is no whole number from 0 on is left out. */
export type CountOf = { readonly attribute: CountAttribute; readonly value: number | undefined }

declare const named: unique symbol

/** An attribute that is a whole number, encoded but for the number. */
export type CountAttribute = Buffer & { readonly [named]: true }

/** Status.StatusCode: STATUS_CODE_ERROR. */
const STATUS_ERROR = 2

/** SpanFlags: whether it is known that the parent is remote, and whether it is. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** Attributes of a span, as fields of it. INVARIANT (secrets-stay-out): all pass `admitAttributes`. */
export function encodeAttributes(attributes: SpanAttributes): Buffer {
  const writer = new ProtoWriter(256)
  writeAttributes(writer, 9, attributes)
  return writer.finish()
}

/** An attribute of a span whose value differs from span to span. INVARIANT (secrets-stay-out): it passes `admitAttributes`. */
export function countAttribute(name: string): CountAttribute {
  if (admitAttributes({ [name]: 0 })[name] !== 0) throw new Error(`\`${name}\` is no attribute that counts`)
  const writer = new ProtoWriter(64)
  writer.message(9, () => {
    writer.text(1, name)
    writer.message(2, () => writer.wideCount(3, 0))
  })
  return writer.finish() as CountAttribute
}

/** A span's head, as fields of it. */
export function encodeHead({ name, kind, traceId, flags, parent, link }: SpanHead): Buffer {
  const writer = new ProtoWriter(128)
  writer.hex(1, traceId)
  if (parent !== undefined) writer.hex(4, parent.spanId)
  writer.text(5, name)
  writer.count(6, kind)
  if (link !== undefined) writer.message(13, () => writeLink(writer, link))
  writer.fixed32(16, flags | HAS_IS_REMOTE | (parent?.remote === true ? IS_REMOTE : 0))
  return writer.finish()
}

/**
 * An ExportTraceServiceRequest. It is a view of the writer's memory, which holds until the writer is used again: a copy
 * of each request was a megabyte a batch outside of the heap, for which V8 marked all of it time and again.
 */
export function encodeRequest(writer: ProtoWriter, serviceName: string, spans: readonly Span[]): Buffer {
  writer.clear()
  writer.message(1, () => {
    writer.message(1, () => writeAttribute(writer, 1, 'service.name', serviceName))
    writer.message(2, () => {
      writer.message(1, () => writer.text(1, '@sluice/audit'))
      for (const span of spans) writer.message(2, () => writeSpan(writer, span))
    })
  })
  return writer.view()
}

function writeSpan(writer: ProtoWriter, { spanId, startMs, endMs, failed, shared, counts }: Span): void {
  writer.hex(2, spanId)
  writer.fixed64(7, microseconds(startMs), 1000)
  writer.fixed64(8, microseconds(Math.max(startMs, endMs)), 1000)
  for (const fields of shared) writer.fields(fields)
  for (const { attribute, value } of counts)
    if (value !== undefined && Number.isSafeInteger(value) && value >= 0)
      writer.fieldsWithCount(attribute, value)
  if (failed) writer.message(15, () => writer.count(3, STATUS_ERROR))
}

function writeLink(writer: ProtoWriter, { traceId, spanId, flags }: SpanPlace): void {
  writer.hex(1, traceId)
  writer.hex(2, spanId)
  writer.fixed32(6, flags | HAS_IS_REMOTE)
}

function writeAttributes(writer: ProtoWriter, field: number, attributes: SpanAttributes): void {
  const admitted = admitAttributes(attributes)
  for (const name in admitted) {
    const value = admitted[name]
    if (value !== undefined) writeAttribute(writer, field, name, value)
  }
}

function writeAttribute(writer: ProtoWriter, field: number, name: string, value: AttributeValue): void {
  writer.message(field, () => {
    writer.text(1, name)
    writer.message(2, () => writeValue(writer, value))
  })
}

/** AnyValue. */
function writeValue(writer: ProtoWriter, value: AttributeValue): void {
  if (typeof value === 'string') writer.text(1, value)
  else if (typeof value === 'boolean') writer.count(2, value ? 1 : 0)
  else if (Number.isSafeInteger(value) && (value as number) >= 0) writer.count(3, value as number)
  else if (typeof value === 'number') writer.double(4, value)
  else writer.message(5, () => writeList(writer, value))
}

function writeList(writer: ProtoWriter, values: readonly string[]): void {
  for (const value of values) writer.message(1, () => writer.text(1, value))
}

/** Microseconds since the epoch; 0 for what is no time after it. */
function microseconds(ms: number): number {
  const us = Math.round(ms * 1000)
  return us > 0 && us <= MAX_TIME_US ? us : 0
}

/** The last time that fits: its nanoseconds in 64 bits. */
const MAX_TIME_US = Number.MAX_SAFE_INTEGER

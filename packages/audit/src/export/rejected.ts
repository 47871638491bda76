// opentelemetry-proto: "collector/trace/v1/trace_service.proto", ExportTraceServiceResponse and ExportTracePartialSuccess.
import type { Buffer } from 'node:buffer'

/**
 * How many spans of a request that a collector accepted it rejected all the same (OTLP specification, "Partial Success").
 * 0 for what does not read as such an answer.
 */
export function rejectedSpans(answer: Buffer): number {
  const partial = fieldOne(answer)
  const rejected = typeof partial === 'object' ? fieldOne(partial) : undefined
  return typeof rejected === 'number' ? rejected : 0
}

/** The value of the first field 1 of a message, if all before it reads: a number, or the bytes of a message or a text. */
function fieldOne(message: Buffer): number | Buffer | undefined {
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at)
    const value = tag === undefined ? undefined : varint(message, tag.end)
    if (tag === undefined || value === undefined) return undefined
    const isBytes = tag.value % 8 === LENGTH_DELIMITED
    if (!isBytes && tag.value % 8 !== VARINT) return undefined
    const end = isBytes ? value.end + value.value : value.end
    if (end > message.length) return undefined
    if (Math.floor(tag.value / 8) === 1) return isBytes ? message.subarray(value.end, end) : value.value
    at = end
  }
  return undefined
}

const VARINT = 0
const LENGTH_DELIMITED = 2

/** Bytes of a number up to 2^53 - 1. */
const MAX_VARINT_BYTES = 8

function varint(bytes: Buffer, from: number): { readonly value: number; readonly end: number } | undefined {
  let value = 0
  for (let i = 0; i < MAX_VARINT_BYTES; i += 1) {
    const byte = bytes[from + i]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 0x80 ** i
    if (byte < 0x80) return Number.isSafeInteger(value) ? { value, end: from + i + 1 } : undefined
  }
  return undefined
}

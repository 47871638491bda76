import type { OtlpTraces, OtlpValue } from './otlp-spans.ts'

// OpenTelemetry Protocol, "opentelemetry/proto/trace/v1/trace.proto"; encoding: Protocol Buffers, "Encoding".

type Field = { readonly number: number; readonly bytes: Buffer; readonly value: bigint }

/** Decodes an ExportTraceServiceRequest into the shape that its JSON form has. Throws on malformed bytes. */
export function decodeTraces(body: Buffer): OtlpTraces {
  return { resourceSpans: children(body, 1).map(resourceSpans) }
}

function resourceSpans(bytes: Buffer): OtlpTraces['resourceSpans'][number] {
  const resource = children(bytes, 1)[0] ?? Buffer.alloc(0)
  return {
    resource: { attributes: children(resource, 1).map(keyValue) },
    scopeSpans: children(bytes, 2).map((scope) => ({ spans: children(scope, 2).map(span) })),
  }
}

function span(bytes: Buffer): OtlpTraces['resourceSpans'][number]['scopeSpans'][number]['spans'][number] {
  const status = children(bytes, 15)[0] ?? Buffer.alloc(0)
  return {
    traceId: bytesOf(bytes, 1).toString('hex'),
    spanId: bytesOf(bytes, 2).toString('hex'),
    parentSpanId: bytesOf(bytes, 4).toString('hex'),
    name: bytesOf(bytes, 5).toString(),
    kind: Number(numberOf(bytes, 6)),
    startTimeUnixNano: numberOf(bytes, 7).toString(),
    endTimeUnixNano: numberOf(bytes, 8).toString(),
    attributes: children(bytes, 9).map(keyValue),
    status: { message: bytesOf(status, 2).toString(), code: Number(numberOf(status, 3)) },
  }
}

function keyValue(bytes: Buffer): { readonly key: string; readonly value: OtlpValue } {
  return { key: bytesOf(bytes, 1).toString(), value: anyValue(bytesOf(bytes, 2)) }
}

function anyValue(bytes: Buffer): OtlpValue {
  const [field] = [...fields(bytes)]
  if (field?.number === 1) return { stringValue: field.bytes.toString() }
  if (field?.number === 2) return { boolValue: field.value !== 0n }
  if (field?.number === 3) return { intValue: BigInt.asIntN(64, field.value).toString() }
  if (field?.number === 4) return { doubleValue: field.bytes.readDoubleLE(0) }
  if (field?.number === 5) return { arrayValue: { values: children(field.bytes, 1).map(anyValue) } }
  return {}
}

function children(bytes: Buffer, number: number): readonly Buffer[] {
  return [...fields(bytes)].filter((field) => field.number === number).map((field) => field.bytes)
}

function bytesOf(bytes: Buffer, number: number): Buffer {
  return children(bytes, number)[0] ?? Buffer.alloc(0)
}

function numberOf(bytes: Buffer, number: number): bigint {
  return [...fields(bytes)].find((field) => field.number === number)?.value ?? 0n
}

function* fields(bytes: Buffer): Generator<Field> {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new Error('a protobuf varint is longer than 10 bytes')
  }
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('a protobuf field is cut short')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const number = tag >>> 3
    const wireType = tag & 7
    if (wireType === 0) yield { number, bytes: Buffer.alloc(0), value: varint() }
    else if (wireType === 1) yield fixed(number, take(8))
    else if (wireType === 2) yield { number, bytes: take(Number(varint())), value: 0n }
    else if (wireType === 5) yield fixed(number, take(4))
    else throw new Error(`a protobuf field has the unknown wire type \`${wireType}\``)
  }
}

function fixed(number: number, bytes: Buffer): Field {
  return {
    number,
    bytes,
    value: bytes.length === 8 ? bytes.readBigUInt64LE(0) : BigInt(bytes.readUInt32LE(0)),
  }
}

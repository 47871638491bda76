/** An OTLP/HTTP collector for tests: takes protobuf requests and keeps their spans. */
import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type SinkSpan = {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: number
  readonly startNs: bigint
  readonly endNs: bigint
  readonly statusCode: number
  readonly links: readonly string[]
  readonly attributes: Readonly<Record<string, unknown>>
}

export class OtlpSink {
  readonly spans: SinkSpan[] = []
  readonly serviceNames = new Set<unknown>()
  /** What the collector answers. */
  status = 200
  /** Answers 401 to what does not bring this. */
  authorization: string | undefined
  /** The longest request that it takes, in bytes, and what it answers to a longer one. */
  most = Number.POSITIVE_INFINITY
  tooLong = 413
  /** A text that it answers 400 to. */
  poison = 'nothing holds this'
  /** What it says with an acceptance. */
  answer = Buffer.alloc(0)
  requests = 0
  #server: Server | undefined
  #port = 0

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens, on the same port as before if it listened before. */
  async up(): Promise<void> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        this.requests += 1
        const body = Buffer.concat(chunks)
        const status = this.#statusFor(request, body)
        if (status === 200) this.#take(body)
        response.statusCode = request.url === '/v1/traces' ? status : 404
        response.end(status === 200 ? this.answer : undefined)
      })
    }).listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  #statusFor({ headers }: IncomingMessage, body: Buffer): number {
    if (this.authorization !== undefined && headers.authorization !== this.authorization) return 401
    if (body.includes(this.poison)) return 400
    return body.length > this.most ? this.tooLong : this.status
  }

  async down(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }

  // Field numbers: opentelemetry-proto, "trace.proto", "common.proto".
  #take(body: Buffer): void {
    for (const resourceSpans of all(body, 1)) {
      for (const resource of all(resourceSpans, 1))
        this.serviceNames.add(attributes(all(resource, 1))['service.name'])
      for (const scopeSpans of all(resourceSpans, 2))
        for (const span of all(scopeSpans, 2)) this.spans.push(decodeSpan(span))
    }
  }
}

const decodeSpan = (span: Buffer): SinkSpan => {
  const hex = (field: number): string => all(span, field)[0]?.toString('hex') ?? ''
  const [status = Buffer.alloc(0)] = all(span, 15)
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: all(span, 5)[0]?.toString() ?? '',
    kind: Number(first(span, 6) ?? 0),
    startNs: BigInt(first(span, 7) ?? 0),
    endNs: BigInt(first(span, 8) ?? 0),
    attributes: attributes(all(span, 9)),
    links: all(span, 13).map((link) => all(link, 2)[0]?.toString('hex') ?? ''),
    statusCode: Number(first(status, 3) ?? 0),
  }
}

const attributes = (pairs: readonly Buffer[]): Record<string, unknown> =>
  Object.fromEntries(
    pairs.map((pair) => [all(pair, 1)[0]?.toString(), value(all(pair, 2)[0] ?? Buffer.alloc(0))]),
  )

const value = (any: Buffer): unknown => {
  const [field] = fields(any)
  if (field === undefined) return undefined
  const { number, content } = field
  if (number === 1) return (content as Buffer).toString()
  if (number === 2) return content === 1n
  if (number === 3) return Number(content)
  if (number === 4) {
    const bits = Buffer.alloc(8)
    bits.writeBigUInt64LE(content as bigint)
    return bits.readDoubleLE()
  }
  return all(content as Buffer, 1).map(value)
}

const all = (message: Buffer, number: number): Buffer[] =>
  fields(message)
    .filter((field) => field.number === number && typeof field.content !== 'bigint')
    .map((field) => field.content as Buffer)

const first = (message: Buffer, number: number): bigint | undefined =>
  fields(message).find((field) => field.number === number)?.content as bigint | undefined

/** Protocol Buffers, "Encoding": tag, then varint (0), 64 bits (1), length and bytes (2) or 32 bits (5). */
const fields = (message: Buffer): { number: number; content: bigint | Buffer }[] => {
  const found: { number: number; content: bigint | Buffer }[] = []
  let at = 0
  const varint = (): bigint => {
    let result = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at)
      at += 1
      result |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return result
    }
  }
  while (at < message.length) {
    const tag = Number(varint())
    let content: bigint | Buffer
    if ((tag & 7) === 0) content = varint()
    else if ((tag & 7) === 1) {
      content = message.readBigUInt64LE(at)
      at += 8
    } else if ((tag & 7) === 2) {
      const length = Number(varint())
      content = message.subarray(at, at + length)
      at += length
    } else {
      content = BigInt(message.readUInt32LE(at))
      at += 4
    }
    found.push({ number: tag >> 3, content })
  }
  return found
}

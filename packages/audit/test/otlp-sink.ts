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
  /** The Retry-After that it says with it. */
  retryAfter: string | undefined
  /** Answers 401 to what does not bring this. */
  authorization: string | undefined
  /** The longest request that it takes, in bytes, and what it answers to a longer one. */
  most = Number.POSITIVE_INFINITY
  tooLong = 413
  /** How long it takes for each span, in milliseconds, and for each request beside. */
  msPerSpan = 0
  msPerRequest = 0
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
        if (this.retryAfter !== undefined) response.setHeader('retry-after', this.retryAfter)
        response.statusCode = request.url === '/v1/traces' ? status : 404
        // Answered before it is read: on a busy machine that would last longer than the exporter waits, and it would ask again.
        const answered = (): void => void response.end(status === 200 ? this.answer : undefined)
        if (this.msPerSpan + this.msPerRequest === 0) answered()
        const before = this.spans.length
        if (status === 200) this.#take(body)
        const ms = this.msPerRequest + this.msPerSpan * (this.spans.length - before)
        if (ms > 0) setTimeout(answered, ms)
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
    for (const resourceSpans of parts(fields(body), 1)) {
      const found = fields(resourceSpans)
      for (const resource of parts(found, 1))
        this.serviceNames.add(attributes(parts(fields(resource), 1))['service.name'])
      for (const scopeSpans of parts(found, 2))
        for (const span of parts(fields(scopeSpans), 2)) this.spans.push(decodeSpan(fields(span)))
    }
  }
}

const decodeSpan = (span: readonly Field[]): SinkSpan => {
  const hex = (field: number): string => parts(span, field)[0]?.toString('hex') ?? ''
  const status = fields(parts(span, 15)[0] ?? Buffer.alloc(0))
  return {
    traceId: hex(1),
    spanId: hex(2),
    parentSpanId: hex(4),
    name: parts(span, 5)[0]?.toString() ?? '',
    kind: Number(number(span, 6) ?? 0),
    startNs: BigInt(number(span, 7) ?? 0),
    endNs: BigInt(number(span, 8) ?? 0),
    attributes: attributes(parts(span, 9)),
    links: parts(span, 13).map((link) => parts(fields(link), 2)[0]?.toString('hex') ?? ''),
    statusCode: Number(number(status, 3) ?? 0),
  }
}

const attributes = (pairs: readonly Buffer[]): Record<string, unknown> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const found = fields(pair)
      return [parts(found, 1)[0]?.toString(), value(parts(found, 2)[0] ?? Buffer.alloc(0))]
    }),
  )

const value = (any: Buffer): unknown => {
  const [field] = fields(any)
  if (field === undefined) return undefined
  const { number, content } = field
  if (number === 1) return (content as Buffer).toString()
  if (number === 2) return content === 1
  if (number === 3) return content
  if (number === 4) {
    const bits = Buffer.alloc(8)
    bits.writeBigUInt64LE(content as bigint)
    return bits.readDoubleLE()
  }
  return parts(fields(content as Buffer), 1).map(value)
}

const parts = (message: readonly Field[], number: number): Buffer[] =>
  message
    .filter((field) => field.number === number && Buffer.isBuffer(field.content))
    .map((field) => field.content as Buffer)

const number = (message: readonly Field[], at: number): number | bigint | undefined =>
  message.find((field) => field.number === at)?.content as number | bigint | undefined

/** A number, the bits of one, or a text, a message, and whatever else has a length. */
type Field = { readonly number: number; readonly content: number | bigint | Buffer }

/** Protocol Buffers, "Encoding": tag, then varint (0), 64 bits (1), length and bytes (2) or 32 bits (5). */
const fields = (message: Buffer): readonly Field[] => {
  const found: Field[] = []
  let at = 0
  const varint = (): number => {
    let result = 0
    for (let weight = 1; ; weight *= 128) {
      const byte = message.readUInt8(at)
      at += 1
      result += (byte & 0x7f) * weight
      if (byte < 0x80) return result
    }
  }
  while (at < message.length) {
    const tag = varint()
    let content: number | bigint | Buffer
    if ((tag & 7) === 0) content = varint()
    else if ((tag & 7) === 1) {
      content = message.readBigUInt64LE(at)
      at += 8
    } else if ((tag & 7) === 2) {
      const length = varint()
      content = message.subarray(at, at + length)
      at += length
    } else {
      content = message.readUInt32LE(at)
      at += 4
    }
    found.push({ number: tag >> 3, content })
  }
  return found
}

import type { Duplex } from 'node:stream'
import { toPackets } from '../../src/framing/packets.ts'
import { decodeColumnCount } from '../../src/messages/column-count.ts'
import { decodeColumnDefinition41 } from '../../src/messages/column-definition-41.ts'
import { decodeErrPacket } from '../../src/messages/err-packet.ts'
import { status } from '../../src/messages/status-flags.ts'

/** One packet as it came. */
type Packet = { readonly sequence: number; readonly payload: Buffer }

/** One result of a command. A talker of these tests has no DEPRECATE_EOF and no SESSION_TRACK. */
export type Reply =
  | { readonly kind: 'ok'; readonly affectedRows: number; readonly status: number }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | {
      readonly kind: 'rows'
      readonly columns: readonly string[]
      readonly rows: readonly Buffer[]
      readonly status: number
    }
  | { readonly kind: 'closed' }

/** A client, or a database, that says exactly what a test tells it to, in whatever order and pieces. */
export class Talker {
  readonly #stream: Duplex
  readonly #inbox: Packet[] = []
  #rest: Buffer = Buffer.alloc(0)
  #over = false
  #wake: () => void = () => undefined
  /** Everything that came. */
  bytes = 0

  /** `take`: what to do with a packet; true: it is done with. */
  constructor(stream: Duplex, take: (packet: Packet) => boolean = () => false) {
    this.#stream = stream
    stream.on('error', () => undefined)
    stream.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length
      this.#rest = Buffer.concat([this.#rest, chunk])
      for (let packet = this.#cut(); packet !== undefined; packet = this.#cut())
        if (!take(packet)) this.#inbox.push(packet)
      this.#wake()
    })
    stream.on('close', () => this.#end())
    stream.on('end', () => this.#end())
  }

  #end(): void {
    this.#over = true
    this.#wake()
  }

  #cut(): Packet | undefined {
    if (this.#rest.length < 4) return undefined
    const end = 4 + this.#rest.readUIntLE(0, 3)
    if (this.#rest.length < end) return undefined
    const packet = { sequence: this.#rest[3] ?? 0, payload: Buffer.from(this.#rest.subarray(4, end)) }
    this.#rest = this.#rest.subarray(end)
    return packet
  }

  /** Says whole messages, numbered from `sequence` on. */
  say(sequence: number, ...payloads: readonly Buffer[]): void {
    this.raw(Buffer.concat(payloads.map((payload, i) => toPackets(payload, (sequence + i) & 0xff))))
  }

  /** Writes bytes. */
  raw(bytes: Buffer): void {
    this.#stream.write(bytes)
  }

  /** Takes nothing any more. */
  deaf(): void {
    this.#stream.pause()
  }

  /** Takes again what comes. */
  hear(): void {
    this.#stream.resume()
  }

  /** Leaves. */
  leave(): void {
    this.#stream.end()
  }

  /** The next packet; undefined once the other side has left. */
  async next(): Promise<Packet | undefined> {
    for (;;) {
      const packet = this.#inbox.shift()
      if (packet !== undefined || this.#over) return packet
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Everything that still comes, until the other side leaves. */
  async rest(): Promise<readonly Packet[]> {
    const packets: Packet[] = []
    for (let packet = await this.next(); packet !== undefined; packet = await this.next())
      packets.push(packet)
    return packets
  }

  /** Sends a command and reads its whole answer, checking the sequence ids. */
  async command(payload: Buffer): Promise<readonly Reply[]> {
    this.say(0, payload)
    const replies: Reply[] = []
    const numbered = new Numbered(this)
    for (;;) {
      const reply = await numbered.reply()
      replies.push(reply)
      if (!('status' in reply) || (reply.status & status.MORE_RESULTS_EXISTS) === 0) return replies
    }
  }

  /** Sends a command and reads so many packets of its answer. */
  async packets(payload: Buffer, count: number): Promise<readonly Buffer[]> {
    this.say(0, payload)
    const numbered = new Numbered(this)
    const came: Buffer[] = []
    while (came.length < count) {
      const next = await numbered.next()
      if (next === undefined) break
      came.push(next)
    }
    return came
  }

  /** COM_STMT_FETCH answers with rows alone. */
  async fetch(payload: Buffer): Promise<Reply> {
    this.say(0, payload)
    return await new Numbered(this).rows([])
  }
}

const CLOSED: Reply = { kind: 'closed' }

/** One answer, whose packets count up. */
class Numbered {
  readonly #talker: Talker
  #due = 1

  constructor(talker: Talker) {
    this.#talker = talker
  }

  async next(): Promise<Buffer | undefined> {
    const packet = await this.#talker.next()
    if (packet === undefined) return undefined
    if (packet.sequence !== this.#due)
      throw new Error(`packet ${packet.sequence} came where ${this.#due} was due`)
    this.#due = (this.#due + 1) & 0xff
    return packet.payload
  }

  async reply(): Promise<Reply> {
    const first = await this.next()
    if (first === undefined) return CLOSED
    if (first[0] === 0xff) return errorOf(first)
    if (first[0] === 0x00) return { kind: 'ok', affectedRows: first[1] ?? 0, status: first.readUInt16LE(3) }
    if (first[0] === 0xfe) return { kind: 'ok', affectedRows: 0, status: first.readUInt16LE(3) }
    const { columns } = decodeColumnCount(first)
    const names: string[] = []
    while (names.length < columns) {
      const definition = await this.next()
      if (definition === undefined) return CLOSED
      if (definition[0] === 0xff) return errorOf(definition)
      names.push(decodeColumnDefinition41(definition, { extended: 0 }).name)
    }
    const end = await this.next()
    if (end === undefined) return CLOSED
    if (end[0] === 0xff) return errorOf(end)
    const flags = end.readUInt16LE(3)
    return (flags & status.CURSOR_EXISTS) === 0
      ? this.rows(names)
      : { kind: 'rows', columns: names, rows: [], status: flags }
  }

  async rows(columns: readonly string[]): Promise<Reply> {
    const rows: Buffer[] = []
    for (;;) {
      const row = await this.next()
      if (row === undefined) return CLOSED
      if (row[0] === 0xff) return errorOf(row)
      if (row[0] === 0xfe && row.length < 9)
        return { kind: 'rows', columns, rows, status: row.readUInt16LE(3) }
      rows.push(row)
    }
  }
}

function errorOf(payload: Buffer): Reply {
  const { code, message } = decodeErrPacket(payload)
  return { kind: 'error', code, message }
}

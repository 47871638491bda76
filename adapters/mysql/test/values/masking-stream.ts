import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { MaskPlan } from '@sluice/core/mask/plan'
import type { MysqlColumn } from '../../src/values/column.ts'
import { maskRowPackets, rowChecker } from '../../src/values/rows.ts'

/** Makes the plan of a result; undefined: the bytes stay as they are. */
export type Planner = (columns: readonly MysqlColumn[]) => MaskPlan | undefined

const PREPARE = 0x16
const EXECUTE = 0x17
const QUERY = 0x03

/** A connection to a server whose rows are masked on the way, and nothing else about it is looked at. */
export class MaskingStream extends Duplex {
  readonly #socket: Socket
  #planner: Planner
  #held = Buffer.alloc(0)
  #command = -1
  #left = 0
  #columns: MysqlColumn[] = []
  #state: 'idle' | 'columns' | 'rows' = 'idle'
  #plan: MaskPlan | undefined

  constructor(path: string, planner: Planner) {
    super()
    this.#planner = planner
    this.#socket = connect(path)
    this.#socket.on('data', (chunk) => this.#receive(chunk))
    this.#socket.on('close', () => this.push(null))
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (chunk[3] === 0) {
      this.#command = chunk[4] ?? -1
      this.#state = 'idle'
    }
    this.#socket.write(chunk, () => done())
  }

  override _read(): void {}

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  #receive(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk])
    while (this.#held.length >= 4 && this.#held.length >= 4 + this.#held.readUIntLE(0, 3)) {
      const end = 4 + this.#held.readUIntLE(0, 3)
      try {
        this.push(this.#packet(this.#held.subarray(0, end)))
      } catch (error) {
        this.destroy(error as Error)
        return
      }
      this.#held = this.#held.subarray(end)
    }
  }

  #packet(packet: Buffer): Buffer {
    const first = packet[4] ?? -1
    if (this.#command === PREPARE || (this.#command !== QUERY && this.#command !== EXECUTE)) return packet
    if (this.#state === 'idle') {
      if (first === 0 || first === 0xff) return packet
      this.#left = first
      this.#columns = []
      this.#state = 'columns'
      return packet
    }
    if (this.#state === 'columns') {
      this.#columns.push(columnOf(packet.subarray(4), this.#command === EXECUTE ? 'binary' : 'text'))
      if (--this.#left > 0) return packet
      this.#state = 'rows'
      this.#plan = this.#planner(this.#columns)
      return packet
    }
    if (first === 0xfe || first === 0xff) return packet
    const plan = this.#plan
    if (plan === undefined) return packet
    if (!plan.pass) return maskRowPackets(plan, this.#columns, packet, packet[3] ?? 0).rows
    rowChecker(this.#columns)(packet, 1)
    return packet
  }
}

const columnOf = (payload: Buffer, format: 'text' | 'binary'): MysqlColumn => {
  let at = 0
  const text = (): string => {
    const length = payload[at] ?? 0
    at += 1 + length
    return payload.toString('utf8', at - length, at)
  }
  const [, , , , name] = [text(), text(), text(), text(), text(), text()]
  // MariaDB may say more of the type here.
  if (payload.length - at > 13) text()
  at += 1
  return {
    name,
    format,
    charset: payload.readUInt16LE(at),
    length: payload.readUInt32LE(at + 2),
    type: payload[at + 6] ?? 0,
    flags: payload.readUInt16LE(at + 7),
    decimals: payload[at + 9] ?? 0,
    minutesAhead: 0,
  }
}

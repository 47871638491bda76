import type { Socket } from 'node:net'
import { createConnection } from 'mysql2'

/** Where and as whom to log in. */
export type MysqlLogin = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** One packet that a server sent. */
export type ReceivedPacket = { readonly sequence: number; readonly payload: Buffer }

/** Whole packets in bytes, whose first is the first packet's. MySQL: "Protocol Basics". */
export function packetsIn(bytes: Buffer): readonly ReceivedPacket[] {
  const packets: ReceivedPacket[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUIntLE(at, 3)
    if (end > bytes.length) break
    packets.push({ sequence: bytes[at + 3] ?? 0, payload: bytes.subarray(at + 4, end) })
    at = end
  }
  return packets
}

/** Stands in the last row of every exchange. */
const MARK = 'this-exchange-is-over'

const markQuery = ((): Buffer => {
  const sql = Buffer.from(`\x03SELECT '${MARK}' AS m`)
  const header = Buffer.alloc(4)
  header.writeUIntLE(sql.length, 0, 3)
  return Buffer.concat([header, sql])
})()

/** Bounds what an exchange may wait for an answer that never ends. */
const EXCHANGE_MS = 20_000
/** In how many of the last bytes the mark must be, in whatever character set. */
const TAIL_BYTES = 200

/**
 * A session whose bytes are the test's own: the ordinary driver logs in and is then cut off its socket. Behind what is
 * sent goes a statement whose answer shows that everything before it is answered. It uses no table, so that the
 * server's list of warnings outlives it.
 */
export class MysqlWire {
  #received: Buffer[] = []
  #wake: () => void = () => undefined
  alive = true
  readonly #stream: Socket

  private constructor(stream: Socket) {
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
      this.#wake()
    })
    stream.on('close', () => {
      this.alive = false
      this.#wake()
    })
  }

  /** Logs in with `multipleStatements`. */
  static login(login: MysqlLogin): Promise<MysqlWire> {
    return new Promise((resolve, reject) => {
      const connection = createConnection({ ...login, multipleStatements: true })
      connection.on('error', () => undefined)
      connection.connect((error) => {
        if (error) return reject(error)
        const { stream } = connection as unknown as { stream: Socket }
        stream.removeAllListeners('data')
        resolve(new MysqlWire(stream))
      })
    })
  }

  /** Everything that came until the mark's result was whole or the session ended. */
  async exchange(bytes: Buffer): Promise<Buffer> {
    this.#received = []
    this.#stream.write(Buffer.concat([bytes, markQuery]))
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.#wake()
    }, EXCHANGE_MS)
    while (this.alive && !this.#over()) {
      if (late) throw new Error(`no end of \`${bytes.toString('latin1')}\``)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    clearTimeout(timer)
    return Buffer.concat(this.#received)
  }

  close(): void {
    this.#stream.destroy()
  }

  /** The mark's row came, and the packet that ends its result. */
  #over(): boolean {
    const tail = Buffer.concat(this.#received.slice(-4)).subarray(-TAIL_BYTES)
    if (!tail.toString('latin1').replaceAll('\0', '').includes(MARK)) return false
    const all = Buffer.concat(this.#received)
    const packets = packetsIn(all)
    const length = packets.reduce((sum, { payload }) => sum + 4 + payload.length, 0)
    return length === all.length && packets.at(-1)?.payload[0] === 0xfe
  }
}

import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { command as codes } from '@sluice/adapter-mysql/messages/commands'
import { login as logInAs } from '@sluice/adapter-mysql/upstream/login'
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

const STATISTICS = Buffer.of(1, 0, 0, 0, codes.COM_STATISTICS)
/** utf8mb4_general_ci, which both servers have. */
const UTF8MB4 = 45
/** How its answer begins, which no other packet does. */
const FIGURES = Buffer.from('Uptime: ')
/** Longer than the line of figures. */
const TAIL_BYTES = 1_000

/** Bounds what an exchange may wait for an answer that never ends. */
const EXCHANGE_MS = 20_000

/**
 * A session whose bytes are the test's own: the ordinary driver logs in and is then cut off its socket. Behind what is
 * sent goes COM_STATISTICS, whose answer shows that everything before it is answered: nothing of it is masked, and the
 * server's list of warnings outlives it.
 */
export class MysqlWire {
  #received: Buffer[] = []
  #wake: () => void = () => undefined
  alive = true
  readonly #stream: Duplex

  private constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('error', () => undefined)
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
        const { stream } = connection as unknown as { stream: Duplex }
        stream.removeAllListeners('data')
        resolve(new MysqlWire(stream))
      })
    })
  }

  /** Logs in without TLS, and asks for these capabilities, `extended` of MariaDB: `flags` are those that were agreed on. */
  static async loginWith(
    { host, port, user, password, database }: MysqlLogin,
    wished: number,
    extended = 0,
  ): Promise<{ readonly wire: MysqlWire; readonly flags: number }> {
    const as = { user, password, unix: false, local: true, encrypt: undefined, maxFrameBytes: 1024 * 1024 }
    const capabilities = { flags: wished, extended }
    // Of what is wished for it is told what the server has not, which it need not have here.
    const wish = { capabilities, database, collation: UTF8MB4, programName: 'test' }
    const session = await logInAs(connect(port, host), as, wish)
    const wire = new MysqlWire(session.stream)
    session.stream.resume()
    return { wire, flags: session.capabilities.flags }
  }

  /** Everything that came in answer, or until the session ended. */
  async exchange(bytes: Buffer): Promise<Buffer> {
    this.#received = []
    const asked = packetsIn(bytes).filter(({ payload }) => payload[0] === codes.COM_STATISTICS).length
    this.#stream.write(Buffer.concat([bytes, STATISTICS]))
    let late = false
    const timer = setTimeout(() => {
      late = true
      this.#wake()
    }, EXCHANGE_MS)
    let answer: Buffer | undefined
    while (this.alive && answer === undefined) {
      if (late) throw new Error(`no end of \`${bytes.toString('latin1')}\``)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      answer = this.#answer(asked)
    }
    clearTimeout(timer)
    const all = answer ?? Buffer.concat(this.#received)
    this.#received = []
    return all
  }

  /** Everything that comes behind the last exchange, and what is sent now, until the session ends. */
  async lastWords(sent: Buffer): Promise<Buffer> {
    this.#stream.write(sent)
    while (this.alive)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return Buffer.concat(this.#received)
  }

  close(): void {
    this.#stream.destroy()
  }

  /** What came before the figures that end an exchange, in which they were `asked` for so often besides. */
  #answer(asked: number): Buffer | undefined {
    if (!Buffer.concat(this.#received.slice(-4)).subarray(-TAIL_BYTES).includes(FIGURES)) return undefined
    const all = Buffer.concat(this.#received)
    const packets = packetsIn(all)
    const ends = packets.filter(({ sequence, payload }) => sequence === 1 && isFigures(payload))
    const last = packets.at(-1)
    if (ends.length <= asked || last === undefined || last !== ends.at(-1)) return undefined
    return all.subarray(0, all.length - 4 - last.payload.length)
  }
}

const isFigures = (payload: Buffer): boolean => payload.subarray(0, FIGURES.length).equals(FIGURES)

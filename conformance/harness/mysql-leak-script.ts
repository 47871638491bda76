import { command as codes } from '@sluice/adapter-mysql/messages/commands'
import type { Attack, ResultFormat } from './leak-script.ts'
import { type MysqlLogin, MysqlWire, packetsIn } from './mysql-wire.ts'

/** ER_UNSUPPORTED_PS: the server runs this statement as text only. */
const TEXT_ONLY = 1295

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** A command by its byte, and its argument. MySQL: Client/Server Protocol, "Command Phase". */
const command = (code: number, ...parts: readonly (string | Buffer)[]): Buffer => {
  const payload = Buffer.concat([Buffer.of(code), ...parts.map((part) => Buffer.from(part as Buffer))])
  const header = Buffer.alloc(4)
  header.writeUIntLE(payload.length, 0, 3)
  return Buffer.concat([header, payload])
}

const query = (sql: string): Buffer => command(codes.COM_QUERY, sql)

/** A length in one byte, or in three behind 0xfd. */
const lengthOf = (value: string): Buffer => {
  const bytes = Buffer.byteLength(value)
  return bytes < 251 ? Buffer.of(bytes) : Buffer.of(0xfd, bytes & 0xff, (bytes >> 8) & 0xff, bytes >> 16)
}

/** No parameters, or one that is a text (MYSQL_TYPE_VAR_STRING, new types sent) or a number (MYSQL_TYPE_LONG). */
const execute = (id: Buffer, second = '', value = ''): Buffer => {
  const text = second === 'with' ? [Buffer.of(0, 1, 0xfd, 0), lengthOf(value), value] : []
  const number = second === 'number' ? [Buffer.of(0, 1, 3, 0), u32(Number(value))] : []
  return command(
    codes.COM_STMT_EXECUTE,
    id,
    Buffer.of(second === 'cursor' ? 1 : 0),
    u32(1),
    ...text,
    ...number,
  )
}

const messagesIn = (line: string): readonly string[] => line.slice(1).split(' \\')

/** Bytes of one command of a line that begins with `\`, as the head of the fixture file describes them. */
function messageOf(text: string, idOf: (name: string) => Buffer): Buffer {
  const [verb = '', first = '', second = '', ...more] = text.split(' ')
  const rest = text.slice(verb.length + 1)
  switch (verb) {
    case 'query':
      return query(rest)
    case 'prepare':
      return command(codes.COM_STMT_PREPARE, rest)
    case 'execute':
      return execute(idOf(first), second, more.join(' '))
    case 'fetch':
      return command(codes.COM_STMT_FETCH, idOf(first), u32(Number(second)))
    case 'reset':
      return command(codes.COM_STMT_RESET, idOf(first))
    case 'close':
      return command(codes.COM_STMT_CLOSE, idOf(first))
    case 'fields':
      return command(codes.COM_FIELD_LIST, first, Buffer.of(0), second)
    case 'use':
      return command(codes.COM_INIT_DB, rest)
    case 'statistics':
      return command(codes.COM_STATISTICS)
    case 'reset-connection':
      return command(codes.COM_RESET_CONNECTION)
    default:
      throw new Error(`\`${verb}\` is not a command that the fixture file knows`)
  }
}

/** Whether the binary protocol can be asked for what a line says: it takes one statement at a time. */
const isPlain = (line: string): boolean => !line.startsWith('\\') && !/;./.test(line)

/** Whether asking for the binary format changes what an attack sends. */
export const hasPlainLines = ({ steps }: Attack): boolean => steps.some(isPlain)

/** The ids that the server gave: each reply begins with sequence id 1, and a COM_STMT_CLOSE has none. */
function statementsIn(step: string, bytes: Buffer): readonly number[] {
  const replies = packetsIn(bytes).filter(({ sequence }) => sequence === 1)
  const answered = messagesIn(step).filter((text) => !text.startsWith('close '))
  return answered.flatMap((text, i) => {
    if (!text.startsWith('prepare ')) return []
    const payload = replies[i]?.payload
    return [payload?.[0] === 0 && payload.length >= 12 ? payload.readUInt32LE(1) : 0]
  })
}

/** What came back, and whether the session is still there. */
type Outcome = { readonly bytes: Buffer; readonly alive: boolean }

async function attackOn(
  wire: MysqlWire,
  { steps }: Attack,
  database: string,
  format: ResultFormat,
): Promise<Outcome> {
  const received: Buffer[] = []
  const prepared: number[] = []
  const idOf = (name: string) => u32(prepared[Number(name) - 1] ?? Number(name))
  const ask = async (bytes: Buffer): Promise<Buffer> => {
    const answer = await wire.exchange(bytes)
    received.push(answer)
    return answer
  }
  for (const line of steps) {
    if (!wire.alive) break
    const step = line.replaceAll('{db}', database)
    if (step.startsWith('\\')) {
      const answer = await ask(Buffer.concat(messagesIn(step).map((text) => messageOf(text, idOf))))
      prepared.push(...statementsIn(step, answer))
    } else if (format === 'text' || !isPlain(step)) await ask(query(step))
    else await askBinary(step, ask)
  }
  return { bytes: Buffer.concat(received), alive: wire.alive }
}

async function askBinary(sql: string, ask: (bytes: Buffer) => Promise<Buffer>): Promise<void> {
  const [answer] = packetsIn(await ask(command(codes.COM_STMT_PREPARE, sql)))
  if (answer === undefined) return
  const { payload } = answer
  if (payload[0] === 0) {
    const id = payload.subarray(1, 5)
    await ask(Buffer.concat([execute(id), command(codes.COM_STMT_CLOSE, id)]))
  } else if (payload.readUInt16LE(1) === TEXT_ONLY) await ask(query(sql))
}

/**
 * Sessions that serve one attack after the other, one for each login at a port: logging in is most of an attack's
 * time. What an attack left behind in its session is thrown away by COM_RESET_CONNECTION.
 */
export class MysqlSessions {
  readonly #open = new Map<string, MysqlWire>()

  /**
   * Runs an attack to its end, whatever the answers, and gives every byte that the server sent, one to a character.
   * `{db}` in it stands for the login's database.
   */
  async attack(login: MysqlLogin, one: Attack, format: ResultFormat): Promise<string> {
    const key = `${login.port} ${login.user} ${login.database}`
    const wire = this.#open.get(key) ?? (await MysqlWire.login(login))
    this.#open.delete(key)
    const { bytes, alive } = await attackOn(wire, one, login.database, format)
    if (alive && (await cleared(wire, login.database))) this.#open.set(key, wire)
    else wire.close()
    return bytes.toString('latin1')
  }

  close(): void {
    for (const wire of this.#open.values()) wire.close()
    this.#open.clear()
  }
}

/** Whether a session is as it was at its login. */
async function cleared(wire: MysqlWire, database: string): Promise<boolean> {
  const bytes = [command(codes.COM_RESET_CONNECTION), command(codes.COM_INIT_DB, database)]
  const [reset, used] = packetsIn(await wire.exchange(Buffer.concat(bytes)))
  return wire.alive && reset?.payload[0] === 0 && used?.payload[0] === 0
}

// Writes `postgres-<version>.txt` beside this file: every message of a conversation with a real server, one a line,
// `C` or `S` and its bytes in hexadecimal. From the repository's root:
//   node --conditions=@sluice/source adapters/postgres/test/messages/goldens/capture.ts debian
//   node --conditions=@sluice/source adapters/postgres/test/messages/goldens/capture.ts embedded
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { startPostgres } from '@sluice/testkit/postgres-server'
import { scramClient } from '../../../src/auth/scram-client.ts'
import { Framer } from '../../../src/framing/framer.ts'
import { decodeAuthentication } from '../../../src/messages/authentication.ts'
import { encodeBind } from '../../../src/messages/bind.ts'
import { encodeClose } from '../../../src/messages/close.ts'
import { backend, backendTypes } from '../../../src/messages/codes.ts'
import { encodeCopyData } from '../../../src/messages/copy-data.ts'
import { encodeCopyDone } from '../../../src/messages/copy-done.ts'
import { encodeCopyFail } from '../../../src/messages/copy-fail.ts'
import { encodeDescribe } from '../../../src/messages/describe.ts'
import { encodeExecute } from '../../../src/messages/execute.ts'
import { encodeFlush } from '../../../src/messages/flush.ts'
import { encodeFunctionCall } from '../../../src/messages/function-call.ts'
import { decodeParameterStatus } from '../../../src/messages/parameter-status.ts'
import { encodeParse } from '../../../src/messages/parse.ts'
import { encodeQuery } from '../../../src/messages/query.ts'
import { encodeSASLInitialResponse } from '../../../src/messages/sasl-initial-response.ts'
import { encodeSASLResponse } from '../../../src/messages/sasl-response.ts'
import { encodeStartupMessage, PROTOCOL_3_2 } from '../../../src/messages/startup-message.ts'
import { encodeSync } from '../../../src/messages/sync.ts'
import { encodeTerminate } from '../../../src/messages/terminate.ts'

const query = (sql: string): Buffer => encodeQuery({ sql })
const parse = (name: string, sql: string): Buffer => encodeParse({ name, sql, parameterTypes: [] })
const bind = (portal: string, statement: string, ...texts: (string | null)[]): Buffer =>
  encodeBind({
    portal,
    statement,
    parameterFormats: [],
    values: texts.map((text) => (text === null ? null : Buffer.from(text))),
    resultFormats: [1],
  })
const execute = (portal: string, maxRows = 0): Buffer => encodeExecute({ portal, maxRows })
const data = (text: string): Buffer => encodeCopyData({ data: Buffer.from(text) })
const ABS_INT4 = 1397

/** What the client sends at once, and the type of the message it then waits for. */
const conversation: readonly (readonly [messages: readonly Buffer[], until: number])[] = [
  [[query('')], backend.ReadyForQuery],
  [
    [query('CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, NULL)')],
    backend.ReadyForQuery,
  ],
  [[query('SELECT id, name, \'é\' || id AS "ü" FROM t; SHOW server_encoding')], backend.ReadyForQuery],
  [[query("SELECT 1; SELECT 'x'::int; SELECT 2")], backend.ReadyForQuery],
  [[query("DO $$ BEGIN RAISE NOTICE 'n' USING DETAIL = 'd', HINT = 'h'; END $$")], backend.ReadyForQuery],
  [[query('BEGIN'), query('SELECT nothing'), query('ROLLBACK')], backend.ReadyForQuery],
  [[], backend.ReadyForQuery],
  [[], backend.ReadyForQuery],
  [[query("LISTEN c; NOTIFY c, 'p'")], backend.ReadyForQuery],
  [[query("SET client_encoding = 'LATIN1'; SELECT 1")], backend.ReadyForQuery],
  [[query("SET client_encoding = 'UTF8'")], backend.ReadyForQuery],
  [
    [
      parse('s', 'SELECT n, $1::text FROM generate_series(1, 3) n'),
      encodeDescribe({ target: 'statement', name: 's' }),
      bind('p', 's', 'é'),
      encodeDescribe({ target: 'portal', name: 'p' }),
      execute('p', 2),
      execute('p'),
      encodeClose({ target: 'portal', name: 'p' }),
      encodeClose({ target: 'statement', name: 's' }),
      encodeSync(),
    ],
    backend.ReadyForQuery,
  ],
  [
    [
      parse('', "INSERT INTO t VALUES (2, 'b')"),
      encodeDescribe({ target: 'statement', name: '' }),
      bind('', ''),
      encodeDescribe({ target: 'portal', name: '' }),
      execute(''),
      parse('', ''),
      bind('', ''),
      execute(''),
      encodeSync(),
    ],
    backend.ReadyForQuery,
  ],
  [
    [parse('', 'SELECT $1::int'), bind('', '', 'x'), execute(''), parse('', 'SELECT 1'), encodeFlush()],
    backend.ErrorResponse,
  ],
  [[query('SELECT 1'), encodeSync()], backend.ReadyForQuery],
  [[query('COPY t FROM STDIN')], backend.CopyInResponse],
  [[data('3\tc\n'), data('4\t\\N\n'), encodeCopyDone()], backend.ReadyForQuery],
  [[query('COPY t FROM STDIN (FORMAT binary)')], backend.CopyInResponse],
  [[encodeCopyFail({ message: 'given up' })], backend.ReadyForQuery],
  [[query('COPY t TO STDOUT; SELECT 1')], backend.ReadyForQuery],
  [
    [parse('', 'COPY t TO STDOUT (FORMAT binary)'), bind('', ''), execute(''), encodeSync()],
    backend.ReadyForQuery,
  ],
  [[parse('', 'COPY t FROM STDIN'), bind('', ''), execute(''), encodeFlush()], backend.CopyInResponse],
  [[data('5\te\n'), encodeSync(), encodeCopyDone(), encodeSync()], backend.ReadyForQuery],
  [
    [
      encodeFunctionCall({
        functionId: ABS_INT4,
        argumentFormats: [],
        args: [Buffer.from('-7')],
        resultFormat: 1,
      }),
    ],
    backend.ReadyForQuery,
  ],
]

class Recorder {
  readonly lines: string[] = []
  readonly #socket: Socket
  readonly #framer = new Framer({ fault: 'upstream', types: backendTypes, maxFrameBytes: 1_000_000 })

  constructor(socket: Socket) {
    this.#socket = socket
    socket.pause()
  }

  send(...messages: readonly Buffer[]): void {
    for (const message of messages) {
      this.lines.push(`C ${message.toString('hex')}`)
      this.#socket.write(message)
    }
  }

  /** Records until a message of this type has come; gives its body. */
  async until(type: number): Promise<Buffer> {
    for (;;) {
      const piece = this.#framer.next()
      if (piece?.kind === 'frame') {
        if (!isStartNoise(piece.type, piece.payload)) this.lines.push(`S ${piece.raw.toString('hex')}`)
        if (piece.type === type) return piece.payload
      } else if (!this.#readChunk()) {
        await once(this.#socket, 'readable')
      }
    }
  }

  #readChunk(): boolean {
    const chunk: unknown = this.#socket.read()
    if (!Buffer.isBuffer(chunk)) return false
    this.#framer.push(chunk)
    return true
  }
}

// Would name the machine, not the protocol.
function isStartNoise(type: number, payload: Buffer): boolean {
  return type === backend.ParameterStatus && decodeParameterStatus(payload).name === 'TimeZone'
}

async function logIn(recorder: Recorder, user: string, password: string): Promise<void> {
  const scram = scramClient(password)
  recorder.send(encodeStartupMessage({ version: PROTOCOL_3_2, parameters: new Map([['user', user]]) }))
  await recorder.until(backend.Authentication)
  recorder.send(encodeSASLInitialResponse({ mechanism: 'SCRAM-SHA-256', data: scram.clientFirst() }))
  const first = decodeAuthentication(await recorder.until(backend.Authentication))
  if (first.kind !== 'sasl-continue') throw new Error(`the server sent \`${first.kind}\``)
  recorder.send(encodeSASLResponse({ data: await scram.serverFirst(first.data) }))
  await recorder.until(backend.ReadyForQuery)
}

const version = process.argv[2] === 'embedded' ? 'embedded' : 'debian'
const server = await startPostgres({ version, superuserPassword: 'a password', auth: 'scram-sha-256' })
try {
  const socket = connect(server.port, server.host)
  await once(socket, 'connect')
  const recorder = new Recorder(socket)
  await logIn(recorder, server.superuser, server.password)
  for (const [messages, until] of conversation) {
    recorder.send(...messages)
    await recorder.until(until)
  }
  recorder.send(encodeTerminate())
  socket.end()
  const file = new URL(`./postgres-${version === 'embedded' ? 18 : 15}.txt`, import.meta.url)
  writeFileSync(file, `${recorder.lines.join('\n')}\n`)
} finally {
  await server.stop()
}

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { scramClient } from '@sluice/adapter-postgres/auth/scram-client'
import { Framer } from '@sluice/adapter-postgres/framing/framer'
import { decodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { type BackendKeyData, decodeBackendKeyData } from '@sluice/adapter-postgres/messages/backend-key-data'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { backend, backendTypes } from '@sluice/adapter-postgres/messages/codes'
import { decodeCommandComplete } from '@sluice/adapter-postgres/messages/command-complete'
import { decodeDataRow } from '@sluice/adapter-postgres/messages/data-row'
import { decodeErrorResponse } from '@sluice/adapter-postgres/messages/error-response'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import {
  decodeNegotiateProtocolVersion,
  type NegotiateProtocolVersion,
} from '@sluice/adapter-postgres/messages/negotiate-protocol-version'
import { decodeNotificationResponse } from '@sluice/adapter-postgres/messages/notification-response'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodePasswordMessage } from '@sluice/adapter-postgres/messages/password-message'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { decodeReadyForQuery } from '@sluice/adapter-postgres/messages/ready-for-query'
import { encodeSASLInitialResponse } from '@sluice/adapter-postgres/messages/sasl-initial-response'
import { encodeSASLResponse } from '@sluice/adapter-postgres/messages/sasl-response'
import { encodeStartupMessage, PROTOCOL_3_0 } from '@sluice/adapter-postgres/messages/startup-message'
import { backendName } from '@sluice/adapter-postgres/states/message-name'

export type RawConnection = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly parameters?: Readonly<Record<string, string>>
  /** Version word to ask for; default protocol 3.0. */
  readonly version?: number
}

/** A message of the server, kept. */
export type Received = { readonly type: number; readonly payload: Buffer }

/** A client that sends exactly what a test tells it to, in whatever order and pieces. */
export class RawClient {
  readonly stream: Duplex
  /** What a CancelRequest for this session must say. */
  key: BackendKeyData | undefined
  /** What the server said to the version and the options asked for. */
  negotiated: NegotiateProtocolVersion | undefined
  /** How a message is told in a line. */
  lineOf: (message: Received) => string = line
  readonly #framer = new Framer({ fault: 'upstream', types: backendTypes, maxFrameBytes: 1 << 26 })
  readonly #inbox: Received[] = []
  #wake: () => void = () => undefined
  #over = false

  constructor(stream: Duplex) {
    this.stream = stream
    stream.on('error', () => undefined)
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('close', () => {
      this.#over = true
      this.#wake()
    })
  }

  /** A TCP connection on which nothing was said yet. */
  static async dial({ host, port }: Pick<RawConnection, 'host' | 'port'>): Promise<RawClient> {
    const socket = connect(port, host)
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** A session, logged in by SCRAM or a cleartext password. Rejects with the server's refusal. */
  static async login(connection: RawConnection): Promise<RawClient> {
    const client = await RawClient.dial(connection)
    await client.logIn(connection)
    return client
  }

  async logIn({
    user,
    password,
    database,
    parameters = {},
    version = PROTOCOL_3_0,
  }: RawConnection): Promise<void> {
    const all = new Map(Object.entries({ user, database, ...parameters }))
    this.send(encodeStartupMessage({ version, parameters: all }))
    const scram = scramClient(password)
    for (;;) {
      const message = await this.next()
      if (message === undefined) throw new Error('the server closed the connection')
      const { type, payload } = message
      if (type === backend.ErrorResponse) throw new Error(line(message))
      if (type === backend.BackendKeyData) {
        const { processId, secretKey } = decodeBackendKeyData(payload)
        this.key = { processId, secretKey: Buffer.from(secretKey) }
      }
      if (type === backend.NegotiateProtocolVersion) this.negotiated = decodeNegotiateProtocolVersion(payload)
      if (type === backend.ReadyForQuery) return
      if (type === backend.Authentication) await this.#answer(payload, scram, password)
    }
  }

  async #answer(payload: Buffer, scram: ReturnType<typeof scramClient>, password: string): Promise<void> {
    const request = decodeAuthentication(payload)
    if (request.kind === 'cleartext-password') this.send(encodePasswordMessage({ password }))
    if (request.kind === 'sasl')
      this.send(encodeSASLInitialResponse({ mechanism: 'SCRAM-SHA-256', data: scram.clientFirst() }))
    if (request.kind === 'sasl-continue')
      this.send(encodeSASLResponse({ data: await scram.serverFirst(request.data) }))
    if (request.kind === 'sasl-final') scram.serverFinal(request.data)
  }

  /** Sends messages in one piece. */
  send(...messages: readonly Uint8Array[]): void {
    this.stream.write(Buffer.concat(messages))
  }

  /** The next message; undefined once the server has closed the connection. */
  async next(): Promise<Received | undefined> {
    for (;;) {
      const message = this.#inbox.shift()
      if (message !== undefined || this.#over) return message
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Everything up to the `count`-th ReadyForQuery or the end of the connection, a line per message. */
  async ready(count = 1): Promise<string[]> {
    const lines: string[] = []
    for (let left = count; left > 0; ) {
      const message = await this.next()
      if (message === undefined) return [...lines, 'closed']
      lines.push(this.lineOf(message))
      if (message.type === backend.ReadyForQuery) left -= 1
    }
    return lines
  }

  /** Everything up to the end of the connection. */
  rest(): Promise<string[]> {
    return this.ready(Number.POSITIVE_INFINITY)
  }

  /** Runs a simple query. */
  query(sql: string): Promise<string[]> {
    this.send(encodeQuery({ sql }))
    return this.ready()
  }

  close(): void {
    this.stream.destroy()
  }

  #take(chunk: Buffer): void {
    this.#framer.push(chunk)
    for (let piece = this.#framer.next(); piece !== undefined; piece = this.#framer.next()) {
      if (piece.kind === 'frame') this.#inbox.push({ type: piece.type, payload: piece.payload })
    }
    this.#wake()
  }
}

/** A message in words: `CommandComplete INSERT 0 1`, `ErrorResponse 42501`, `DataRow a|b`, `ReadyForQuery T`. */
export function line({ type, payload }: Received): string {
  const name = backendName(type) ?? '?'
  return [name, detail(type, payload)].filter((word) => word !== '').join(' ')
}

function detail(type: number, payload: Buffer): string {
  switch (type) {
    case backend.CommandComplete:
      return decodeCommandComplete(payload).tag
    case backend.ErrorResponse:
      return decodeErrorResponse(payload).fields.get('C') ?? ''
    case backend.ReadyForQuery:
      return decodeReadyForQuery(payload).status
    case backend.DataRow:
      return decodeDataRow(payload)
        .values.map((value) => value?.toString() ?? 'NULL')
        .join('|')
    case backend.NotificationResponse: {
      const { channel, payload: said } = decodeNotificationResponse(payload)
      return said === '' ? channel : `${channel} ${said}`
    }
    default:
      return ''
  }
}

/** Parse, Bind and Execute of one statement, unnamed unless `name` says otherwise. */
export function run(sql: string, name = ''): Buffer {
  return Buffer.concat([encodeParse({ name, sql, parameterTypes: [] }), execute(name)])
}

/** Bind and Execute of what was prepared. */
export function execute(name = '', maxRows = 0): Buffer {
  return Buffer.concat([
    encodeBind({ portal: '', statement: name, parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: '', maxRows }),
  ])
}

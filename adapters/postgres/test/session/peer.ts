import type { Duplex } from 'node:stream'
import { Framer } from '../../src/framing/framer.ts'
import { backendTypes, frontendTypes } from '../../src/messages/codes.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeDataRow } from '../../src/messages/data-row.ts'
import { decodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import { backendName, frontendName } from '../../src/states/message-name.ts'

/** A message, kept, with its name. */
export type Heard = { readonly name: string; readonly payload: Buffer }

/** One end of a connection, in a test's hands: hears whole messages, says any bytes. */
export class Peer {
  readonly stream: Duplex
  readonly heard: Heard[] = []
  readonly #framer: Framer
  readonly #nameOf: (type: number) => string | undefined
  readonly #onHeard: (message: Heard) => boolean
  #wake: (() => void)[] = []
  closed = false

  /** `role`: whom the peer plays. `swallow` says of a message that it was dealt with. */
  constructor(
    stream: Duplex,
    role: 'client' | 'database',
    swallow: (message: Heard) => boolean = () => false,
  ) {
    this.stream = stream
    const types = role === 'client' ? backendTypes : frontendTypes
    this.#framer = new Framer({ fault: 'upstream', types, maxFrameBytes: 1 << 26 })
    this.#nameOf = role === 'client' ? backendName : frontendName
    this.#onHeard = swallow
    stream.on('error', () => undefined)
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('end', () => this.#close())
    stream.on('close', () => this.#close())
  }

  say(...bytes: readonly Uint8Array[]): void {
    this.stream.write(Buffer.concat(bytes))
  }

  /** Resolves once `enough` holds of what was heard, or the connection is over. */
  async until(enough: (names: readonly string[]) => boolean): Promise<readonly string[]> {
    while (!this.closed && !enough(this.names)) await new Promise<void>((resolve) => this.#wake.push(resolve))
    return this.names
  }

  get names(): readonly string[] {
    return this.heard.map(({ name }) => name)
  }

  /** The SQLSTATE of the last error heard. */
  get error(): string | undefined {
    const last = this.heard.findLast(({ name }) => name === 'ErrorResponse')
    return last === undefined ? undefined : decodeErrorResponse(last.payload).fields.get('C')
  }

  #take(chunk: Buffer): void {
    this.#framer.push(chunk)
    for (let piece = this.#framer.next(); piece !== undefined; piece = this.#framer.next()) {
      if (piece.kind !== 'frame') continue
      const message = { name: this.#nameOf(piece.type) ?? 'Authentication', payload: piece.payload }
      if (!this.#onHeard(message)) this.heard.push(message)
    }
    this.#stir()
  }

  #close(): void {
    this.closed = true
    this.#stir()
  }

  #stir(): void {
    const wake = this.#wake
    this.#wake = []
    for (const go of wake) go()
  }
}

/** Resolves once it is so; rejects after so many turns of a millisecond or more. */
export async function happened(isSo: () => boolean, mostTurns = 4000): Promise<void> {
  for (let turns = 0; !isSo(); turns += 1) {
    if (turns > mostTurns) throw new Error('what the test waits for did not happen')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** A text column as the server describes it: of relation `tableId`, column `columnNumber`, or of none. */
export const described = (name: string, tableId = 0, columnNumber = 0) => ({
  name,
  tableId,
  columnNumber,
  typeId: 25,
  typeSize: -1,
  typeModifier: -1,
  format: 0 as const,
})

/** A DataRow of texts. */
export const row = (...values: (string | null)[]): Buffer =>
  encodeDataRow({ values: values.map((value) => (value === null ? null : Buffer.from(value))) })

/** A whole simple answer: description, rows, tag, ready. */
export const result = (
  fields: readonly ReturnType<typeof described>[],
  rows: readonly (string | null)[][],
  status: 'I' | 'T' = 'I',
): Buffer =>
  Buffer.concat([
    encodeRowDescription({ fields }),
    ...rows.map((values) => row(...values)),
    encodeCommandComplete({ tag: `SELECT ${rows.length}` }),
    encodeReadyForQuery({ status }),
  ])

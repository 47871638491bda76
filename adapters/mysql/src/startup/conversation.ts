import type { Duplex } from 'node:stream'
import { Conversation as Turns } from '@sluice/wire/conversation'
import type { Framer } from '../framing/framer.ts'
import { packetCount, toPackets } from '../framing/packets.ts'

/** Turn-by-turn talk in payloads, whose packets are numbered through from one side to the other. */
export class Conversation extends Turns<Buffer> {
  readonly #framer: Framer

  constructor(socket: Duplex, framer: Framer) {
    super(socket, { push: (chunk) => framer.push(chunk), take: () => takeWhole(framer) })
    this.#framer = framer
  }

  /** Sends one message; what is received next goes on behind its sequence id. */
  say(payload: Uint8Array): void {
    const { sequence } = this.#framer
    this.send(toPackets(payload, sequence))
    this.#framer.expect(sequence + packetCount(payload.length))
  }
}

function takeWhole(framer: Framer): Buffer | undefined {
  const piece = framer.next()
  if (piece === undefined) return undefined
  if (piece.kind !== 'frame') throw new Error('a message came in pieces during login')
  return piece.payload
}

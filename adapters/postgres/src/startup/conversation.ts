import type { Duplex } from 'node:stream'
import { Conversation as Turns } from '@sluice/wire/conversation'
import type { Frame } from '../framing/frame-piece.ts'
import type { Framer } from '../framing/framer.ts'

/** A whole message, kept. */
export type Received = Pick<Frame, 'type' | 'payload' | 'raw'>

/** Turn-by-turn talk in whole messages. */
export class Conversation extends Turns<Received> {
  constructor(socket: Duplex, framer: Framer) {
    super(socket, { push: (chunk) => framer.push(chunk), take: () => takeWhole(framer) })
  }
}

function takeWhole(framer: Framer): Received | undefined {
  const piece = framer.next()
  if (piece === undefined) return undefined
  if (piece.kind !== 'frame') throw new Error('a message came in pieces during login')
  return { type: piece.type, payload: piece.payload, raw: piece.raw }
}

import type { Duplex } from 'node:stream'
import type { Outgoing } from '../outgoing.ts'
import { Pump, type Step } from '../pump.ts'
import { readMemory } from './read-memory.ts'
import { turnEnd } from './turn-end.ts'
import { wakefulness } from './wakefulness.ts'

/** What cuts the bytes of one leg into messages. */
type LegFramer = {
  /** Takes the bytes that arrived. Throws on what breaks the frame rules. */
  readonly push: (chunk: Buffer) => void
  /** Bytes pushed and not taken yet. */
  readonly buffered: number
}

/** The two legs of a session that has begun. */
export type Legs<Framer extends LegFramer = LegFramer> = {
  readonly client: Duplex
  readonly clientFramer: Framer
  readonly upstream: Duplex
  readonly upstreamFramer: Framer
}

/** What is done with the messages of the two legs. */
type Handlers = {
  /** Takes and handles the client's next message. */
  readonly clientStep: () => Step
  /** Takes and handles the database's next message. */
  readonly serverStep: () => Step
  /** All that the client sent so far is handled. */
  readonly heard: () => void
  /** Called with whatever a step or a framer threw. */
  readonly fail: (error: unknown) => void
}

/** What is queued for each leg. */
type Outgoings = { readonly toClient: Outgoing; readonly toUpstream: Outgoing }

/** The two directions of a session. */
type Pumps = { readonly clientPump: Pump; readonly serverPump: Pump }

/** How often a client is read that is held back, so that its leaving is noticed. */
const LISTEN_EVERY_MS = 1_000

/** After a polite end, how long the other side has to take what was written. */
const LINGER_MS = 2_000

/** The pumps of both directions, not started yet. What either side has to say is written once nothing more can be taken. */
export function pumpsOf(legs: Legs, { toClient, toUpstream }: Outgoings, handlers: Handlers): Pumps {
  const { clientStep, serverStep, heard, fail } = handlers
  const say = (what: Outgoing): void => {
    if (what.waitingBytes > 0 && wakefulness.said(legs, what) === 'among many') turnEnd.flush(what)
    else what.flush()
  }
  const clientPump = new Pump(legs.client, {
    ...framed(legs.clientFramer),
    step: clientStep,
    idle: () => {
      say(toUpstream)
      heard()
    },
    later: (act) => {
      setTimeout(act, LISTEN_EVERY_MS).unref()
    },
    fail,
  })
  const serverPump = new Pump(legs.upstream, {
    ...framed(legs.upstreamFramer),
    step: serverStep,
    idle: () => say(toClient),
    fail,
  })
  return { clientPump, serverPump }
}

const framed = (framer: LegFramer) => ({
  push: (chunk: Buffer) => {
    readMemory.add(chunk.length)
    framer.push(chunk)
  },
  buffered: () => framer.buffered,
})

/** Begins to read both legs. */
export function startPumps({ client, upstream }: Legs, { clientPump, serverPump }: Pumps): void {
  serverPump.start()
  clientPump.start()
  client.resume()
  upstream.resume()
}

/** Whether the client went before anybody listened: it will not be heard leaving. */
export function hasLeft({ client }: Legs): boolean {
  return client.destroyed || client.readableEnded
}

/** Ends a leg once what was written has left, or after a while. `last`: a polite word. */
export function endLeg(leg: Duplex, last?: Buffer): void {
  if (!leg.destroyed && !leg.writableEnded) leg.end(last)
  setTimeout(() => leg.destroy(), LINGER_MS).unref()
}

/**
 * Hears each side leave: `departs` is told why of the client, `gone` of the database, behind what that said last. What is
 * returned stops listening to the client.
 */
export function watchLegs(
  { client, upstream }: Legs,
  { clientPump, serverPump }: Pumps,
  departs: (reason: string) => void,
  gone: (reason: string) => void,
): () => void {
  // A result that waits for its record, or for a client that takes it, is there in full.
  const ended = (reason: string): void => {
    if (!serverPump.busy) {
      gone(reason)
      return
    }
    clientPump.stop()
    serverPump.afterStep(() => gone(reason))
    setTimeout(() => gone(reason), LINGER_MS).unref()
  }
  const broke = (): void => departs('the connection to the client broke')
  const left = (): void => departs('the client left')
  client.on('error', broke)
  client.on('end', left)
  client.on('close', left)
  upstream.on('error', () => ended('the connection to the database broke'))
  upstream.on('end', () => ended('the database left'))
  upstream.on('close', () => ended('the database left'))
  return () => {
    client.off('error', broke)
    client.off('end', left)
    client.off('close', left)
  }
}

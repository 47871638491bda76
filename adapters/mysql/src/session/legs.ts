import type { Duplex } from 'node:stream'
import { Pump } from '@sluice/wire/pump'
import { readMemory } from '@sluice/wire/socket/read-memory'
import type { Framer } from '../framing/framer.ts'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'
import { clientStep } from './client/step.ts'
import { serverStep } from './server/step.ts'
import type { WireSession } from './wire-session.ts'

/** The two legs of a session that has begun. Both framers are behind the login. */
export type Legs = {
  readonly client: Duplex
  readonly clientFramer: Framer
  readonly upstream: Duplex
  readonly upstreamFramer: Framer
}

/** How often a client is read that is held back, so that its leaving is noticed. */
const LISTEN_EVERY_MS = 1_000

/** The two directions. `heard`: all that the client sent so far is handled. */
export function pumps(
  legs: Legs,
  session: WireSession,
  fail: (error: unknown) => void,
  heard: () => void,
): { readonly clientPump: Pump; readonly serverPump: Pump } {
  const clientPump = new Pump(legs.client, {
    push: (chunk) => {
      readMemory.add(chunk.length)
      legs.clientFramer.push(chunk)
    },
    buffered: () => legs.clientFramer.buffered,
    step: () => clientStep(session),
    idle: () => {
      session.toUpstream.flush()
      heard()
    },
    later: (act) => {
      setTimeout(act, LISTEN_EVERY_MS).unref()
    },
    fail,
  })
  const serverPump = new Pump(legs.upstream, {
    push: (chunk) => {
      readMemory.add(chunk.length)
      legs.upstreamFramer.push(chunk)
    },
    buffered: () => legs.upstreamFramer.buffered,
    step: () => serverStep(session),
    idle: () => {
      session.toClient.flush()
    },
    fail,
  })
  return { clientPump, serverPump }
}

type Ends = {
  readonly end: (reason: string, refusal?: Refusal) => void
  readonly depart: (reason: string) => void
  readonly session: WireSession
}

/** Hears each side leave. What is returned leaves the client to whoever comes next. */
export function watch(legs: Legs, { end, depart, session }: Ends): () => void {
  const broke = (): void => depart('the connection to the client broke')
  const left = (): void => depart('the client left')
  legs.client.on('error', broke)
  legs.client.on('end', left)
  legs.client.on('close', left)
  const lost: Refusal = {
    code: errno.serverShutdown,
    message: 'the connection to the database was lost',
    hint: 'connect again; a statement that was running may or may not have taken effect',
  }
  const gone = (reason: string): void => end(session.departing ?? reason, lost)
  legs.upstream.on('error', () => gone('the connection to the database broke'))
  legs.upstream.on('end', () => gone('the database left'))
  legs.upstream.on('close', () => gone('the database left'))
  return () => {
    legs.client.off('error', broke)
    legs.client.off('end', left)
    legs.client.off('close', left)
  }
}

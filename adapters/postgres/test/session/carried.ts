import type { Governance } from '@sluice/gateway/session/governance'
import { ana } from '@sluice/testkit/governed'
import { socketPair } from '@sluice/testkit/loopback'
import { Framer } from '../../src/framing/framer.ts'
import { backendTypes, frontend, frontendTypes } from '../../src/messages/codes.ts'
import type { ReplicationMode } from '../../src/replication/command.ts'
import { type LiveSession, runSession } from '../../src/session/run-session.ts'
import { maskersFor } from '../../src/values/masker.ts'
import { lookUps } from './look-ups.ts'
import { type Heard, Peer } from './peer.ts'

/** A session between a client and a database that are both in the test's hands. */
export type Carried = {
  readonly client: Peer
  /** Answers the gateway's own question by itself; the rest is for the test. */
  readonly database: Peer
  readonly live: LiveSession
  /** What the gateway's own log was told. */
  readonly reports: readonly unknown[]
  /** How often the database was asked to cancel. */
  readonly cancels: () => number
  /** Bytes of the session's that the gateway holds now, in all its buffers. */
  readonly held: () => number
  readonly close: () => void
}

/** Starts a session. `answer`: what the database says to a message, if anything. */
export async function carried(
  governance: Governance,
  answer: (message: Heard) => Buffer | undefined = () => undefined,
  replication: ReplicationMode = 'off',
  maxFrameBytes: number = 1 << 20,
): Promise<Carried> {
  const toClient = await socketPair()
  const toDatabase = await socketPair()
  const clientFramer = new Framer({
    fault: 'client',
    types: frontendTypes,
    maxFrameBytes,
    streamable: [frontend.CopyData],
  })
  const upstreamFramer = new Framer({ fault: 'upstream', types: backendTypes, maxFrameBytes })
  const reports: unknown[] = []
  let cancels = 0
  const live = runSession(
    {
      client: toClient.near,
      clientFramer,
      upstream: toDatabase.near,
      upstreamFramer,
    },
    {
      governance,
      who: ana,
      maskers: maskersFor(new Uint8Array(32)),
      processId: undefined,
      cancelUpstream: () => {
        cancels += 1
        return Promise.resolve()
      },
      database: 'shop',
      parameters: new Map(),
      replication,
      report: (error) => reports.push(error),
      greet: () => Buffer.alloc(0),
    },
  )
  const lookedUp = lookUps()
  const database: Peer = new Peer(toDatabase.far, 'database', (message) => {
    const looked = lookedUp(message)
    const said = looked ?? answer(message)
    if (said !== undefined) database.say(said)
    return looked !== undefined
  })
  const client = new Peer(toClient.far, 'client')
  live.start()
  return {
    client,
    database,
    live,
    reports,
    cancels: () => cancels,
    held: () =>
      [toClient.near, toDatabase.near].reduce(
        (sum, leg) => sum + leg.readableLength + leg.writableLength,
        0,
      ) +
      clientFramer.buffered +
      upstreamFramer.buffered +
      live.session.toClient.waitingBytes +
      live.session.toUpstream.waitingBytes,
    close: () => {
      toClient.close()
      toDatabase.close()
    },
  }
}

import type { UpstreamAccount, UpstreamLimits } from '@sluice/gateway/ports/upstream'
import { dial, encryption, isLocal, isUnix } from '@sluice/wire/socket/dial'
import { ProtocolViolation } from '@sluice/wire/violation'
import { toPackets } from '../framing/packets.ts'
import { capability } from '../messages/capabilities.ts'
import { encodeComQuery } from '../messages/com-query.ts'
import { encodeComQuit } from '../messages/com-quit.ts'
import { Conversation } from '../startup/conversation.ts'
import { login, UpstreamRefused, type UpstreamSession, type UpstreamWish } from './login.ts'
import type { ServerProfile } from './server-profile.ts'

/** Where sessions on the database come from. */
export type UpstreamSource = {
  /** The database's own name on the server. */
  readonly database: string
  /** What the server says of itself. The first call logs in to see it; each session brings it up to date. */
  readonly profile: () => Promise<ServerProfile>
  /** A new session. Rejects with UpstreamUnreachable, UpstreamRefused or ProtocolViolation. */
  readonly connect: (wish: UpstreamWish) => Promise<UpstreamSession>
  /**
   * Ends what runs on a connection of the database, by another one to the very address: where a name leads to several servers,
   * another one has the same ids for others' statements. Resolves also when that fails.
   */
  readonly cancel: (session: Pick<UpstreamSession, 'connectionId' | 'address'>) => Promise<void>
}

/** utf8mb4_general_ci, which both servers have. */
const UTF8MB4 = 45

/** What is asked for where no client waits: nothing but a login. */
const PLAIN_WISH: UpstreamWish = {
  capabilities: { flags: capability.PROTOCOL_41, extended: 0 },
  database: undefined,
  collation: UTF8MB4,
  programName: 'sluice',
}

/** Connects and logs in. A `host` that begins with `/` is the file of a Unix socket. */
export function upstreamSource(options: UpstreamAccount, limits: UpstreamLimits): UpstreamSource {
  const encrypt = options.tls === 'disable' || isUnix(options.host) ? undefined : encryption(options)
  let known: ServerProfile | undefined
  const connect = async (wish: UpstreamWish, host = options.host): Promise<UpstreamSession> => {
    const password = await options.password()
    const as = {
      user: options.user,
      password,
      unix: isUnix(options.host),
      local: isLocal(options.host),
      encrypt,
      maxFrameBytes: limits.maxFrameBytes,
    }
    const session = await dial(
      { ...options, host },
      host,
      async (socket) => {
        // A database that falls silent ends the login too.
        const timer = setTimeout(() => socket.destroy(), limits.authenticationTimeoutMs)
        try {
          return await login(socket, as, wish)
        } finally {
          clearTimeout(timer)
        }
      },
      isAnswer,
    )
    known = session.profile
    return session
  }
  return {
    database: options.database,
    connect: (wish) => connect(wish),
    profile: async () => known ?? (await probed(connect)),
    cancel: async ({ connectionId, address }) => {
      const there: UpstreamSource['connect'] = (wish) => connect(wish, address)
      await cancelled(there, connectionId).catch(() => undefined)
    },
  }
}

/** The database was reached and has said no, or nonsense. */
function isAnswer(error: unknown): boolean {
  return error instanceof UpstreamRefused || error instanceof ProtocolViolation
}

/** A login in full: servers shut out hosts that leave in the middle of too many. */
async function probed(connect: UpstreamSource['connect']): Promise<ServerProfile> {
  const session = await connect(PLAIN_WISH)
  quit(session)
  return session.profile
}

/** Longest wait for the server to take a KILL. */
const CANCEL_TIMEOUT_MS = 5_000

async function cancelled(connect: UpstreamSource['connect'], connectionId: number): Promise<void> {
  const session = await connect(PLAIN_WISH)
  const timer = setTimeout(() => session.stream.destroy(), CANCEL_TIMEOUT_MS)
  const talk = new Conversation(session.stream, session.framer)
  try {
    const kill = { sql: `KILL QUERY ${connectionId}`, attributes: [] }
    talk.say(encodeComQuery(kill, session.capabilities.flags))
    await talk.receive()
  } finally {
    clearTimeout(timer)
    talk.release()
    quit(session)
  }
}

function quit({ stream }: UpstreamSession): void {
  stream.on('error', () => undefined)
  if (!stream.destroyed) stream.end(toPackets(encodeComQuit(), 0), () => stream.destroy())
}

import type { UpstreamAccount, UpstreamLimits } from '@sluice/gateway/ports/upstream'
import { ConnectionClosed } from '@sluice/wire/conversation'
import { mayShowPassword, type UpstreamAddress, UpstreamUnreachable } from '@sluice/wire/socket/dial'
import { rememberedDerivation } from '../auth/scram-client.ts'
import { PROTOCOL_3_0, PROTOCOL_3_2 } from '../messages/startup-message.ts'
import { cancelUpstream } from './cancel.ts'
import { dialler } from './dial.ts'
import { login, type UpstreamSession, VersionRefused } from './login.ts'
import { ReadyPool, type ReadyPoolOptions } from './ready-pool.ts'

/** A database, and how the gateway logs in there. */
export type UpstreamOptions = UpstreamAccount & {
  /** `require`: only a login by SCRAM that is bound to the database's certificate will do. */
  readonly channelBinding: 'prefer' | 'require'
  /** Connections that are logged in ahead; absent: none. */
  readonly pool?: ReadyPoolOptions | undefined
}

/** Where sessions on the database come from. */
export type UpstreamSource = {
  /** The database's own name on the server. */
  readonly database: string
  /** A new session with these settings. Rejects with UpstreamUnreachable, UpstreamRefused or ProtocolViolation. */
  readonly connect: (settings: ReadonlyMap<string, string>) => Promise<UpstreamSession>
  /** Cancels what runs on a session of the database; without a key there is nothing to be done. */
  readonly cancel: (session: Pick<UpstreamSession, 'key' | 'address'>) => Promise<void>
  /** Closes the connections that wait. */
  readonly close: () => void
}

/**
 * Connects and logs in. What the client speaks does not matter here: the newest protocol is asked for, and a server or
 * pooler that turns that down without a word is asked again in 3.0, which is then remembered.
 */
export function upstreamSource(options: UpstreamOptions, limits: UpstreamLimits): UpstreamSource {
  const dial = dialler(options)
  const derive = rememberedDerivation()
  let version: number = PROTOCOL_3_2
  const attempt = async (settings: ReadonlyMap<string, string>, asked: number): Promise<UpstreamSession> => {
    // Asked before: a connection on which nothing is said yet has nobody who hears it break.
    const password = await options.password()
    const { stream, endPoint, address } = await dial()
    // A database that falls silent ends the login too.
    const timer = setTimeout(() => stream.destroy(), limits.authenticationTimeoutMs)
    try {
      const { user, database, channelBinding } = options
      const shown = mayShowPassword(options)
      const as = {
        user,
        database,
        password,
        mayShowPassword: shown,
        settings,
        endPoint,
        channelBinding,
        derive,
        maxFrameBytes: limits.maxFrameBytes,
      }
      return { ...(await login(stream, { ...as, version: asked })), address }
    } catch (error) {
      stream.on('error', () => undefined)
      stream.destroy()
      throw error instanceof ConnectionClosed ? brokenOff(options, error) : error
    } finally {
      clearTimeout(timer)
    }
  }
  const open = async (settings: ReadonlyMap<string, string>): Promise<UpstreamSession> => {
    try {
      return await attempt(settings, version)
    } catch (error) {
      if (!(error instanceof VersionRefused)) throw error
      const session = await attempt(settings, PROTOCOL_3_0)
      version = PROTOCOL_3_0
      return session
    }
  }
  const pool = options.pool === undefined ? undefined : new ReadyPool(open, options.pool)
  return {
    database: options.database,
    connect: async (settings) => {
      // Replication is rare, and a connection for it is of another kind.
      if (settings.has('replication')) return await open(settings)
      const session = (await pool?.take(settings)) ?? (await open(settings))
      pool?.refill(settings)
      return session
    },
    close: () => pool?.close(),
    cancel: (session) => cancelUpstream(dial, session),
  }
}

/** Not the client has left, of which nobody need hear. */
function brokenOff({ host, port }: UpstreamAddress, cause: ConnectionClosed): UpstreamUnreachable {
  const problem = `database at \`${host}:${port}\` broke the connection off amid the login, or said no more`
  return new UpstreamUnreachable(problem, { cause })
}

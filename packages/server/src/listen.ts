import { createServer, type Server, type Socket } from 'node:net'
import type { Listener } from '@sluice/config/config'
import { socketPath } from '@sluice/config/socket-path'
import type { Adapter } from '@sluice/gateway/ports/adapter'
import { tcpOptions } from '@sluice/wire/socket/tcp-options'
import * as Effect from 'effect/Effect'
import * as Scope from 'effect/Scope'
import { bindSocket, bound } from './unix-socket.ts'

/** Where a listener is bound. */
export type BoundListener = { readonly host: string; readonly port: number }

/** As messages and the record name it. */
export const addressOf = ({ host, port }: BoundListener): string => `${host}:${port}`

/** A listener cannot be bound. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** What to listen on: an address and a port, or a folder for a Unix socket with its mode. */
type ListenAddress = Pick<Listener, 'protocol' | 'host' | 'port' | 'socketMode'>

/** Connections the system may queue while the gateway is busy. */
const BACKLOG = 511

/**
 * Where the sessions of all listeners live. Begun before the listeners, it ends behind them: nothing is accepted any more
 * when the first session is told. All are told at once: one that waits for a silent database holds up no other.
 */
export const sessionScope: Effect.Effect<Scope.Scope, never, Scope.Scope> = Effect.acquireRelease(
  Scope.make('parallel'),
  (scope, exit) => Scope.close(scope, exit),
)

/** Accepts connections for an adapter until the scope ends. They are carried until `sessions` ends. */
export const listen = (
  adapter: Adapter,
  at: ListenAddress,
  sessions: Scope.Scope,
): Effect.Effect<BoundListener, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const context = yield* Effect.context()
    const run = Effect.runForkWith(context)
    const accept = (socket: Socket): void => {
      run(Effect.forkIn(adapter.serve(socket), sessions))
    }
    const server = yield* Effect.acquireRelease(bind(accept, at), close)
    const address = server.address()
    return { host: at.host, port: typeof address === 'object' && address !== null ? address.port : at.port }
  })

const bind = (accept: (socket: Socket) => void, at: ListenAddress): Effect.Effect<Server, ListenError> =>
  Effect.tryPromise({
    try: async () => {
      const server = createServer(tcpOptions, accept)
      if (at.socketMode === undefined) await bound(server, { host: at.host, port: at.port, backlog: BACKLOG })
      else await bindSocket(server, socketPath(at.protocol, at.host, at.port), at.socketMode, BACKLOG)
      return server
    },
    catch: (error) =>
      new ListenError(
        `cannot listen on \`${at.host}:${at.port}\`: ${error instanceof Error ? error.message : 'unknown reason'}; choose another \`address\``,
      ),
  })

const close = (server: Server): Effect.Effect<void> =>
  Effect.sync(() => {
    server.close()
  })

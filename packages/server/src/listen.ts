import { createServer, type Server, type Socket } from 'node:net'
import type { Adapter } from '@sluice/gateway/ports/adapter'
import * as Effect from 'effect/Effect'
import * as Scope from 'effect/Scope'

/** Where a listener is bound. */
export type BoundListener = { readonly host: string; readonly port: number }

/** A listener cannot be bound. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
}

/** Connections the system may queue while the gateway is busy. */
const BACKLOG = 511

/**
 * Accepts connections for an adapter until the scope ends; then no new ones are taken and the sessions under way are
 * ended with the protocol's shutdown error.
 */
export const listen = (
  adapter: Adapter,
  host: string,
  port: number,
): Effect.Effect<BoundListener, ListenError, Scope.Scope> =>
  Effect.gen(function* () {
    const sessions = yield* Effect.acquireRelease(Scope.make(), (scope, exit) => Scope.close(scope, exit))
    const context = yield* Effect.context()
    const run = Effect.runForkWith(context)
    const accept = (socket: Socket): void => {
      run(Effect.forkIn(adapter.serve(socket), sessions))
    }
    const server = yield* Effect.acquireRelease(bind(accept, host, port), close)
    const address = server.address()
    return { host, port: typeof address === 'object' && address !== null ? address.port : port }
  })

const bind = (
  accept: (socket: Socket) => void,
  host: string,
  port: number,
): Effect.Effect<Server, ListenError> =>
  Effect.callback((resume) => {
    const server = createServer({ noDelay: true, pauseOnConnect: false }, accept)
    server.once('error', (error) => {
      resume(
        Effect.fail(
          new ListenError(
            `cannot listen on \`${host}:${port}\`: ${error.message}; choose another \`address\``,
          ),
        ),
      )
    })
    server.listen({ host, port, backlog: BACKLOG }, () => resume(Effect.succeed(server)))
  })

const close = (server: Server): Effect.Effect<void> =>
  Effect.sync(() => {
    server.close()
  })

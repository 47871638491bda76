import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { freePort } from '@sluice/testkit/free-port'
import { type OtlpSink, startOtlpSink } from '@sluice/testkit/otlp-sink'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { DemoArguments } from './arguments.ts'
import { type DemoFolder, writeDemoFolder } from './demo-folder.ts'
import { startGateway } from './gateway.ts'
import { step } from './progress.ts'
import { showRecords } from './records.ts'
import { bold, heading, type Screen } from './screen.ts'
import { loadShop } from './shop.ts'
import { sessionsOf, showSpans } from './spans.ts'
import { TOUR_SESSIONS, walkThrough } from './tour.ts'
import { showWhatToTry } from './try-it.ts'

const SPANS_TIMEOUT_MS = 15_000

/** The whole demo: everything it starts ends with its scope. Fails with whatever went wrong first. */
export const demo = (screen: Screen, given: DemoArguments): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    screen.write(`\n${bold(screen, 'Sluice')}: an identity-aware gateway in front of a PostgreSQL\n\n`)
    const database = yield* startDatabase(screen)
    const sink = yield* Effect.acquireRelease(
      Effect.promise(() => startOtlpSink()),
      (running) => Effect.promise(() => running.close()),
    )
    const port = yield* Effect.promise(() => portOrAnother(given.port))
    const folder = yield* writeFiles(screen, given, { database, sink, port })
    yield* startGateway(screen, folder.config)
    const entrance = { host: 'localhost', port, ca: folder.ca, agentToken: folder.agentToken }
    yield* attempt(() => walkThrough(screen, entrance))
    yield* attempt(() => showTraces(screen, folder, sink))
    if (given.tourOnly) return
    showWhatToTry(screen, folder, port)
    yield* Effect.never
  }).pipe(Effect.scoped)

/** A promise whose failure stays what it is. */
const attempt = <T>(work: () => Promise<T>): Effect.Effect<T, unknown> =>
  Effect.tryPromise({ try: work, catch: (error) => error })

type Started = { readonly database: StartedDatabase; readonly sink: OtlpSink; readonly port: number }
type StartedDatabase = { readonly server: RunningPostgres; readonly upstreamPassword: string }

const startDatabase = (screen: Screen): Effect.Effect<StartedDatabase, unknown, Scope> =>
  Effect.gen(function* () {
    const upstreamPassword = randomBytes(18).toString('base64url')
    const superuserPassword = randomBytes(18).toString('base64url')
    const server = yield* Effect.acquireRelease(
      attempt(() =>
        step(screen, 'starting PostgreSQL 18', () =>
          startPostgres({ version: 'embedded', superuserPassword, auth: 'scram-sha-256' }),
        ),
      ),
      (running) => Effect.promise(() => running.stop()),
    )
    yield* attempt(() =>
      step(screen, 'loading a shop', () => loadShop(server.connectionString, upstreamPassword)),
    )
    return { server, upstreamPassword }
  })

const writeFiles = (
  screen: Screen,
  given: DemoArguments,
  { database, sink, port }: Started,
): Effect.Effect<DemoFolder, unknown> =>
  attempt(() =>
    step(screen, `writing ${given.folder}`, () =>
      writeDemoFolder(resolve(given.folder), {
        gatewayPort: port,
        databasePort: database.server.port,
        upstreamPassword: database.upstreamPassword,
        collector: sink.url,
      }),
    ),
  )

async function showTraces(screen: Screen, folder: DemoFolder, sink: OtlpSink): Promise<void> {
  heading(screen, 6, 'Every statement left a record, written before it took effect:')
  await showRecords(screen, folder.journal)
  heading(screen, 7, 'and a span for the observability stack (OTLP):')
  const late = new Promise<void>((give) => setTimeout(give, SPANS_TIMEOUT_MS).unref())
  await Promise.race([sink.waitFor((spans) => sessionsOf(spans).length >= TOUR_SESSIONS), late])
  showSpans(screen, sink.spans())
}

/** `wanted` where nobody listens on it, else any free port. */
function portOrAnother(wanted: number): Promise<number> {
  return new Promise((give) => {
    const probe = createServer()
    probe.once('error', () => give(freePort()))
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => give(wanted)))
  })
}

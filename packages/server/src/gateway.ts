import { hkdfSync, randomBytes } from 'node:crypto'
import { CancelDesk } from '@sluice/adapter-postgres/cancel/cancel-desk'
import { meetNeighbours } from '@sluice/adapter-postgres/cancel/neighbours'
import { type SpanExportOptions, startSpanExport } from '@sluice/audit/export/spans'
import { openJournal } from '@sluice/audit/journal'
import { journalSecret } from '@sluice/audit/keys'
import type { Config, Listener } from '@sluice/config/config'
import type { Policy } from '@sluice/core/policy/policy'
import type { AuditSink } from '@sluice/gateway/ports/audit-sink'
import type { BudgetLedger } from '@sluice/gateway/ports/budget-ledger'
import type { IdentityProvider } from '@sluice/gateway/ports/identity-provider'
import type { Metrics } from '@sluice/gateway/ports/metrics'
import { Refusals } from '@sluice/gateway/session/refusals'
import type { LabelFile } from '@sluice/store/label-file'
import { startTelemetry } from '@sluice/telemetry/sdk'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type * as Scope from 'effect/Scope'
import { budgetBook } from './budgets.ts'
import { type LoadedListener, loadedListeners } from './client-tls.ts'
import { collectorHeaders } from './collector-headers.ts'
import { identityOf } from './identity.ts'
import { LabelNews } from './label-news.ts'
import { labelFile, NamedColumns } from './labels.ts'
import { addressOf, type BoundListener, ListenError, listen, sessionScope } from './listen.ts'
import { reasonOf } from './reason.ts'
import { ServedListeners } from './served-listeners.ts'
import type { ServedDatabase } from './system.ts'
import { systemOf } from './systems.ts'

/** A gateway that serves until its scope ends. */
export type RunningGateway = {
  readonly listeners: readonly BoundListener[]
  /** Puts another policy in force: the next statement of every session is decided by it. */
  readonly usePolicy: (policy: Policy) => void
  /** Has others say who asks: who is proven no more is refused at the next statement. */
  readonly useIdentity: (identity: IdentityProvider) => void
  /**
   * The next connections of the listeners are made with these certificates, keys, authorities and revocation lists. Gives
   * the listeners that keep theirs, since something else of them is new: that is for a start.
   */
  readonly useTls: (next: readonly LoadedListener[]) => readonly BoundListener[]
  readonly journal: AuditSink
  /** Labels that were set or followed, and budgets, begin with none. */
  readonly isStoreNew: boolean
}

/** What all databases of one process share. */
export type Shared = {
  readonly config: Config
  readonly audit: AuditSink
  readonly refusals: Refusals
  readonly metricsOf: (database: { readonly system: string; readonly name: string }) => Metrics
  readonly policy: () => Policy
  readonly identity: () => IdentityProvider
  readonly keys: Keys
  /** Where PostgreSQL cancel requests are taken, whichever listener they come in at. */
  readonly cancelDesk: CancelDesk
  readonly store: LabelFile
  readonly named: NamedColumns
  readonly labelNews: LabelNews
  readonly budgets: BudgetLedger
  readonly log: (message: string, error: unknown) => void
}

/** Keys derived from the one masking key. Where there is none, `logins` has another root, and the others last for this run. */
type Keys = {
  readonly mask: Uint8Array
  /** For the hashes of bind values in the record. */
  readonly values: Uint8Array
  /**
   * For made-up verifiers of unknown logins; without a masking key, derived from the journal's signing key and lasting as
   * long. INVARIANT (no-probing): another at the next start would tell who is unknown.
   */
  readonly logins: Uint8Array
}

/** What a loss of power may take of reads whose records need not be on disk: the last of so many milliseconds. */
const LAG_MS = 10

const NOTHING_RECORDED =
  'nothing can be recorded any more, so every statement is refused until the gateway is started anew'

const log: Shared['log'] = (message, error) => {
  Effect.runFork(Effect.logWarning(error instanceof Error ? `${message}: ${reasonOf(error)}` : message))
}

/**
 * Brings everything up: telemetry, journal, catalogs, listeners, in this order, and down again in the reverse.
 * `unrecorded`: told where the journal fails, at its end too.
 */
export const runGateway = (config: Config, unrecorded: () => void = () => {}) =>
  Effect.gen(function* () {
    let identity = yield* identityOf(config, nowSeconds)
    const tls = new ServedListeners(yield* loadedListeners(config.listeners))
    const exported = exportOf(config)
    const telemetry = yield* startTelemetry({ ...exported, headers: exported.headers.current })
    const mayLag = config.databases.some(({ readsWaitFor }) => readsWaitFor === 'file')
    const audit = yield* openJournal({
      path: config.journal.path,
      observer: {
        ...telemetry.journal,
        failed: (reason) => {
          unrecorded()
          log(`${NOTHING_RECORDED}: ${reason}`, undefined)
        },
        full: (reason) =>
          log(`nothing can be recorded now, so every statement is refused: ${reason}`, undefined),
        goesOn: () => log('there is room for the journal again: statements are recorded, and run', undefined),
      },
      limits: { syncWithinMs: mayLag ? LAG_MS : 0 },
    })
    yield* exportSpans(exported, { path: config.journal.path, durable: audit.durablePosition })
    let isStoreNew = false
    const store = yield* labelFile(config.store.path, () => {
      isStoreNew = true
      control(audit, 'store.made', { path: config.store.path })
    })
    const budgets = yield* budgetBook(store)
    let policy = config.policy.policy
    const cancelDesk = new CancelDesk()
    if (config.instances !== undefined) yield* neighbours(cancelDesk, config.instances.directory)
    const refusals = yield* Effect.acquireRelease(
      Effect.sync(() => new Refusals(audit)),
      (open) => Effect.sync(() => open.endWindow()),
    )
    const shared: Shared = {
      config,
      audit,
      refusals,
      metricsOf: (database) => telemetry.forDatabase(database),
      policy: () => policy,
      identity: () => identity,
      keys: keysOf(config),
      cancelDesk,
      store,
      named: new NamedColumns(config.labels, config.databases.length),
      labelNews: new LabelNews(),
      budgets,
      log,
    }
    const served = yield* Effect.forEach(config.databases, (database) =>
      systemOf(database).serve(shared, database),
    )
    // Before the first session and behind the last: a start ends whatever the record still holds open.
    control(audit, 'gateway.started', { policy: policy.version })
    yield* Effect.addFinalizer(() => Effect.sync(() => control(audit, 'gateway.stopped', {})))
    const sessions = yield* sessionScope
    const listeners = yield* Effect.forEach(config.listeners, (listener, index) =>
      open(listener, served, tls.tlsOf(index), sessions),
    )
    const running: RunningGateway = {
      listeners,
      journal: audit,
      isStoreNew,
      usePolicy: (next) => {
        policy = next
        control(audit, 'policy.loaded', { policy: next.version })
      },
      useIdentity: (next) => {
        identity = next
        control(audit, 'identity.loaded', { providers: next.name })
      },
      useTls: (next) => {
        const taken = tls.replace(next)
        for (const [index, listener] of listeners.entries()) {
          const certificate = taken.get(index)
          if (certificate !== undefined)
            control(audit, 'tls.loaded', { listener: addressOf(listener), certificate })
        }
        return listeners.filter((_, index) => config.listeners[index]?.tls !== undefined && !taken.has(index))
      },
    }
    return running
  })

/** What is exported and where to, with what the collector wants to see. */
const exportOf = ({ telemetry }: Config) => ({
  ...telemetry,
  serviceName: telemetry?.serviceName ?? 'sluice',
  headers: collectorHeaders(telemetry?.headers ?? {}, (message) => log(message, undefined)),
})

const onRejected = (spans: number): void =>
  log(`the collector has rejected ${spans} spans since the start, which it is not sent again`, undefined)

const onMissing = (position: number): void =>
  log(
    `the journal does not hold what spans were exported of up to entry ${position}: it was put aside, cut or replaced; all that it holds is exported`,
    undefined,
  )

const onProblem = (problem: string | undefined): void => {
  const failing = `spans cannot be exported to \`telemetry.endpoint\` (${problem}); they stay in the journal until they can`
  log(problem === undefined ? 'spans are exported again' : failing, undefined)
}

/** Exports spans where there is a collector. What it does not take is told, or nobody would know. */
const exportSpans = (
  { endpoint, serviceName, headers }: ReturnType<typeof exportOf>,
  journal: Pick<SpanExportOptions, 'path' | 'durable'>,
) => {
  if (endpoint === undefined) return Effect.void
  const told = { onMissing, onProblem, onRejected }
  const { current, renew } = headers
  return startSpanExport({
    ...journal,
    ...told,
    endpoint,
    serviceName,
    headers: current(),
    renewHeaders: renew,
  })
}

const open = (
  listener: Listener,
  served: readonly ServedDatabase[],
  tls: ClientTls | undefined,
  sessions: Scope.Scope,
) => {
  const database = served.find(({ name }) => name === listener.database)
  if (database === undefined) return Effect.die(new Error(`no database \`${listener.database}\``))
  return listen(database.adapter(listener, tls), listener, sessions)
}

/** Cancel requests for this gateway's sessions are taken from the others of the host, and passed on to them. */
const neighbours = (desk: CancelDesk, directory: string) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => meetNeighbours(desk, directory),
      catch: (cause) =>
        new ListenError(
          `cannot make a socket in \`${directory}\`: ${cause instanceof Error ? cause.message : 'unknown reason'}; make the folder, or choose another \`instances.directory\``,
        ),
    }),
    (leave) => Effect.promise(leave),
  )

/** Seconds since the epoch. */
export const nowSeconds = (): number => Date.now() / 1000

const control = (
  audit: AuditSink,
  action: string,
  detail: Readonly<Record<string, string | number>>,
): void => {
  audit.append({ type: 'control', at: Date.now(), action, detail })
}

const keysOf = (config: Config): Keys => {
  const { key } = config.masking
  const root = key === undefined ? randomBytes(32) : Buffer.from(Redacted.value(key.loaded), 'utf8')
  const derived = (purpose: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', root, '', `sluice ${purpose}`, 32))
  // It outlives a restart, and nothing of it can be guessed: whoever asks for a login gets something that is made of it.
  const logins =
    key === undefined ? journalSecret(config.journal.path, 'unknown logins') : derived('unknown logins')
  return { mask: derived('masking'), values: derived('bind values'), logins }
}

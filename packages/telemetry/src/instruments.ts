import type { Attributes, Meter } from '@opentelemetry/api'
import {
  DB_NAMESPACE,
  DB_OPERATION_NAME,
  DB_RESPONSE_STATUS_CODE,
  DB_SYSTEM_NAME,
  ERROR_TYPE,
  SLUICE_DECISION,
} from './attributes.ts'
import { Distribution, type Point } from './distribution.ts'

/** What the gateway counts on one database. Has the shape of the gateway's `Metrics` port. */
type DatabaseMetrics = {
  sessionOpened(): void
  sessionClosed(): void
  statement(ended: StatementFigures): void
}

/** What is counted of a statement. */
type StatementFigures = {
  readonly verb: string
  readonly decision: 'allow' | 'deny'
  readonly durationMs: number
  readonly rows: number
  readonly code?: string
}

/** What the journal counts. Has the shape of the journal's observer. */
type JournalMetrics = {
  committed(entries: number, commitMs: number): void
  refused(): void
}

/** The gateway's instruments. */
export type Telemetry = {
  /** Instruments of one database; `system` by the names of `db.system.name`. */
  forDatabase(database: { readonly system: string; readonly name: string }): DatabaseMetrics
  readonly journal: JournalMetrics
}

/** Advised for `db.client.operation.duration` by the semantic conventions ("Semantic conventions for database client metrics"), in seconds. */
const DURATION_BUCKETS_S: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** A commit is one `fsync`: tens of microseconds to, on a bad disk, a second. */
const COMMIT_BUCKETS_S: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 1,
]

/** The histograms, which are counted by hand; a reader of the SDK takes them by `distributionProducer`. */
type Distributions = { readonly duration: Distribution; readonly commit: Distribution }

/** New ones, with nothing counted. */
export const makeDistributions = (): Distributions => ({
  duration: new Distribution({
    name: 'db.client.operation.duration',
    unit: 's',
    description: 'Time from the opening of a statement record to its close',
    boundaries: DURATION_BUCKETS_S,
  }),
  commit: new Distribution({
    name: 'sluice.journal.commit.duration',
    unit: 's',
    description: 'Time of one durable commit of the journal',
    boundaries: COMMIT_BUCKETS_S,
  }),
})

/** Makes the instruments on a meter. On the hot path they only count: under 0.2 µs a statement. */
export const instrumentsFrom = (meter: Meter, { duration, commit }: Distributions): Telemetry => {
  const sessions = meter.createUpDownCounter('sluice.sessions', {
    unit: '{session}',
    description: 'Open sessions',
  })
  const decided: { readonly attributes: Attributes; count: number }[] = []
  meter
    .createObservableCounter('sluice.statements', {
      unit: '{statement}',
      description: 'Statements by decision',
    })
    .addCallback((result) => {
      for (const { attributes, count } of decided) if (count > 0) result.observe(count, attributes)
    })
  const refused = meter.createCounter('sluice.journal.refused', {
    unit: '{entry}',
    description: 'Entries not taken',
  })
  return {
    forDatabase: ({ system, name }) => {
      const where: Attributes = { [DB_SYSTEM_NAME]: system, [DB_NAMESPACE]: name }
      const allow = { attributes: { ...where, [SLUICE_DECISION]: 'allow' }, count: 0 }
      const deny = { attributes: { ...where, [SLUICE_DECISION]: 'deny' }, count: 0 }
      decided.push(allow, deny)
      const pointOf = pointsOf(duration, where)
      return {
        sessionOpened: () => sessions.add(1, where),
        sessionClosed: () => sessions.add(-1, where),
        statement: ({ verb, decision, durationMs, code }) => {
          if (decision === 'allow') allow.count += 1
          else deny.count += 1
          duration.record(pointOf(verb, code), durationMs / 1_000)
        },
      }
    },
    journal: {
      ...committed(meter, commit),
      refused: () => refused.add(1),
    },
  }
}

/** The point of a verb and a code on one database: most statements are of the kind of the one before. */
const pointsOf = (duration: Distribution, where: Attributes) => {
  const database = JSON.stringify(where)
  let last: { readonly verb: string; readonly code: string | undefined; readonly point: Point } | undefined
  return (verb: string, code: string | undefined): Point => {
    if (last !== undefined && last.verb === verb && last.code === code) return last.point
    const point = duration.point(`${database}\0${verb}\0${code ?? ''}`, () => ({
      ...where,
      [DB_OPERATION_NAME]: verb.toUpperCase(),
      ...(code === undefined ? {} : { [DB_RESPONSE_STATUS_CODE]: code, [ERROR_TYPE]: code }),
    }))
    last = { verb, code, point }
    return point
  }
}

const committed = (meter: Meter, commit: Distribution): Pick<JournalMetrics, 'committed'> => {
  let entries = 0
  meter
    .createObservableCounter('sluice.journal.entries', {
      unit: '{entry}',
      description: 'Entries made durable',
    })
    .addCallback((result) => result.observe(entries))
  const point = commit.point('', () => ({}))
  return {
    committed: (count, commitMs) => {
      entries += count
      commit.record(point, commitMs / 1_000)
    },
  }
}

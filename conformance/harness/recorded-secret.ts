import { readEntries } from '@sluice/audit/read'
import type { OtlpSink } from '@sluice/testkit/otlp-sink'
import type { TestGateway } from './gateway.ts'

/** Stands for what nobody but the client and the database may know. */
export const SECRET = 'zq7hunter'

/** The same for what is told by its looks, and so is no name wherever it stands. */
export const MAIL = `${SECRET}@example.com`

/** How many spans there are once so many sessions of a database are over, and each span and entry that holds the secret. */
export async function recordedSecret(
  gateway: TestGateway,
  sink: OtlpSink,
  database: string,
  sessions: number,
): Promise<{ readonly spans: number; readonly found: readonly string[] }> {
  const spans = await sink.waitFor(
    (all) => all.filter(({ name }) => name === `session ${database}`).length === sessions,
  )
  const entries = [...readEntries(gateway.journal)].map(({ entry }) => entry)
  const found = [...spans, ...entries].map((one) => JSON.stringify(one)).filter((one) => one.includes(SECRET))
  return { spans: spans.length, found }
}

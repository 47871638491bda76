import type { Database } from '@sluice/config/config'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { Sample } from '@sluice/gateway/catalog/sample'
import type { LabelBook } from '@sluice/store/label-book'
import type { LabelFile } from '@sluice/store/label-file'
import { noteScan } from '@sluice/store/scanned'
import * as Effect from 'effect/Effect'
import type { Shared } from './gateway.ts'
import { labelRows } from './labels.ts'
import { samplesOf } from './samples.ts'

/** How long reading a table may take. */
const TABLE_TIMEOUT_MS = 2_000

/** How long all of it may take: tables that were not read by then are for `sluice scan`. */
const SAMPLE_TIMEOUT_MS = 60_000

/** Of what values are looked at, and where what they say goes. */
type Sampled = {
  readonly catalog: { readonly settled: () => Promise<Catalog>; readonly relabel: () => void }
  readonly sample: Sample
  readonly file: LabelFile
  readonly book: LabelBook
}

/**
 * Looks at some values of each column beside everything else, and labels columns by what they say. Nothing waits for
 * it; where it fails, labels are as they were. Ends with the scope, after the table that is being read.
 */
export const sampleAtStart = (
  { log }: Pick<Shared, 'log'>,
  { sampleRows, ...database }: Pick<Database, 'name' | 'labelsOf' | 'sampleRows'>,
  { catalog, sample, file, book }: Sampled,
) => {
  if (sampleRows === 0) return Effect.void
  const failed = (error: unknown) =>
    Effect.sync(() =>
      log(
        `values of \`${database.name}\` were not sampled: its columns are labelled by names alone until \`sluice scan\` has looked at them`,
        error,
      ),
    )
  return Effect.acquireRelease(
    Effect.sync(() => {
      const state = { over: false }
      return state
    }),
    (state) =>
      Effect.sync(() => {
        state.over = true
      }),
  ).pipe(
    Effect.flatMap((state) => {
      const read = async (): Promise<void> => {
        const end = performance.now() + SAMPLE_TIMEOUT_MS
        const isOver = (): boolean => state.over || performance.now() > end
        const sampling = { rows: sampleRows, timeoutMs: TABLE_TIMEOUT_MS, isOver }
        const { samples } = await samplesOf(sample, await catalog.settled(), sampling)
        if (state.over) return
        noteScan(labelRows(file, database), samples, Date.now(), 'gateway start')
        book.reload()
        catalog.relabel()
      }
      return Effect.forkScoped(
        Effect.tryPromise({ try: read, catch: (cause) => cause }).pipe(Effect.catch(failed)),
      )
    }),
    Effect.asVoid,
  )
}

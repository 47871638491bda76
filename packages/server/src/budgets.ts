import { BudgetBook } from '@sluice/store/budget-book'
import { type LabelFile, LabelFileError } from '@sluice/store/label-file'
import * as Effect from 'effect/Effect'

/** The hourly budgets in the file, until the scope ends. */
export const budgetBook = (file: LabelFile) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => new BudgetBook(file, Date.now),
      catch: (cause) =>
        new LabelFileError(
          `budgets cannot be kept in the file of \`store.path\` (${cause instanceof Error ? cause.message : 'unknown reason'}); check its folder`,
        ),
    }),
    (book) =>
      Effect.sync(() => {
        try {
          book.close()
        } catch {
          // What was reserved counts as spent.
        }
      }),
  )

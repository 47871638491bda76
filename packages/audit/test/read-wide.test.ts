import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, jest, test } from '@jest/globals'
import { closingOf, openingOf } from '@sluice/core/record/statement'
import { statementClosed, statementOpened, withJournal, withPath } from './journals.ts'

jest.setTimeout(120_000)

/** As many as a Bind can bring. */
const VALUES = 65_535
const STATEMENTS = 64

/** A journal of openings that take some 7 MB each where their values are read, under 20 of which a thread has memory for. */
const write = (path: string): Promise<void> =>
  withJournal({ path }, async (journal) => {
    const values = {
      types: Array.from({ length: VALUES }, () => 'int4'),
      hashes: Array.from({ length: VALUES }, (_, i) => i.toString(16).padStart(32, '0')),
    }
    for (let statement = 1; statement <= STATEMENTS; statement += 1) {
      const { who, shape, at } = openingOf(statementOpened('s', statement))
      await journal.durable(journal.open({ who, shape, at, ...values, statement }))
      journal.close(closingOf(statementClosed('s', statement)))
    }
  })

const found = async (path: string, way: string): Promise<unknown> => {
  const worker = new Worker(new URL('./read-wide.ts', import.meta.url), {
    workerData: { path, way },
    resourceLimits: { maxOldGenerationSizeMb: 192 },
  })
  const [count] = await Promise.race([
    once(worker, 'message'),
    once(worker, 'error').then(([error]) => Promise.reject(error as Error)),
  ])
  await worker.terminate()
  return count
}

describe('openings of very many values take little memory', () => {
  test.each([
    ['export', STATEMENTS],
    ['lines', STATEMENTS],
    ['jsonl', 2 * STATEMENTS],
  ])('%s', (way, count) =>
    withPath(async (path) => {
      await write(path)
      expect(await found(path, way)).toBe(count)
    }),
  )
})

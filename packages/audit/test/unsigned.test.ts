import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, jest, test } from '@jest/globals'
import { checkpointsPath } from '@sluice/audit/checkpoints'
import { readEntries } from '@sluice/audit/read'
import { MOST_UNSIGNED_MS, verifyJournal } from '@sluice/audit/verify'
import type { JournalEntry } from '@sluice/core/record/record'
import * as Effect from 'effect/Effect'
import { note, notes, record, withJournal, withPath } from './journals.ts'

// Each test starts threads and waits for the disk; on a busy machine that takes its time.
jest.setTimeout(60_000)

const verify = (path: string) => Effect.runPromise(verifyJournal(path, readFileSync(`${path}.pub`, 'utf8')))

/** Entries of one block, as one would chain them who has no key. */
const writeUnsigned = (path: string, entries: readonly JournalEntry[]): Promise<void> =>
  withJournal({ path, limits: { maxWaitingEntries: entries.length } }, async (journal) => {
    await record(journal, entries)
  }).then(() => rmSync(checkpointsPath(path)))

describe('INVARIANT (one-chain): without its checkpoints no journal passes', () => {
  test('with more entries than a block can hold on top of what is unsigned before it', () =>
    withPath(async (path) => {
      await writeUnsigned(path, notes(17_384))
      expect((await verify(path)).findings).toMatchObject([{ position: 1, kind: 'unsigned' }])
      const start = withJournal({ path }, () => Promise.resolve())
      await expect(start).rejects.toThrow('17384 entries follow its last checkpoint')
    }))

  test('with entries of more than a minute', () =>
    withPath(async (path) => {
      const since = 1_700_000_000_000
      await writeUnsigned(path, [
        { ...note(1), at: since },
        { ...note(2), at: since + MOST_UNSIGNED_MS },
      ])
      expect(await verify(path)).toMatchObject({ ok: true, provenPosition: 0 })
      await writeUnsigned(`${path}.2`, [
        { ...note(1), at: since },
        { ...note(2), at: since + MOST_UNSIGNED_MS + 1 },
      ])
      expect((await verify(`${path}.2`)).findings).toMatchObject([{ position: 1, kind: 'unsigned' }])
    }))

  test('and one that ended unsigned is signed by the next start, which records it', () =>
    withPath(async (path) => {
      await writeUnsigned(path, notes(3))
      await withJournal({ path, limits: { checkpointEveryMs: 60_000 } }, async () => {
        expect(await verify(path)).toMatchObject({ ok: true, provenPosition: 3 })
      })
      expect([...readEntries(path, { from: 4 })].map(({ entry }) => entry)).toMatchObject([
        { action: 'journal.signed-late', detail: { entries: 3 } },
      ])
    }))
})

test.each(['', 'half a li'])('a copy of checkpoints that holds none is an error: %p', (text) =>
  withPath(async (path) => {
    await withJournal({ path }, (journal) => record(journal, notes(1)))
    writeFileSync(`${path}.kept`, text)
    const verified = verifyJournal(path, readFileSync(`${path}.pub`, 'utf8'), {
      checkpoints: `${path}.kept`,
    })
    expect(await Effect.runPromise(Effect.flip(verified))).toMatchObject({
      problem: 'unusable',
      message: expect.stringMatching(/^there are no checkpoints at `.*\.kept`/),
    })
  }),
)

import { generateKeyPairSync } from 'node:crypto'
import { closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { describe, expect, jest, test } from '@jest/globals'
import { GENESIS, hashEntry, signCheckpoint } from '@sluice/audit/chain'
import { readEntries } from '@sluice/audit/read'
import type { VerifyOptions } from '@sluice/audit/verify'
import { MAX_FINDINGS, verifyJournal } from '@sluice/audit/verify'
import Database from 'better-sqlite3'
import * as Effect from 'effect/Effect'
import { notes, record, withJournal, withPath } from './journals.ts'

// Each test starts threads and waits for the disk; on a busy machine that takes its time.
jest.setTimeout(60_000)

const verify = (path: string, options?: VerifyOptions) =>
  Effect.runPromise(verifyJournal(path, readFileSync(`${path}.pub`, 'utf8'), options))

/** Checkpoints at 10, 20, 30 and, by closing, at 35. */
const write = async (path: string): Promise<void> => {
  await withJournal(
    { path, limits: { checkpointEveryEntries: 10, checkpointEveryMs: 60_000 } },
    async (journal) => {
      for (const entry of notes(35)) await journal.durable(journal.append(entry))
    },
  )
}

const change = (path: string, work: (database: Database.Database) => void): void => {
  const database = new Database(path)
  work(database)
  database.close()
}

/** Rebuilds every hash from a position on, as one would who knows the format but not the key. */
const rechain = (database: Database.Database): void => {
  let previous: Uint8Array = GENESIS
  const rows = database.prepare('SELECT position, entry FROM entries ORDER BY position').all() as {
    position: number
    entry: string
  }[]
  for (const { position, entry } of rows) {
    previous = hashEntry(previous, position, entry)
    database.prepare('UPDATE entries SET hash = ? WHERE position = ?').run(previous, position)
  }
}

test('an untouched journal is proven to its end', () =>
  withPath(async (path) => {
    await write(path)
    expect(await verify(path)).toEqual({
      ok: true,
      entries: 35,
      checkpoints: 4,
      provenPosition: 35,
      unprovenEntries: 0,
      findings: [],
      incomplete: false,
    })
  }))

test('a journal that is being written can be verified', () =>
  withPath((path) =>
    withJournal({ path }, async (journal) => {
      await record(journal, notes(5))
      expect(await verify(path)).toMatchObject({ ok: true, entries: 5, unprovenEntries: 5 })
    }),
  ))

const edit = "UPDATE entries SET entry = replace(entry, '12', '13') WHERE position = 12;"
const tamperings: readonly [string, number, string, (database: Database.Database) => void][] = [
  ['an edit', 12, 'changed', (db) => db.exec(edit)],
  ['an edit with the hashes rebuilt', 20, 'checkpoint-mismatch', (db) => (db.exec(edit), rechain(db))],
  [
    'an edit of a hash',
    12,
    'changed',
    (db) => db.exec('UPDATE entries SET hash = zeroblob(32) WHERE position = 12'),
  ],
  [
    'a hash of a wrong length',
    12,
    'changed',
    (db) => db.exec('UPDATE entries SET hash = zeroblob(3) WHERE position = 12'),
  ],
  ['a deletion', 12, 'missing', (db) => db.exec('DELETE FROM entries WHERE position = 12')],
  [
    'a deletion with positions and hashes rebuilt',
    20,
    'checkpoint-mismatch',
    (db) => {
      db.exec(
        'DELETE FROM entries WHERE position = 12; UPDATE entries SET position = position - 1 WHERE position > 12;',
      )
      rechain(db)
    },
  ],
  ['a deletion at the beginning', 1, 'missing', (db) => db.exec('DELETE FROM entries WHERE position <= 3')],
  [
    'a reorder',
    12,
    'changed',
    (db) =>
      db.exec(
        'UPDATE entries SET position = 99 WHERE position = 12; UPDATE entries SET position = 12 WHERE position = 13; UPDATE entries SET position = 13 WHERE position = 99',
      ),
  ],
  [
    'an insertion before the first',
    0,
    'changed',
    (db) => db.exec("INSERT INTO entries VALUES (0, '{}', zeroblob(32))"),
  ],
  ['a cut tail', 34, 'cut', (db) => db.exec('DELETE FROM entries WHERE position > 33')],
  ['an emptied journal', 1, 'cut', (db) => db.exec('DELETE FROM entries')],
  [
    'an edit with the last checkpoints taken away',
    11,
    'unsigned',
    (db) => {
      db.exec(`${edit} DELETE FROM checkpoints WHERE position > 10`)
      rechain(db)
    },
  ],
  [
    'a checkpoint taken out',
    30,
    'checkpoint-missing',
    (db) => db.exec('DELETE FROM checkpoints WHERE number = 2'),
  ],
  [
    'a checkpoint moved',
    19,
    'checkpoint-forged',
    (db) => db.exec('UPDATE checkpoints SET position = 19 WHERE number = 2'),
  ],
  [
    'a checkpoint of odd values',
    -1,
    'checkpoint-forged',
    (db) => db.exec('UPDATE checkpoints SET position = -1 WHERE number = 2'),
  ],
  [
    "a checkpoint by someone else's key",
    20,
    'checkpoint-forged',
    (db) => {
      db.exec(edit)
      rechain(db)
      const { privateKey } = generateKeyPairSync('ed25519')
      const rows = db
        .prepare(
          'SELECT number, checkpoints.position, at, entries.hash FROM checkpoints JOIN entries USING (position)',
        )
        .all()
      for (const row of rows as { number: number; position: number; at: number; hash: Uint8Array }[]) {
        const { signature, hash } = signCheckpoint(row, privateKey)
        db.prepare('UPDATE checkpoints SET hash = ?, signature = ? WHERE number = ?').run(
          hash,
          signature,
          row.number,
        )
      }
    },
  ],
]

describe('INVARIANT (one-chain): verification finds', () => {
  test.each(tamperings)('%s', (_, position, kind, tamper) =>
    withPath(async (path) => {
      await write(path)
      change(path, tamper)
      const report = await verify(path, { checkpointEveryEntries: 10 })
      expect(report.ok).toBe(false)
      expect(report.findings.map((finding) => [finding.position, finding.kind])).toContainEqual([
        position,
        kind,
      ])
    }),
  )

  test('a torn file', () =>
    withPath(async (path) => {
      await write(path)
      const middle = Math.floor(statSync(path).size / 2)
      const handle = openSync(path, 'r+')
      writeSync(handle, Buffer.alloc(2048, 0x5a), 0, 2048, middle)
      closeSync(handle)
      expect((await verify(path)).findings.map((finding) => finding.kind)).toContain('torn')
    }))

  test('damage outside of every entry', () =>
    withPath(async (path) => {
      await write(path)
      const handle = openSync(path, 'r+')
      // SQLite, "Database File Format": the number of free pages.
      writeSync(handle, Buffer.of(0, 0, 0, 9), 0, 4, 36)
      closeSync(handle)
      expect((await verify(path)).findings).toMatchObject([{ position: 0, kind: 'torn' }])
    }))

  test('a shortened file', () =>
    withPath(async (path) => {
      await write(path)
      truncateSync(path, statSync(path).size - 4096)
      expect((await verify(path)).findings.map((finding) => finding.kind)).toContain('torn')
    }))

  test('a file that is no database any more', () =>
    withPath(async (path) => {
      await write(path)
      writeFileSync(path, 'x'.repeat(20_000))
      expect((await verify(path)).findings).toMatchObject([{ position: 0, kind: 'torn' }])
    }))

  test('no more than its limit of findings', () =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, notes(3 * MAX_FINDINGS)))
      change(path, (db) => db.exec('UPDATE entries SET hash = zeroblob(32)'))
      const report = await verify(path)
      expect(report).toMatchObject({ ok: false, incomplete: true })
      expect(report.findings).toHaveLength(MAX_FINDINGS)
    }))
})

const cut = async (path: string) => {
  await write(path)
  const known = [...readEntries(path)].at(-1)
  change(path, (db) =>
    db.exec('DELETE FROM checkpoints WHERE number > 3; DELETE FROM entries WHERE position > 30'),
  )
  return { position: known?.position ?? 0, hash: known?.hash ?? new Uint8Array() }
}

describe('a cut beyond the last checkpoint', () => {
  test('cannot be seen from the file and the key alone', () =>
    withPath(async (path) => {
      await cut(path)
      expect(await verify(path)).toMatchObject({ ok: true, provenPosition: 30 })
    }))

  test('is seen with a witness', () =>
    withPath(async (path) => {
      const witness = await cut(path)
      expect((await verify(path, { witnesses: [witness] })).findings).toMatchObject([
        { position: 31, kind: 'cut' },
      ])
    }))
})

test('a witness of another entry is told apart', () =>
  withPath(async (path) => {
    await write(path)
    const report = await verify(path, { witnesses: [{ position: 7, hash: new Uint8Array(32) }] })
    expect(report.findings).toMatchObject([{ position: 7, kind: 'changed' }])
  }))

test.each(['no PEM', ''])('a public key that is %p is an error, not a finding', (key) =>
  withPath(async (path) => {
    await write(path)
    expect(await Effect.runPromise(Effect.flip(verifyJournal(path, key)))).toMatchObject({
      problem: 'unusable',
    })
  }),
)

test('a journal that is not there is an error, not a finding', () =>
  withPath(async (path) => {
    await write(path)
    const error = await Effect.runPromise(
      Effect.flip(verifyJournal(`${path}.other`, readFileSync(`${path}.pub`, 'utf8'))),
    )
    expect(error).toMatchObject({ problem: 'unusable' })
  }))

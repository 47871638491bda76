import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { blockLength, CHAPTER_BYTES } from '@sluice/audit/block'
import { CheckpointFile, checkpointsPath, lastCheckpoint } from '@sluice/audit/checkpoints'
import { type JournalOptions, openJournal } from '@sluice/audit/journal'
import { JournalFile } from '@sluice/audit/journal-file'
import { openKeeper } from '@sluice/audit/keeper'
import { DEFAULT_JOURNAL_LIMITS } from '@sluice/audit/limits'
import { readEntries } from '@sluice/audit/read'
import { closingOf, openingOf } from '@sluice/core/record/statement'
import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import * as Effect from 'effect/Effect'
import {
  changeBlocks,
  note,
  notes,
  record,
  statementClosed,
  statementOpened,
  until,
  withJournal,
  withPath,
} from './journals.ts'

// Each test starts threads and waits for the disk; on a busy machine that takes its time.
jest.setTimeout(60_000)

const open = (path: string, limits: JournalOptions['limits'] = {}) =>
  Effect.runPromise(Effect.flip(Effect.scoped(openJournal({ path, limits }))))

const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)

describe('a journal', () => {
  test('keeps what was appended, in order, and numbers on after a restart', () =>
    withPath(async (path) => {
      await withJournal({ path }, async (journal) => {
        expect(journal.append(note(1))).toBe(1)
        expect(journal.append(statementOpened('s', 1, { canonical: 'select "ñ\u2028\ud800"' }))).toBe(2)
        expect(journal.isDurable(1)).toBe(false)
        await journal.durable(2)
        expect(journal.isDurable(1)).toBe(true)
      })
      await withJournal({ path }, async (journal) => {
        expect(journal.status()).toEqual({ appended: 2, durable: 2, refused: 0, failure: undefined })
        await journal.durable(journal.append(note(3)))
      })
      const stored = [...readEntries(path)]
      expect(stored.map(({ position }) => position)).toEqual([1, 2, 3])
      expect(stored[1]?.entry).toEqual(statementOpened('s', 1, { canonical: 'select "ñ\u2028\ud800"' }))
    }))

  test('writes nothing by itself', () =>
    withPath(async (path) => {
      await withJournal({ path }, async () => {})
      await withJournal({ path }, async () => {})
      expect([...readEntries(path)]).toEqual([])
    }))

  test('is readable by its owner only', () =>
    withPath(async (path) => {
      await withJournal({ path }, async (journal) => {
        await record(journal, notes(1))
        expect(mode(dirname(path))).toBe('700')
        for (const suffix of ['', '.checkpoints', '.key', '.lock'])
          expect([suffix, mode(path + suffix)]).toEqual([suffix, '600'])
        expect(mode(`${path}.pub`)).toBe('644')
      })
    }))

  test('writes its public key anew where its first start ended before it was written', () =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, notes(1)))
      const key = readFileSync(`${path}.pub`, 'utf8')
      writeFileSync(`${path}.pub`, '')
      await withJournal({ path }, async () => {})
      expect(readFileSync(`${path}.pub`, 'utf8')).toBe(key)
      expect([mode(`${path}.pub`), existsSync(`${path}.pub.new`)]).toEqual(['644', false])
    }))

  test('resolves everything that waits', () =>
    withPath((path) =>
      withJournal({ path }, async (journal) => {
        const positions = notes(200).map((entry) => journal.append(entry))
        await Promise.all(positions.map((position) => journal.durable(position)))
        expect(positions).toEqual(notes(200).map((_, at) => at + 1))
        expect(journal.status().durable).toBe(200)
      }),
    ))

  test('does not promise a position it never gave', () =>
    withPath((path) =>
      withJournal({ path }, async (journal) => {
        await expect(journal.durable(1)).rejects.toThrow(JournalUnavailable)
        await expect(journal.durable(Number.NaN)).rejects.toThrow(JournalUnavailable)
      }),
    ))

  test('writes what waits when it is closed, and takes nothing afterwards', () =>
    withPath(async (path) => {
      const closed = await withJournal({ path }, async (journal) => {
        journal.append(note(1))
        return journal
      })
      // The file ends where the journal does: no room is left behind it.
      expect(statSync(path).size).toBeLessThan(1000)
      expect([...readEntries(path)]).toHaveLength(1)
      await expect(closed.durable(closed.append(note(2)))).rejects.toThrow('the journal is closed')
    }))
})

const large = (filler: string) => statementOpened('s', 1, { canonical: filler.repeat(10_000) })

const lagging = (path: string, syncWithinMs: number) => ({
  path,
  limits: { syncWithinMs, checkpointEveryMs: 60_000 },
})
const opened = (statement: number) => openingOf(statementOpened('s', statement))

describe('a disk that may lag behind the file', () => {
  test('has what only the file must have when somebody needs it there, or after a while', () =>
    withPath(async (path) => {
      await withJournal(lagging(path, 3_600_000), async (journal) => {
        const read = journal.open(opened(1), 'file')
        await journal.written(read)
        expect(journal.isDurable(read)).toBe(false)
        const waiting = journal.durable(read)
        await journal.durable(journal.open(opened(2)))
        await waiting
      })
      await withJournal(lagging(path, 1), async (journal) => {
        await journal.durable(journal.open(opened(3), 'file'))
      })
      expect([...readEntries(path)]).toHaveLength(3)
    }))

  test('is everything where it may not lag', () =>
    withPath((path) =>
      withJournal({ path }, async (journal) => {
        const read = journal.open(opened(1), 'file')
        await journal.written(read)
        await journal.durable(read)
      }),
    ))

  test('has what a checkpoint signs before it is signed', () =>
    withPath((path) =>
      withJournal(
        { path, limits: { syncWithinMs: 3_600_000, checkpointEveryEntries: 2 } },
        async (journal) => {
          const read = journal.open(opened(1), 'file')
          await journal.written(read)
          const onDisk = journal.durable(read)
          journal.open(opened(2), 'file')
          await onDisk
        },
      ),
    ))

  test('leaves after a loss of power what is whole up to the first gap; the rest is put aside', () =>
    withPath(async (path) => {
      const lost = `${path}-lost`
      await withJournal(lagging(path, 3_600_000), async (journal) => {
        for (let statement = 1; statement <= 5; statement += 1)
          await journal.written(journal.open(opened(statement), 'file'))
        for (const suffix of ['', '.key', '.pub']) copyFileSync(`${path}${suffix}`, `${lost}${suffix}`)
      })
      tear(lost, 3)
      expect(await open(lost)).toMatchObject({ problem: 'damaged' })
      await withJournal(lagging(lost, 10), (journal) => record(journal, [note(1)]))
      expect([...readEntries(lost)].map(({ entry }) => entry)).toMatchObject([
        { statement: 1 },
        { statement: 2 },
        { action: 'journal.signed-late', detail: { entries: 2 } },
        { action: 'journal.unfinished-block', detail: { bytes: statSync(`${lost}.unfinished-3`).size } },
        note(1),
      ])
    }))
})

test('a disk that may lag: what results have left for stays in the file when the disk fails, and the gateway ends', () =>
  withPath(async (path) => {
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync('/dev/full', checkpointsPath(path))
    await withJournal(
      { path, limits: { syncWithinMs: 3_600_000, checkpointEveryEntries: 4 } },
      async (journal) => {
        for (let statement = 1; statement <= 4; statement += 1)
          await journal.written(journal.open(opened(statement), 'file'))
        await until(() => journal.status().failure !== undefined)
      },
    )
    rmSync(checkpointsPath(path))
    expect([...readEntries(path)].map(({ position }) => position)).toEqual([1, 2, 3, 4])
  }))

test('a disk that may lag: what is changed before the last chapter was not torn by a loss of power', () =>
  withPath(async (path) => {
    const lost = `${path}-lost`
    const long = { ...note(1), action: 'x'.repeat(CHAPTER_BYTES / 3) } as ReturnType<typeof note>
    await withJournal(lagging(path, 3_600_000), async (journal) => {
      for (let count = 0; count < 4; count += 1) await record(journal, [long])
      for (const suffix of ['', '.key', '.pub']) copyFileSync(`${path}${suffix}`, `${lost}${suffix}`)
    })
    tear(lost, 2)
    expect(await open(lost, { syncWithinMs: 10 })).toMatchObject({ problem: 'damaged' })
  }))

/** What the disk has of the block at a position when the machine is lost: its head, and not its tail. */
const tear = (path: string, position: number): void => {
  const file = readFileSync(path)
  let start = 0
  for (let block = 1; block < position; block += 1) start += blockLength(file, start)
  const end = start + blockLength(file, start)
  writeFileSync(path, file.fill(0, end - 40, end))
}

describe('fails closed', () => {
  test('when too many entries wait', () =>
    withPath(async (path) => {
      await withJournal({ path, limits: { maxWaitingEntries: 3 } }, async (journal) => {
        const taken = notes(3).map((entry) => journal.append(entry))
        const positions = [...taken, journal.close(closingOf(statementClosed('s', 1)))]
        const refused = positions.at(-1) ?? 0
        expect(journal.isDurable(refused)).toBe(false)
        await expect(journal.durable(refused)).rejects.toThrow('too many records wait')
        await expect(journal.durable(Math.max(...positions))).rejects.toThrow(JournalUnavailable)
        await journal.durable(3)
        await until(() => journal.status().durable === 4)
      })
      expect([...readEntries(path)].at(-1)?.entry).toMatchObject({
        action: 'journal.entries-refused',
        detail: { count: 1 },
      })
    }))

  test('when too many bytes wait', () =>
    withPath((path) =>
      withJournal({ path, limits: { maxWaitingBytes: 10_000 } }, async (journal) => {
        const first = journal.append(large('x'))
        await expect(journal.durable(journal.append(large('y')))).rejects.toThrow(JournalUnavailable)
        await journal.durable(first)
        await journal.durable(journal.append(large('z')))
      }),
    ))

  test('when the file is as long as it may be, and for good', () =>
    withPath(async (path) => {
      const durable = await withJournal({ path, limits: { maxJournalBytes: 200_000 } }, async (journal) => {
        for (let at = 0; at < 20; at += 1) {
          const large = statementOpened('s', 1, { canonical: 'x'.repeat(50_000 + at) })
          const kept = await journal.durable(journal.append(large)).catch((cause: unknown) => cause)
          if (kept instanceof JournalUnavailable) break
        }
        expect(journal.status().failure).toContain('maxJournalBytes')
        await expect(journal.durable(journal.append(note(1)))).rejects.toThrow('maxJournalBytes')
        return journal.status().durable
      })
      expect(durable).toBeGreaterThan(0)
      expect([...readEntries(path)]).toHaveLength(durable)
    }))
})

test.each(['', '.checkpoints', '.lock'])('a running journal whose file `%s` was taken away fails', (suffix) =>
  withPath((path) =>
    withJournal({ path, limits: { checkpointEveryMs: 20 } }, async (journal) => {
      await record(journal, notes(1))
      await until(() => lastCheckpoint(checkpointsPath(path)) !== undefined)
      expect(journal.status().failure).toBeUndefined()
      const kept = readFileSync(`${path}${suffix}`)
      rmSync(`${path}${suffix}`)
      writeFileSync(`${path}${suffix}`, kept)
      await until(() => journal.status().failure !== undefined)
      expect(journal.status().failure).toContain(`\`${path}${suffix}\` was moved, removed or replaced`)
      await expect(journal.durable(journal.append(note(2)))).rejects.toThrow('moved, removed or replaced')
    }),
  ),
)

describe('a start', () => {
  test.each(['a pipe', 'a device', 'a folder'])('is refused where the journal would be %s', (kind) =>
    withPath(async (path) => {
      mkdirSync(dirname(path), { recursive: true })
      if (kind === 'a pipe') execFileSync('mkfifo', [path])
      else symlinkSync(kind === 'a device' ? '/dev/full' : '/', path)
      expect(await open(path)).toMatchObject({
        problem: 'unusable',
        message: expect.stringMatching(/is no file; name another path/),
      })
    }),
  )

  test('signs nothing that it did not bring to disk', () =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, notes(3)))
      rmSync(checkpointsPath(path))
      const steps: string[] = []
      jest.spyOn(JournalFile.prototype, 'sync').mockImplementation(() => void steps.push('disk'))
      jest.spyOn(CheckpointFile.prototype, 'append').mockImplementation(() => void steps.push('signed'))
      openKeeper(path, DEFAULT_JOURNAL_LIMITS).close(true)
      jest.restoreAllMocks()
      expect(steps).toEqual(['disk', 'signed'])
    }))

  test('keeps all that it puts aside, and what was put aside before', () =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, notes(1)))
      const written = readFileSync(path)
      const leave = async (evidence: Buffer) => {
        writeFileSync(path, Buffer.concat([written, evidence, Buffer.alloc(1000)]))
        copyFileSync(`${path}.kept`, checkpointsPath(path))
        await withJournal({ path }, () => Promise.resolve())
      }
      copyFileSync(checkpointsPath(path), `${path}.kept`)
      const [first, second] = [Buffer.alloc(2 * CHAPTER_BYTES + 1, 'a'), Buffer.from('b')]
      await leave(first)
      await leave(second)
      expect(readFileSync(`${path}.unfinished-2`).equals(first)).toBe(true)
      expect(readFileSync(`${path}.unfinished-2-2`).equals(second)).toBe(true)
      const ends = [...readEntries(path)].map(({ entry }) => entry)
      expect(ends).toMatchObject([note(1), { action: 'journal.unfinished-block', detail: { bytes: 1 } }])
    }))
})

describe('one writer', () => {
  test('a second one in this process is refused, and the first is not disturbed', () =>
    withPath((path) =>
      withJournal({ path }, async (journal) => {
        for (let at = 0; at < 2; at += 1) {
          expect(await open(path)).toMatchObject({ problem: 'locked' })
          await record(journal, notes(1))
        }
      }),
    ))

  test('a second one in another process is refused', () =>
    withPath((path) =>
      withJournal({ path }, async (journal) => {
        await record(journal, notes(1))
        const child = spawnSync(
          process.execPath,
          ['--conditions=@sluice/source', new URL('./appender.ts', import.meta.url).pathname, path],
          { encoding: 'utf8', cwd: import.meta.dirname },
        )
        expect(child.stdout).toBe('')
        expect(child.stderr).toContain('is being written by another process')
        await record(journal, notes(1))
      }),
    ))

  test('does not go on after a chain that was changed', () =>
    withPath(async (path) => {
      await withJournal({ path }, async (journal) => {
        for (const entry of notes(5)) await record(journal, [entry])
      })
      changeBlocks(path, (blocks) => blocks.slice(0, 4))
      expect(await open(path)).toMatchObject({
        problem: 'damaged',
        message: expect.stringContaining('position 5'),
      })
    }))

  test('does not go on under a new key', () =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, notes(1)))
      rmSync(`${path}.key`)
      expect(await open(path)).toMatchObject({
        problem: 'unusable',
        message: expect.stringContaining('restore the key'),
      })
    }))

  test.each([
    ['key', '', "holds no key that can be read .*; restore the journal's own key$"],
    [
      'key',
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQ',
      "holds no key that can be read .*; restore the journal's own key$",
    ],
    ['pub', 'abc', 'holds no key that can be read .*; restore it, or take it away: it is written anew$'],
  ])('says which key is damaged, and what to do: %s %j', (suffix, text, said) =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, notes(1)))
      const file = `${path}.${suffix}`
      const whole = readFileSync(file)
      writeFileSync(file, text)
      expect(await open(path)).toMatchObject({
        problem: 'unusable',
        message: expect.stringMatching(new RegExp(`^\`${file}\` ${said}`)),
      })
      writeFileSync(file, whole)
      await withJournal({ path }, (journal) => record(journal, notes(1)))
    }),
  )

  test("does not begin under a key that another journal's public key lies beside", () =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, notes(1)))
      for (const suffix of ['', '.checkpoints', '.key']) rmSync(path + suffix)
      expect(await open(path)).toMatchObject({
        problem: 'unusable',
        message: expect.stringContaining('is not the public half of'),
      })
    }))

  test.each([
    ['all of them', 0],
    ['the last', 1],
  ])('does not go on where checkpoints were taken away: %s', (_, kept) =>
    withPath(async (path) => {
      const limits = { checkpointEveryEntries: 10, checkpointEveryMs: 60_000 }
      await withJournal({ path, limits }, async (journal) => {
        for (const entry of notes(35)) await journal.durable(journal.append(entry))
      })
      const lines = readFileSync(checkpointsPath(path), 'utf8').split('\n')
      writeFileSync(
        checkpointsPath(path),
        lines
          .slice(0, kept)
          .map((line) => `${line}\n`)
          .join(''),
      )
      expect(await open(path, limits)).toMatchObject({
        problem: 'damaged',
        message: expect.stringContaining('leaves no more than 10 unsigned'),
      })
    }),
  )

  test('reads no more than the end of the checkpoints, however many there are', () =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, notes(1)))
      const last = readFileSync(checkpointsPath(path))
      // A hole in the file: longer than a text or a buffer can be.
      truncateSync(checkpointsPath(path), 3 * 1024 ** 3)
      const handle = openSync(checkpointsPath(path), 'a')
      writeSync(handle, Buffer.concat([Buffer.from('\n'), last]))
      await withJournal({ path }, (journal) => record(journal, notes(1)))
      expect([...readEntries(path)]).toHaveLength(2)
    }))

  test('refuses what is not a journal', () =>
    withPath(async (path) => {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, 'a diary'.repeat(100))
      expect(await open(path)).toMatchObject({
        problem: 'unusable',
        message: expect.stringContaining('is not a journal'),
      })
    }))
})

import { Buffer } from 'node:buffer'
import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { CHAPTER_BYTES, HASH_BYTES, HEADER_BYTES, MAGIC_OFFSET, seal, writeWide } from '@sluice/audit/block'
import {
  checkpointsPath,
  formatCheckpoint,
  lastCheckpoint,
  readCheckpoints,
  type SignedCheckpoint,
  signCheckpoint,
} from '@sluice/audit/checkpoints'
import { readEntries } from '@sluice/audit/read'
import type { VerifyOptions } from '@sluice/audit/verify'
import { MAX_FINDINGS, verifyJournal } from '@sluice/audit/verify'
import * as Effect from 'effect/Effect'
import { amidWriting, beforeWriting } from './amid-writing.ts'
import { changeBlocks, note, notes, rechain, record, withJournal, withPath } from './journals.ts'

// Each test starts threads and waits for the disk; on a busy machine that takes its time.
jest.setTimeout(60_000)

const verify = (path: string, options?: VerifyOptions) =>
  Effect.runPromise(verifyJournal(path, readFileSync(`${path}.pub`, 'utf8'), options))

afterEach(() => void jest.restoreAllMocks())

/** A block for each of 35 entries; checkpoints at 10, 20, 30 and, by closing, at 35. */
const write = async (path: string): Promise<void> => {
  await withJournal(
    { path, limits: { checkpointEveryEntries: 10, checkpointEveryMs: 60_000 } },
    async (journal) => {
      for (const entry of notes(35)) await journal.durable(journal.append(entry))
    },
  )
}

const changeCheckpoints = (
  path: string,
  change: (checkpoints: SignedCheckpoint[]) => readonly SignedCheckpoint[],
): void => {
  const changed = change([...readCheckpoints(checkpointsPath(path))].filter((one) => one !== undefined))
  writeFileSync(checkpointsPath(path), changed.map((one) => `${formatCheckpoint(one)}\n`).join(''))
}

/** The block at a position, when each has one entry. */
const at = (blocks: readonly Buffer[], position: number): Buffer => blocks[position - 1] as Buffer

const edit = (blocks: Buffer[]): Buffer[] => {
  const block = at(blocks, 12)
  block.write('13', block.indexOf('12}'))
  return blocks
}

const renumber = (blocks: Buffer[]): Buffer[] => {
  for (const [i, block] of blocks.entries()) writeWide(block, i + 1, MAGIC_OFFSET + 12)
  return blocks
}

const chained = (blocks: Buffer[]): Buffer[] => {
  rechain(blocks)
  return blocks
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
      unfinishedBytes: 0,
      incomplete: false,
    })
  }))

test('a block that its writer finished while it was looked at is not taken for a changed one', () =>
  withPath(async (path) => {
    await write(path)
    amidWriting(12, 2)
    expect(await verify(path)).toMatchObject({ ok: true, entries: 35, findings: [] })
  }))

test('a journal that is being written can be verified', () =>
  withPath((path) =>
    withJournal({ path }, async (journal) => {
      await record(journal, notes(5))
      expect(await verify(path)).toMatchObject({ ok: true, entries: 5, unprovenEntries: 5 })
    }),
  ))

const tamperings: readonly [string, number, string, (path: string) => void][] = [
  ['an edit', 12, 'changed', (path) => changeBlocks(path, edit)],
  [
    'an edit with the hashes rebuilt',
    20,
    'checkpoint-mismatch',
    (path) => changeBlocks(path, (blocks) => chained(edit(blocks))),
  ],
  [
    'an edit with the hash of its block rebuilt',
    13,
    'changed',
    (path) =>
      changeBlocks(path, (blocks) => {
        const block = at(edit(blocks), 12)
        seal(block, block.subarray(0, HASH_BYTES))
        return blocks
      }),
  ],
  [
    'an edit of a hash',
    12,
    'changed',
    (path) =>
      changeBlocks(path, (blocks) => {
        at(blocks, 12).fill(0, at(blocks, 12).length - HASH_BYTES)
        return blocks
      }),
  ],
  ['a deletion', 12, 'missing', (path) => changeBlocks(path, (blocks) => blocks.toSpliced(11, 1))],
  [
    'a deletion with positions and hashes rebuilt',
    20,
    'checkpoint-mismatch',
    (path) => changeBlocks(path, (blocks) => chained(renumber(blocks.toSpliced(11, 1)))),
  ],
  ['a deletion at the beginning', 1, 'missing', (path) => changeBlocks(path, (blocks) => blocks.slice(3))],
  [
    'a reorder',
    12,
    'changed',
    (path) =>
      changeBlocks(path, (blocks) => renumber(blocks.toSpliced(11, 2, at(blocks, 13), at(blocks, 12)))),
  ],
  [
    'an insertion before the first',
    0,
    'changed',
    (path) =>
      changeBlocks(path, (blocks) => {
        const inserted = Buffer.from(at(blocks, 1))
        writeWide(inserted, 0, MAGIC_OFFSET + 12)
        return [inserted, ...blocks]
      }),
  ],
  ['a cut tail', 34, 'cut', (path) => changeBlocks(path, (blocks) => blocks.slice(0, 33))],
  ['an emptied journal', 1, 'cut', (path) => changeBlocks(path, () => [])],
  [
    'a body that does not read, with the hashes rebuilt',
    12,
    'changed',
    (path) =>
      changeBlocks(path, (blocks) => {
        at(blocks, 12)[HEADER_BYTES] = 0xee
        return chained(blocks)
      }),
  ],
  [
    'an edit with the last checkpoints taken away',
    11,
    'unsigned',
    (path) => {
      changeBlocks(path, (blocks) => chained(edit(blocks)))
      changeCheckpoints(path, (checkpoints) => checkpoints.slice(0, 1))
    },
  ],
  [
    'a checkpoint taken out',
    30,
    'checkpoint-missing',
    (path) => changeCheckpoints(path, (checkpoints) => checkpoints.toSpliced(1, 1)),
  ],
  [
    'a checkpoint moved',
    19,
    'checkpoint-forged',
    (path) =>
      changeCheckpoints(path, (checkpoints) =>
        checkpoints.map((one) => (one.number === 2 ? { ...one, position: 19 } : one)),
      ),
  ],
  [
    'a checkpoint of odd values',
    -1,
    'checkpoint-forged',
    (path) =>
      changeCheckpoints(path, (checkpoints) =>
        checkpoints.map((one) => (one.number === 2 ? { ...one, position: -1 } : one)),
      ),
  ],
  [
    'a checkpoint that does not read',
    0,
    'checkpoint-forged',
    (path) => appendFileSync(checkpointsPath(path), 'no checkpoint\n'),
  ],
  [
    "a checkpoint by someone else's key",
    20,
    'checkpoint-forged',
    (path) => {
      const hashes: Buffer[] = []
      changeBlocks(path, (blocks) => {
        hashes.push(...rechain(edit(blocks)))
        return blocks
      })
      const { privateKey } = generateKeyPairSync('ed25519')
      changeCheckpoints(path, (checkpoints) =>
        checkpoints.map((one) =>
          signCheckpoint({ ...one, hash: hashes[one.position - 1] ?? one.hash }, privateKey),
        ),
      )
    },
  ],
]

describe('INVARIANT (one-chain): verification finds', () => {
  test.each(tamperings)('%s', (_, position, kind, tamper) =>
    withPath(async (path) => {
      await write(path)
      tamper(path)
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
      const file = readFileSync(path)
      writeFileSync(path, file.fill(0x5a, file.length / 2, file.length / 2 + 2048))
      expect((await verify(path)).findings.map((finding) => finding.kind)).toContain('torn')
    }))

  test('a shortened file', () =>
    withPath(async (path) => {
      await write(path)
      truncateSync(path, statSync(path).size - 20)
      expect((await verify(path)).findings.map((finding) => finding.kind)).toEqual(['torn', 'cut'])
    }))

  test.each([
    ['behind the last block', () => Buffer.from('more')],
    ['behind zeros', () => Buffer.concat([Buffer.alloc(10_000), Buffer.from('more')])],
  ])('bytes %s', (_, more) =>
    withPath(async (path) => {
      await write(path)
      appendFileSync(path, more())
      expect((await verify(path)).findings).toMatchObject([{ position: 36, kind: 'torn' }])
    }),
  )

  test('a file that is no journal any more', () =>
    withPath(async (path) => {
      await write(path)
      writeFileSync(path, 'x'.repeat(20_000))
      expect((await verify(path)).findings).toMatchObject([{ position: 0, kind: 'torn' }])
    }))

  test('no more than its limit of findings', () =>
    withPath(async (path) => {
      await withJournal({ path }, async (journal) => {
        for (const entry of notes(MAX_FINDINGS + 20)) await journal.durable(journal.append(entry))
      })
      changeBlocks(path, (blocks) => blocks.map((block) => block.fill(0, block.length - HASH_BYTES)))
      const report = await verify(path)
      expect(report).toMatchObject({ ok: false, incomplete: true })
      expect(report.findings).toHaveLength(MAX_FINDINGS)
    }))
})

test('checkpoints are read in pieces, and whole', () =>
  withPath(async (path) => {
    await write(path)
    const [first] = readCheckpoints(checkpointsPath(path))
    if (first === undefined) throw new Error('there is a checkpoint')
    const many = Array.from({ length: 1000 }, (_, i) => ({ ...first, number: i + 1 }))
    const lines = many.map((one) => `${formatCheckpoint(one)}\n`).join('')
    writeFileSync(checkpointsPath(path), `${lines}${lines.slice(0, 100)}`)
    expect([...readCheckpoints(checkpointsPath(path))]).toEqual(many)
    expect(lastCheckpoint(checkpointsPath(path))).toEqual({ checkpoint: many.at(-1) })
    appendFileSync(checkpointsPath(path), 'x'.repeat(200_000))
    expect([...readCheckpoints(checkpointsPath(path))]).toHaveLength(1000)
    expect(lastCheckpoint(checkpointsPath(path))).toEqual({ checkpoint: undefined })
  }))

/** Long entries, so that few of them fill a chapter. */
const writeLong = (path: string): Promise<void> =>
  withJournal({ path }, async (journal) => {
    for (let count = 0; count < 8; count += 1) {
      const long = { ...note(count), action: 'x'.repeat(CHAPTER_BYTES / 3) }
      await journal.durable(journal.append(long as ReturnType<typeof note>))
    }
  })

/** Of eight long entries a chapter has two. */
const LAST_CHAPTER = 3 * CHAPTER_BYTES

const changeMagic = (file: Buffer, offset: number): Buffer => {
  file[offset + MAGIC_OFFSET] = 0x5a
  return file
}

const padded = (file: Buffer, more: Buffer): Buffer =>
  Buffer.concat([file, Buffer.alloc(LAST_CHAPTER + CHAPTER_BYTES - file.length), more])

describe('a journal of several chapters', () => {
  test('is proven to its end and read from any place', () =>
    withPath(async (path) => {
      await writeLong(path)
      expect(statSync(path).size).toBeGreaterThan(3 * CHAPTER_BYTES)
      expect(await verify(path)).toMatchObject({ ok: true, entries: 8, provenPosition: 8 })
      for (let from = 1; from <= 8; from += 1) {
        const positions = [...readEntries(path, { from })].map(({ position }) => position)
        expect(positions).toEqual(Array.from({ length: 9 - from }, (_, i) => from + i))
      }
    }))

  test.each([
    ['a last one that does not begin as a block does', (file: Buffer) => changeMagic(file, LAST_CHAPTER)],
    ['bytes where the next would begin', (file: Buffer) => padded(file, Buffer.from('more'))],
  ])('with %s is not', (_, change) =>
    withPath(async (path) => {
      await writeLong(path)
      changeCheckpoints(path, () => [])
      writeFileSync(path, change(readFileSync(path)))
      expect((await verify(path)).findings).toMatchObject([{ kind: 'torn' }])
    }),
  )

  test('that grows by the end of one and a next while it is verified is proven', () =>
    withPath(async (path) => {
      await writeLong(path)
      beforeWriting(2, 1)
      expect(await verify(path)).toMatchObject({ ok: true, entries: 8, findings: [] })
    }))

  test('without one in the middle is not', () =>
    withPath(async (path) => {
      await writeLong(path)
      const file = readFileSync(path)
      writeFileSync(path, Buffer.concat([file.subarray(0, CHAPTER_BYTES), file.subarray(2 * CHAPTER_BYTES)]))
      expect((await verify(path)).findings).toMatchObject([{ position: 3, kind: 'missing' }])
    }))
})

/** The last entry's block as it is when the process ends while it is written. */
const leaveUnfinished = async (path: string): Promise<void> => {
  await write(path)
  changeBlocks(path, (blocks) => {
    const half = Buffer.from(at(blocks, 35))
    writeWide(half, 36, MAGIC_OFFSET + 12)
    return [...blocks, half.fill(0, Math.floor(half.length / 2)), Buffer.alloc(5000)]
  })
}

test('a block that was being written when the process ended is no entry and no finding', () =>
  withPath(async (path) => {
    await leaveUnfinished(path)
    const report = await verify(path)
    expect(report).toMatchObject({ ok: true, entries: 35, findings: [] })
    expect(report.unfinishedBytes).toBeGreaterThan(0)
    expect([...readEntries(path)]).toHaveLength(35)
  }))

test('the next start puts it aside and says so in the journal', () =>
  withPath(async (path) => {
    await leaveUnfinished(path)
    await withJournal({ path }, (journal) => record(journal, [note(1)]))
    expect([...readEntries(path, { from: 36 })].map(({ entry }) => entry)).toMatchObject([
      { action: 'journal.unfinished-block', detail: { bytes: statSync(`${path}.unfinished-36`).size } },
      note(1),
    ])
    expect(await verify(path)).toMatchObject({ ok: true, entries: 37, unfinishedBytes: 0 })
  }))

const cut = async (path: string) => {
  await write(path)
  copyFileSync(checkpointsPath(path), `${path}.kept`)
  const known = [...readEntries(path)].at(-1)
  changeCheckpoints(path, (checkpoints) => checkpoints.slice(0, 3))
  changeBlocks(path, (blocks) => blocks.slice(0, 30))
  return { position: known?.position ?? 0, hash: known?.hash ?? new Uint8Array() }
}

describe('a cut beyond the last checkpoint', () => {
  test('cannot be seen from the file and the key alone', () =>
    withPath(async (path) => {
      await cut(path)
      expect(await verify(path)).toMatchObject({ ok: true, provenPosition: 30 })
    }))

  test('is seen with a copy of the checkpoints that was kept elsewhere', () =>
    withPath(async (path) => {
      await cut(path)
      expect((await verify(path, { checkpoints: `${path}.kept` })).findings).toMatchObject([
        { position: 31, kind: 'cut' },
      ])
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

import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import * as Effect from 'effect/Effect'
import type { SignedCheckpoint } from './chain.ts'
import { checkpointIsGenuine, GENESIS, HASH_BYTES, hashEntry } from './chain.ts'
import { JournalError, toJournalError } from './errors.ts'
import { DEFAULT_JOURNAL_LIMITS } from './limits.ts'
import type { EntryRow } from './store.ts'
import { openForReading } from './store.ts'

/**
 * What is wrong at a position.
 * `changed`: the entry, its position or its hash is not what was chained. `missing`: positions are gone.
 * `checkpoint-forged`: a checkpoint was not signed by this key. `checkpoint-missing`: a checkpoint is gone.
 * `checkpoint-mismatch`: a genuine checkpoint signed another chain. `cut`: the journal ends before something that is
 * known of it. `unsigned`: more entries follow the last checkpoint than a writer leaves unsigned.
 * `torn`: the database file itself is damaged.
 */
export type FindingKind =
  | 'changed'
  | 'missing'
  | 'checkpoint-forged'
  | 'checkpoint-missing'
  | 'checkpoint-mismatch'
  | 'cut'
  | 'unsigned'
  | 'torn'

/** One thing that is wrong. `position` is 0 where it concerns no single entry. */
export type Finding = { readonly position: number; readonly kind: FindingKind; readonly what: string }

/** What verification found. The journal is proven up to `provenPosition` exactly when there are no findings. */
export type VerifyReport = {
  readonly ok: boolean
  readonly entries: number
  readonly checkpoints: number
  /** The last position a genuine checkpoint covers; 0 without one. */
  readonly provenPosition: number
  /** Chained entries after it: a cut among these alone cannot be seen without a witness. */
  readonly unprovenEntries: number
  readonly findings: readonly Finding[]
  /** True where the search ended at its limit of findings. */
  readonly incomplete: boolean
}

/** Something known of the journal from outside its disk, e.g. `sluice.journal.position` and `.hash` of an exported span. */
export type Witness = { readonly position: number; readonly hash: Uint8Array }

/** What else to hold the journal against. */
export type VerifyOptions = {
  readonly witnesses?: readonly Witness[]
  /** The writer's `checkpointEveryEntries`. */
  readonly checkpointEveryEntries?: number
}

/** Findings after which verification stops. */
export const MAX_FINDINGS = 100

/**
 * Verifies a journal offline with its public key (SPKI PEM or a key object). Reads all of it, synchronously; works
 * beside a running writer too. Fails with `JournalError` only where there is nothing to verify: no file, no key.
 */
export const verifyJournal = (
  path: string,
  publicKey: KeyObject | string,
  options: VerifyOptions = {},
): Effect.Effect<VerifyReport, JournalError> =>
  Effect.try({
    try: () => verify(path, keyFrom(publicKey), options),
    catch: (cause) => toJournalError(cause, path),
  })

const keyFrom = (key: KeyObject | string): KeyObject => {
  if (typeof key !== 'string') return key
  try {
    return createPublicKey(key)
  } catch {
    throw new JournalError({
      problem: 'unusable',
      message: 'the public key is not a PEM; give the `.pub` file that lies beside the journal',
    })
  }
}

const verify = (path: string, key: KeyObject, options: VerifyOptions): VerifyReport => {
  const walk = new Walk(key, options)
  let database: Database
  try {
    database = openForReading(path)
  } catch (cause) {
    const error = toJournalError(cause, path)
    if (error.problem !== 'damaged') throw error
    walk.find(0, 'torn', error.message)
    return walk.report()
  }
  try {
    walk.file(database)
    // One snapshot: a writer that runs meanwhile must not look like a cut.
    database.transaction(() => {
      walk.loadCheckpoints(database)
      walk.chain(database)
    })()
  } catch (cause) {
    if (!(cause instanceof TooMany)) walk.find(walk.position + 1, 'torn', `unreadable: ${describe(cause)}`)
  } finally {
    database.close()
  }
  return walk.report()
}

class TooMany extends Error {}

/** One pass over the entries, meeting each checkpoint and each witness at its position. */
class Walk {
  position = 0
  readonly #key: KeyObject
  readonly #unsignedLimit: number
  readonly #witnesses: Witness[]
  readonly #findings: Finding[] = []
  #checkpoints: SignedCheckpoint[] = []
  #checkpointCount = 0
  #previous: Uint8Array = GENESIS
  #proven = 0
  #entries = 0
  #incomplete = false

  constructor(key: KeyObject, options: VerifyOptions) {
    this.#key = key
    this.#unsignedLimit = options.checkpointEveryEntries ?? DEFAULT_JOURNAL_LIMITS.checkpointEveryEntries
    this.#witnesses = [...(options.witnesses ?? [])].sort((a, b) => a.position - b.position)
  }

  find(position: number, kind: FindingKind, what: string): void {
    this.#findings.push({ position, kind, what })
    if (this.#findings.length < MAX_FINDINGS) return
    this.#incomplete = true
    throw new TooMany()
  }

  file(database: Database): void {
    const lines = database.pragma('quick_check(10)') as { quick_check: string }[]
    for (const { quick_check: line } of lines)
      if (line !== 'ok') this.find(0, 'torn', `the file is damaged: ${line}`)
  }

  loadCheckpoints(database: Database): void {
    let expected = 1
    const rows = database.prepare('SELECT * FROM checkpoints ORDER BY number')
    for (const row of rows.iterate() as IterableIterator<SignedCheckpoint>) {
      this.#checkpointCount += 1
      if (row.number !== expected)
        this.find(row.position, 'checkpoint-missing', `checkpoints ${expected} to ${row.number - 1} are gone`)
      expected = row.number + 1
      if (!isGenuine(row, this.#key))
        this.find(row.position, 'checkpoint-forged', `checkpoint ${row.number} was not signed by this key`)
      else this.#checkpoints.push(row)
    }
    this.#checkpoints.sort((a, b) => a.position - b.position)
  }

  chain(database: Database): void {
    const rows = database.prepare('SELECT position, entry, hash FROM entries ORDER BY position')
    for (const row of rows.iterate() as IterableIterator<EntryRow>) this.#entry(row)
    for (const { number, position } of this.#checkpoints)
      this.find(
        this.position + 1,
        'cut',
        `checkpoint ${number} covers entries up to ${position}, but they end at ${this.position}`,
      )
    for (const { position } of this.#witnesses)
      this.find(
        this.position + 1,
        'cut',
        `a witness knows of position ${position}, but entries end at ${this.position}`,
      )
    if (this.position - this.#proven >= this.#unsignedLimit)
      this.find(
        this.#proven + 1,
        'unsigned',
        `${this.position - this.#proven} entries follow the last checkpoint; a writer signs every ${this.#unsignedLimit}`,
      )
  }

  report(): VerifyReport {
    return {
      ok: this.#findings.length === 0,
      entries: this.#entries,
      checkpoints: this.#checkpointCount,
      provenPosition: this.#proven,
      unprovenEntries: Math.max(0, this.position - this.#proven),
      findings: this.#findings,
      incomplete: this.#incomplete,
    }
  }

  #entry(row: EntryRow): void {
    this.#entries += 1
    const expected = this.position + 1
    if (row.position > expected)
      this.find(expected, 'missing', `entries ${expected} to ${row.position - 1} are gone`)
    else if (row.position < expected)
      this.find(row.position, 'changed', 'the entry has a position no writer gives')
    this.position = row.position
    if (typeof row.entry !== 'string' || !isHash(row.hash)) {
      this.find(row.position, 'changed', 'the entry is not of the kind a writer makes')
      return
    }
    // After a gap the stored predecessor is unknown, so only this entry's own link is lost, not the rest of the walk.
    if (row.position === expected && !equal(hashEntry(this.#previous, row.position, row.entry), row.hash))
      this.find(
        row.position,
        'changed',
        'the entry does not continue the chain: it or its predecessor was changed or moved',
      )
    this.#previous = row.hash
    this.#meetCheckpoints(row)
    this.#meetWitnesses(row)
  }

  #meetCheckpoints(row: EntryRow): void {
    for (
      let next = this.#checkpoints[0];
      next !== undefined && next.position <= row.position;
      next = this.#checkpoints[0]
    ) {
      this.#checkpoints.shift()
      if (next.position === row.position && equal(next.hash, row.hash)) this.#proven = row.position
      else this.find(next.position, 'checkpoint-mismatch', `checkpoint ${next.number} signed another chain`)
    }
  }

  #meetWitnesses(row: EntryRow): void {
    for (
      let next = this.#witnesses[0];
      next !== undefined && next.position <= row.position;
      next = this.#witnesses[0]
    ) {
      this.#witnesses.shift()
      if (next.position !== row.position || !equal(next.hash, row.hash))
        this.find(next.position, 'changed', 'the entry is not the one a witness saw')
    }
  }
}

const isHash = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.length === HASH_BYTES

// A hostile file can hold anything in these columns; what cannot be checked is not genuine.
const isGenuine = (row: SignedCheckpoint, key: KeyObject): boolean => {
  try {
    return isHash(row.hash) && row.signature instanceof Uint8Array && checkpointIsGenuine(row, key)
  } catch {
    return false
  }
}

const equal = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0

const describe = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

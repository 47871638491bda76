import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import * as Effect from 'effect/Effect'
import { type Block, CHAPTER_BYTES, GENESIS, HASH_BYTES, isWhole, lastPosition } from './block.ts'
import { BlockFile, nextChapter } from './block-file.ts'
import {
  checkpointIsGenuine,
  checkpointsPath,
  lastCheckpoint,
  readCheckpoints,
  type SignedCheckpoint,
} from './checkpoints.ts'
import { type DecodedEntry, EntryDecoder } from './decoder.ts'
import { detailOf, JournalError, notThere, toJournalError } from './errors.ts'
import { DEFAULT_JOURNAL_LIMITS, mostUnsigned } from './limits.ts'

/**
 * What is wrong at a position.
 * `changed`: the block that begins there, its position or its hash is not what was chained. `missing`: positions are gone.
 * `checkpoint-forged`: a checkpoint was not signed by this key. `checkpoint-missing`: a checkpoint is gone.
 * `checkpoint-mismatch`: a genuine checkpoint signed another chain. `cut`: the journal ends before something that is
 * known of it. `unsigned`: more entries follow the last checkpoint, or of a longer time, than a writer leaves unsigned.
 * `torn`: there is something that cannot be read as a block, or follows the last one.
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
  /** Bytes of a block at the end that is being written, or that the end of the process cut short. */
  readonly unfinishedBytes: number
  /** True where the search ended at its limit of findings. */
  readonly incomplete: boolean
}

/** Something known of the journal from outside its disk, e.g. `sluice.journal.position` and `.hash` of an exported span. */
export type Witness = { readonly position: number; readonly hash: Uint8Array }

/** What else to hold the journal against. */
export type VerifyOptions = {
  readonly witnesses?: readonly Witness[]
  /** A file with a copy of the journal's checkpoints that was kept elsewhere. */
  readonly checkpoints?: string
  /** The writer's `checkpointEveryEntries`. */
  readonly checkpointEveryEntries?: number
}

/**
 * Entries of a longer time than this are not left unsigned, in milliseconds: a writer signs some 11 s after an entry, later
 * only where the disk stands still or the clock is set.
 */
export const MOST_UNSIGNED_MS = 60_000

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
    catch: (cause) => notThere(cause, path) ?? toJournalError(cause, path),
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
  if (options.checkpoints !== undefined) mustHaveOne(options.checkpoints)
  const walk = new Walk(key, options)
  let file: BlockFile
  try {
    file = new BlockFile(path)
  } catch (cause) {
    if (!(cause instanceof JournalError)) throw cause
    walk.find(0, 'torn', cause.message)
    return walk.report()
  }
  try {
    // First: a writer that runs meanwhile only adds to what they cover.
    walk.meet(readCheckpoints(checkpointsPath(path)))
    if (options.checkpoints !== undefined) walk.meetCopy(readCheckpoints(options.checkpoints))
    walk.chain(file)
    walk.judgeUnsigned(() => lastCheckpoint(checkpointsPath(path))?.checkpoint)
  } catch (cause) {
    if (!(cause instanceof TooMany)) walk.find(walk.position + 1, 'torn', `unreadable: ${detailOf(cause)}`)
  } finally {
    walk.leave()
    file.close()
  }
  return walk.report()
}

/** A copy of nothing, which a failed copy leaves, would pass as if it had been compared. */
const mustHaveOne = (copy: string): void => {
  const checkpoints = readCheckpoints(copy)
  const { done } = checkpoints.next()
  checkpoints.return()
  if (done !== true) return
  throw new JournalError({
    problem: 'unusable',
    message: `there are no checkpoints at \`${copy}\`; give a copy of the journal's \`.checkpoints\` that was kept elsewhere`,
  })
}

class TooMany extends Error {}

/** Genuine checkpoints of a file, in its order, of which the first was looked at. */
type Meeting = { next: SignedCheckpoint | undefined; readonly rest: Iterator<SignedCheckpoint> }

/** One pass over the blocks, meeting each checkpoint and each witness at its position. */
class Walk {
  position = 0
  readonly #key: KeyObject
  readonly #unsignedLimit: number
  readonly #witnesses: Witness[]
  readonly #findings: Finding[] = []
  readonly #meetings: Meeting[] = []
  #checkpointCount = 0
  #previous: Buffer = GENESIS
  #decoder = new EntryDecoder()
  #proven = 0
  #beforeLast = 0
  /** Of the times of entries behind the last checkpoint. */
  #earliest = Number.POSITIVE_INFINITY
  #latest = Number.NEGATIVE_INFINITY
  #entries = 0
  #unfinished = 0
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

  /** The checkpoints beside the journal: none may be missing between two. */
  meet(checkpoints: Iterable<SignedCheckpoint | undefined>): void {
    this.#begin(this.#numbered(checkpoints))
  }

  /** A copy kept elsewhere is met as well: it may know of more than the checkpoints beside the journal. */
  meetCopy(checkpoints: Iterable<SignedCheckpoint | undefined>): void {
    this.#begin(this.#copied(checkpoints))
  }

  /** To be called at the end, however it came. */
  leave(): void {
    for (const { rest } of this.#meetings) rest.return?.()
  }

  chain(file: BlockFile): void {
    // Where the chapter before seemed to end.
    let end: number | undefined
    for (let offset = 0; offset < file.size; ) {
      const block = readSettled(file, offset)
      if (block === undefined) {
        if (!this.#emptyRest(file, offset)) continue
        end = offset
        offset = nextChapter(offset)
      } else if (end !== undefined && file.block(end) !== undefined) {
        // A chapter begins behind all of the one before, which its writer has gone on with meanwhile.
        offset = end
        end = undefined
        this.#unfinished = 0
      } else if (isUnfinished(file, offset, block)) {
        this.#unfinished = block.length
        end = offset
        offset = nextChapter(offset)
      } else {
        end = undefined
        // Where something follows by now its writer is through with it, but may have been amid it above.
        const judged = isWhole(block) ? block : (file.block(offset) ?? block)
        this.#block(judged, offset % CHAPTER_BYTES === 0)
        offset += judged.length
      }
    }
    this.#missed()
  }

  /** `newestNow`: the last checkpoint as it is now. */
  judgeUnsigned(newestNow: () => SignedCheckpoint | undefined): void {
    const count = this.position - this.#proven
    const most = mostUnsigned({ ...DEFAULT_JOURNAL_LIMITS, checkpointEveryEntries: this.#unsignedLimit })
    // The block that reaches the limit is signed right after it was written: a crash may come between.
    const isMuch = this.#beforeLast - this.#proven >= this.#unsignedLimit || count >= most
    const spanMs = this.#latest - this.#earliest
    if (!isMuch && !(spanMs > MOST_UNSIGNED_MS)) return
    // A writer that runs has gone on signing meanwhile.
    const newest = newestNow()
    if (newest !== undefined && newest.number > this.#checkpointCount && isGenuine(newest, this.#key)) return
    const what = isMuch
      ? `${count} entries follow the last checkpoint; a writer signs every ${this.#unsignedLimit}`
      : `the ${count} entries that follow the last checkpoint are of ${Math.round(spanMs / 1000)} s; a writer signs within ${MOST_UNSIGNED_MS / 1000}, unless the disk stood still or the clock was set`
    this.find(this.#proven + 1, 'unsigned', what)
  }

  report(): VerifyReport {
    return {
      ok: this.#findings.length === 0,
      entries: this.#entries,
      checkpoints: this.#checkpointCount,
      provenPosition: this.#proven,
      unprovenEntries: Math.max(0, this.position - this.#proven),
      findings: this.#findings,
      unfinishedBytes: this.#unfinished,
      incomplete: this.#incomplete,
    }
  }

  /** Where no block begins the rest of the chapter is zeros. False where a writer has begun one there meanwhile. */
  #emptyRest(file: BlockFile, offset: number): boolean {
    if (isZero(file, offset, nextChapter(offset))) return true
    if (file.block(offset) !== undefined) return false
    this.find(this.position + 1, 'torn', `what follows at byte ${offset} of the file is no block`)
    return true
  }

  #block(block: Block, beginsChapter: boolean): void {
    const expected = this.position + 1
    if (block.first > expected)
      this.find(expected, 'missing', `entries ${expected} to ${block.first - 1} are gone`)
    else if (block.first < expected)
      this.find(block.first, 'changed', 'the entry has a position no writer gives')
    // After a gap the predecessor is unknown, so only this block's own link is lost, not the rest of the walk.
    const follows = block.first !== expected || block.previous.equals(this.#previous)
    if (!isWhole(block) || !follows)
      this.find(
        block.first,
        'changed',
        'the entries that begin there do not continue the chain: they or what came before were changed or moved',
      )
    this.#previous = block.hash
    this.#beforeLast = this.position
    this.#entries += block.count
    this.position = lastPosition(block)
    if (beginsChapter) this.#decoder = new EntryDecoder()
    const entries = this.#readable(block)
    this.#meetCheckpoints(block)
    this.#meetWitnesses(block)
    this.#widen(entries)
  }

  #readable(block: Block): readonly DecodedEntry[] {
    try {
      return this.#decoder.entries(block)
    } catch (cause) {
      this.find(
        block.first,
        'changed',
        `the block there is not of the kind a writer makes: ${detailOf(cause)}`,
      )
      return []
    }
  }

  #widen(entries: readonly DecodedEntry[]): void {
    if (this.#proven === this.position) {
      this.#earliest = Number.POSITIVE_INFINITY
      this.#latest = Number.NEGATIVE_INFINITY
      return
    }
    for (const { entry } of entries) {
      if (entry.at < this.#earliest) this.#earliest = entry.at
      if (entry.at > this.#latest) this.#latest = entry.at
    }
  }

  *#numbered(checkpoints: Iterable<SignedCheckpoint | undefined>): Generator<SignedCheckpoint, void, void> {
    let expected = 1
    for (const checkpoint of checkpoints) {
      this.#checkpointCount += 1
      const { number, position } = checkpoint ?? { number: expected, position: 0 }
      if (number !== expected)
        this.find(position, 'checkpoint-missing', `checkpoints ${expected} to ${number - 1} are gone`)
      expected = number + 1
      if (checkpoint === undefined || !isGenuine(checkpoint, this.#key))
        this.find(position, 'checkpoint-forged', `checkpoint ${number} was not signed by this key`)
      else yield checkpoint
    }
  }

  *#copied(checkpoints: Iterable<SignedCheckpoint | undefined>): Generator<SignedCheckpoint, void, void> {
    for (const checkpoint of checkpoints) {
      if (checkpoint !== undefined && isGenuine(checkpoint, this.#key)) yield checkpoint
      else
        this.find(
          checkpoint?.position ?? 0,
          'checkpoint-forged',
          'the copy has one that was not signed by this key',
        )
    }
  }

  #begin(rest: Iterator<SignedCheckpoint>): void {
    const meeting: Meeting = { next: undefined, rest }
    this.#meetings.push(meeting)
    advance(meeting)
  }

  #meetCheckpoints(block: Block): void {
    const last = lastPosition(block)
    for (const meeting of this.#meetings)
      for (let { next } = meeting; next !== undefined && next.position <= last; next = advance(meeting)) {
        if (next.position === last && block.hash.equals(next.hash)) this.#proven = last
        else this.find(next.position, 'checkpoint-mismatch', `checkpoint ${next.number} signed another chain`)
      }
  }

  #meetWitnesses(block: Block): void {
    for (
      let next = this.#witnesses[0];
      next !== undefined && next.position <= lastPosition(block);
      next = this.#witnesses[0]
    ) {
      this.#witnesses.shift()
      if (next.position < block.first || !block.hash.equals(next.hash))
        this.find(next.position, 'changed', 'the entry is not the one a witness saw')
    }
  }

  /** What is known of entries that are not there. */
  #missed(): void {
    const end = this.position
    for (const meeting of this.#meetings)
      for (let { next } = meeting; next !== undefined; next = advance(meeting))
        this.find(
          end + 1,
          'cut',
          `checkpoint ${next.number} covers entries up to ${next.position}, but they end at ${end}`,
        )
    for (const { position } of this.#witnesses)
      this.find(end + 1, 'cut', `a witness knows of position ${position}, but entries end at ${end}`)
  }
}

/** The next one; undefined behind the last. */
const advance = (meeting: Meeting): SignedCheckpoint | undefined => {
  const { done, value } = meeting.rest.next()
  meeting.next = done === true ? undefined : value
  return meeting.next
}

/** A block that a writer is writing right now looks changed at first: its hash, its last bytes, comes last. */
const readSettled = (file: BlockFile, offset: number): Block | undefined => {
  const block = file.block(offset)
  return block === undefined || isWhole(block) ? block : file.block(offset)
}

/** Bytes at a block's end that are still zero where its writing was cut short. */
const UNWRITTEN_BYTES = 8

/**
 * True for a last block of which the end was never written. Nobody was told that it is durable. Who makes a block look
 * so has taken it away: a cut, no more.
 */
const isUnfinished = (file: BlockFile, offset: number, block: Block): boolean =>
  !isWhole(block) &&
  block.hash.subarray(HASH_BYTES - UNWRITTEN_BYTES).every((byte) => byte === 0) &&
  file.block(nextChapter(offset)) === undefined &&
  isZero(file, offset + block.length, nextChapter(offset))

/** True where nothing but zeros stands in a part of the file, as far as it goes. */
const isZero = (file: BlockFile, from: number, to: number): boolean => {
  const bytes = Buffer.alloc(to - from)
  const length = file.read(from, bytes)
  return bytes.subarray(0, length).every((byte) => byte === 0)
}

// Hostile checkpoints can hold anything; what cannot be checked is not genuine.
const isGenuine = (checkpoint: SignedCheckpoint, key: KeyObject): boolean => {
  try {
    return checkpointIsGenuine(checkpoint, key)
  } catch {
    return false
  }
}

/** Every limit of the journal, with its unit in its name. */
export type JournalLimits = {
  /** Entries that may wait for the disk. One more is refused: its statement does not run. */
  readonly maxWaitingEntries: number
  /** Bytes of entries, as they are written, that may wait for the disk. */
  readonly maxWaitingBytes: number
  /** Size of the journal file above which nothing more is recorded, and so nothing more runs. */
  readonly maxJournalBytes: number
  /** A checkpoint is signed after this many entries at the latest. */
  readonly checkpointEveryEntries: number
  /**
   * A checkpoint is signed each time this has passed, if the worker knows of anything written since the last. It knows of
   * that `syncWithinMs` later at the latest, or where that is 0 a tenth of this: so much longer an entry may be unsigned.
   */
  readonly checkpointEveryMs: number
  /**
   * How long the disk may lag behind the file with entries that nobody waits for on disk. 0: every block is on disk
   * before the next is written.
   */
  readonly syncWithinMs: number
  /** How long closing may wait for the disk. */
  readonly closeTimeoutMs: number
}

/** What holds where the configuration says nothing. */
export const DEFAULT_JOURNAL_LIMITS: JournalLimits = {
  maxWaitingEntries: 16_384,
  maxWaitingBytes: 8 * 1024 * 1024,
  maxJournalBytes: 1024 ** 4,
  checkpointEveryEntries: 1_000,
  checkpointEveryMs: 10_000,
  syncWithinMs: 0,
  closeTimeoutMs: 5_000,
}

/** Fewer entries than this are unsigned at any time: before the last block those that may be, and what a block may hold. */
export function mostUnsigned({
  checkpointEveryEntries,
  maxWaitingEntries,
}: Pick<JournalLimits, 'checkpointEveryEntries' | 'maxWaitingEntries'>): number {
  return checkpointEveryEntries + maxWaitingEntries
}

/** Bytes in the file of which the worker does not know, at which it brings everything to disk. */
export const MAX_UNTOLD_BYTES: number = 1024 * 1024

/**
 * Unsigned entries at which a checkpoint is asked for. At `checkpointEveryEntries` writing stops until it is there: who
 * need not wait for the disk has it asked for before, and goes on meanwhile.
 */
export function signFrom({ checkpointEveryEntries, syncWithinMs }: JournalLimits): number {
  return syncWithinMs === 0 ? checkpointEveryEntries : Math.ceil(checkpointEveryEntries * 0.75)
}

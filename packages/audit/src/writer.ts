import { createPublicKey, type KeyObject } from 'node:crypto'
import { CHAPTER_BYTES, lastPositionIn, seal } from './block.ts'
import { BlockFile } from './block-file.ts'
import { CheckpointFile, signCheckpoint } from './checkpoints.ts'
import { JournalFile } from './journal-file.ts'
import { loadSigningKey } from './keys.ts'
import type { JournalLimits } from './limits.ts'
import { takeWriterLock } from './lock.ts'
import { createPrivately } from './private-file.ts'
import { type JournalEnd, proveEnd } from './prove.ts'

/** The one writer of a journal file. Everything is synchronous and throws on any error; the worker gives it a thread. */
export type JournalWriter = {
  /** The last position on disk when the journal was opened; 0 for an empty one. */
  readonly position: number
  /** Where in the file the next block goes. */
  readonly offset: number
  /** Bytes of a last block that was never finished, which were put aside. */
  readonly discardedBytes: number
  /** SPKI PEM. */
  readonly publicKey: string
  /**
   * Chains a block (complete but for its two hashes, which it is given here) and writes it. When it returns the block is
   * in the file; it gives the last position in it.
   */
  write(block: Buffer, offset: number): number
  /** Brings to disk what is not there yet. Gives the last position on disk. */
  sync(): number
  /** Bytes in the file that may not be on disk. */
  readonly unsyncedBytes: number
  /** True where as many entries are unsigned as may be. */
  readonly mustSign: boolean
  /** Signs the current end of the chain, unless it is signed already. */
  checkpoint(): void
  close(): void
}

/** Opens the journal for writing: takes the lock, loads the key, proves the end of the chain. Writes no entry. */
export const openWriter = (path: string, limits: JournalLimits): JournalWriter => {
  const lock = takeWriterLock(path)
  try {
    createPrivately(path)
    const blocks = new BlockFile(path)
    const key = loadSigningKey(path, blocks.block(0) === undefined)
    const end = proveEnd(path, blocks, createPublicKey(key), limits.syncWithinMs > 0)
    blocks.close()
    const file = new JournalFile(path, end.offset, limits.maxJournalBytes)
    const discardedBytes = file.putAside(`${path}.unfinished-${end.position + 1}`)
    return new Writer({ file, lock, key, end, limits, checkpoints: new CheckpointFile(path) }, discardedBytes)
  } catch (cause) {
    lock.close()
    throw cause
  }
}

type Parts = {
  readonly file: JournalFile
  readonly lock: { close(): void }
  readonly key: KeyObject
  readonly end: JournalEnd
  readonly limits: JournalLimits
  readonly checkpoints: CheckpointFile
}

class Writer implements JournalWriter {
  readonly position: number
  readonly offset: number
  readonly discardedBytes: number
  readonly publicKey: string
  readonly #parts: Parts
  #last: number
  #unsyncedBytes = 0
  #hash: Uint8Array
  #signed: number
  #checkpoints: number

  constructor(parts: Parts, discardedBytes: number) {
    const { end, key } = parts
    this.#parts = parts
    this.position = this.#last = end.position
    this.offset = end.offset
    this.discardedBytes = discardedBytes
    this.publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string
    this.#hash = end.hash
    this.#signed = end.signed?.position ?? 0
    this.#checkpoints = end.signed?.number ?? 0
  }

  get mustSign(): boolean {
    return this.#last - this.#signed >= this.#parts.limits.checkpointEveryEntries
  }

  get unsyncedBytes(): number {
    return this.#unsyncedBytes
  }

  write(block: Buffer, offset: number): number {
    // What a lost machine can leave torn lies within one chapter.
    if (offset % CHAPTER_BYTES === 0) this.sync()
    const hash = seal(block, this.#hash)
    this.#parts.file.write(block, offset)
    this.#unsyncedBytes += block.length
    this.#hash = hash
    this.#last = lastPositionIn(block)
    return this.#last
  }

  sync(): number {
    if (this.#unsyncedBytes > 0) this.#parts.file.sync()
    this.#unsyncedBytes = 0
    return this.#last
  }

  checkpoint(): void {
    if (this.#last === this.#signed) return
    // What is signed must not be lost.
    this.sync()
    const { key, checkpoints } = this.#parts
    const number = this.#checkpoints + 1
    checkpoints.append(
      signCheckpoint({ number, position: this.#last, at: Date.now(), hash: this.#hash }, key),
    )
    this.#checkpoints = number
    this.#signed = this.#last
  }

  close(): void {
    const { file, checkpoints, lock } = this.#parts
    file.close()
    checkpoints.close()
    lock.close()
  }
}

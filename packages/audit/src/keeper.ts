import { createPublicKey, type KeyObject } from 'node:crypto'
import { BlockFile } from './block-file.ts'
import { CheckpointFile, checkpointsPath, signCheckpoint } from './checkpoints.ts'
import { JournalFile, ROOM_BYTES } from './journal-file.ts'
import { loadSigningKey } from './keys.ts'
import { type JournalLimits, signFrom } from './limits.ts'
import { lockPath } from './lock.ts'
import type { EndOfChain } from './orders.ts'
import { Places } from './places.ts'
import { createPrivately } from './private-file.ts'
import { type JournalEnd, proveEnd } from './prove.ts'

/**
 * Opens the journal: loads the key, proves the end of the chain, brings it to disk, where the last process may have ended
 * before it could, and signs it. Writes no entry. The lock must be held.
 */
export const openKeeper = (path: string, limits: JournalLimits): JournalKeeper => {
  createPrivately(path)
  const blocks = new BlockFile(path)
  const key = loadSigningKey(path, blocks.block(0) === undefined)
  const end = proveEnd(path, blocks, createPublicKey(key), limits)
  blocks.close()
  const file = new JournalFile(path, end.offset, limits.maxJournalBytes)
  const discardedBytes = file.putAside(`${path}.unfinished-${end.position + 1}`)
  file.sync()
  const checkpoints = new CheckpointFile(path)
  const places = new Places([path, checkpointsPath(path), lockPath(path)])
  const keeper = new JournalKeeper({ file, key, end, limits, checkpoints, places }, discardedBytes)
  keeper.checkpoint()
  return keeper
}

type Parts = {
  readonly file: JournalFile
  readonly key: KeyObject
  readonly end: JournalEnd
  readonly limits: JournalLimits
  readonly checkpoints: CheckpointFile
  readonly places: Places
}

/**
 * Brings to disk what is written into the journal's file, makes room for it, and signs. Everything is
 * synchronous and throws on any error; the worker gives it a thread.
 */
export class JournalKeeper {
  /** Bytes of a last block that was never finished, which were put aside. */
  readonly discardedBytes: number
  /** Entries that were on disk, and unsigned, when it was opened. */
  readonly unsignedEntries: number
  /** SPKI PEM. */
  readonly publicKey: string
  readonly #parts: Parts
  /** The end of what is on disk. */
  #position: number
  #offset: number
  #hash: Uint8Array
  #signed: number
  #checkpoints: number

  constructor(parts: Parts, discardedBytes: number) {
    const { end, key } = parts
    this.#parts = parts
    this.#position = end.position
    this.#offset = end.offset
    this.#hash = end.hash
    this.discardedBytes = discardedBytes
    this.publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }) as string
    this.#signed = end.signed?.position ?? 0
    this.unsignedEntries = this.#position - this.#signed
    this.#checkpoints = end.signed?.number ?? 0
  }

  /** The last position on disk; 0 for an empty journal. */
  get position(): number {
    return this.#position
  }

  /** Where the block behind it goes. */
  get offset(): number {
    return this.#offset
  }

  /** The hash of the block that `position` stands in. */
  get hash(): Uint8Array {
    return this.#hash
  }

  /** Up to where blocks may be written. */
  get room(): number {
    return this.#parts.file.room
  }

  /** The last position that a checkpoint covers. */
  get signed(): number {
    return this.#signed
  }

  /** True where so many entries are unsigned that the next checkpoint is due. */
  get mustSign(): boolean {
    return this.#position - this.#signed >= signFrom(this.#parts.limits)
  }

  /** Writes `block`, if there is one, which ends at `end`, and brings to disk what was written. Where there is no room it can be called again. */
  bringToDisk(end: EndOfChain, block?: Buffer): void {
    const { position, offset, hash } = end
    if (block !== undefined) this.#parts.file.write(block, offset - block.length)
    if (position > this.#position) this.#parts.file.sync()
    this.#position = position
    this.#offset = offset
    this.#hash = hash
  }

  /** Makes room up to what is wanted. */
  makeRoom({ wanted }: EndOfChain): void {
    this.#parts.file.makeRoom(wanted)
  }

  /** Makes room before it is wanted, where little is left. */
  makeRoomAhead(): void {
    if (this.room - this.#offset < ROOM_BYTES / 2) this.#parts.file.makeRoom(this.#offset + ROOM_BYTES)
  }

  /**
   * Signs the end of what is on disk, unless it is signed already: what is signed must not be lost. Throws where the files are
   * not in their places any more.
   */
  checkpoint(): void {
    this.#parts.places.check()
    if (this.#position === this.#signed) return
    const { key, checkpoints } = this.#parts
    const number = this.#checkpoints + 1
    checkpoints.append(
      signCheckpoint({ number, position: this.#position, at: Date.now(), hash: this.#hash }, key),
    )
    this.#checkpoints = number
    this.#signed = this.#position
  }

  /**
   * Ends the file where the journal does. After a failure it stays as it is: behind what was brought to disk there may be
   * blocks of the gateway's thread, whose results have left.
   */
  close(failed: boolean): void {
    const { file, checkpoints } = this.#parts
    file.close(failed ? undefined : this.#offset)
    checkpoints.close()
  }
}

import { Buffer } from 'node:buffer'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import {
  type Block,
  blockLength,
  CHAPTER_BYTES,
  firstPosition,
  HEADER_BYTES,
  isWhole,
  MAGIC,
  MAGIC_OFFSET,
  readBlock,
} from './block.ts'
import { JournalError } from './errors.ts'

/** The journal's blocks, read from the file at any place, beside its writer or without one. Synchronous. */
export class BlockFile {
  readonly #handle: number
  readonly #header = Buffer.alloc(HEADER_BYTES)

  /** Throws what the file system says, and `JournalError` for a file that is no journal. */
  constructor(path: string) {
    // A pipe would be waited for without end, and a device has no end.
    if (!statSync(path).isFile()) throw notAJournal(path, 'is no file; ')
    this.#handle = openSync(path, 'r')
    const length = this.read(0, this.#header)
    if (length === 0 || (length === HEADER_BYTES && this.#header.readUInt32BE(MAGIC_OFFSET) === MAGIC)) return
    if (this.#header.every((byte) => byte === 0)) return
    this.close()
    throw notAJournal(path, 'is not a journal of this version; move it aside, or ')
  }

  /** Bytes of the file; more than what was written, since room is made ahead. */
  get size(): number {
    return fstatSync(this.#handle).size
  }

  /** Reads what there is at `offset`, up to the buffer's length; how many bytes there were. */
  read(offset: number, into: Buffer): number {
    let filled = 0
    while (filled < into.length) {
      const got = readSync(this.#handle, into, filled, into.length - filled, offset + filled)
      if (got === 0) break
      filled += got
    }
    return filled
  }

  /** The block at `offset`, whatever it holds; undefined where none begins or the file ends before it does. */
  block(offset: number): Block | undefined {
    if (this.read(offset, this.#header) < HEADER_BYTES) return undefined
    const length = blockLength(this.#header, 0)
    if (length === 0 || (offset % CHAPTER_BYTES) + length > CHAPTER_BYTES) return undefined
    const bytes = Buffer.allocUnsafe(length)
    return this.read(offset, bytes) === length ? readBlock(bytes, 0) : undefined
  }

  /** The chapter that has `position`, or would have it: the last that begins at or before it. */
  chapterOf(position: number): number {
    let [low, high] = [0, Math.max(0, Math.ceil(this.size / CHAPTER_BYTES) - 1)]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      const first = this.#firstOf(middle)
      if (first !== undefined && first <= position) low = middle
      else high = middle - 1
    }
    return low
  }

  /** The last chapter that has begun. */
  lastChapter(): number {
    return this.chapterOf(Number.MAX_SAFE_INTEGER)
  }

  close(): void {
    closeSync(this.#handle)
  }

  /** The position at which a chapter begins; undefined where it has not begun. */
  #firstOf(chapter: number): number | undefined {
    const length = this.read(chapter * CHAPTER_BYTES, this.#header)
    if (length < HEADER_BYTES || blockLength(this.#header, 0) === 0) return undefined
    return firstPosition(this.#header, 0)
  }
}

const notAJournal = (path: string, why: string): JournalError =>
  new JournalError({
    problem: 'unusable',
    message: `\`${path}\` ${why}name another path and keep \`store.path\` as it is`,
  })

/** Goes through blocks in order. At the end it can be asked again, when more may have been written. */
export class BlockWalk {
  readonly #file: BlockFile
  /** Where the next block begins, as far as is known. */
  offset: number

  constructor(file: BlockFile, offset: number) {
    this.#file = file
    this.offset = offset
  }

  /**
   * The next block; undefined at the end. A last block that is not whole is still being written, or was when the
   * process ended: it is no block yet. One that others follow is given as it is, for verification to judge.
   */
  next(): Block | undefined {
    for (;;) {
      const block = this.#file.block(this.offset)
      if (block === undefined) {
        const following = nextChapter(this.offset)
        if (this.#file.block(following) === undefined) return undefined
        // A chapter begins behind all of the one before: what was not there is by now, if it ever will be.
        if (this.#file.block(this.offset) === undefined) this.offset = following
        continue
      }
      if (isWhole(block)) return this.#gone(block)
      if (!this.#followed(block)) return undefined
      // What follows a block is written when it is whole: so it may have become whole since it was read.
      return this.#gone(this.#file.block(this.offset) ?? block)
    }
  }

  #gone(block: Block): Block {
    this.offset += block.length
    return block
  }

  #followed(block: Block): boolean {
    const behind = this.offset + block.length
    return this.#file.block(behind) !== undefined || this.#file.block(nextChapter(this.offset)) !== undefined
  }
}

/** Where the chapter behind an offset begins. */
export function nextChapter(offset: number): number {
  return (Math.floor(offset / CHAPTER_BYTES) + 1) * CHAPTER_BYTES
}

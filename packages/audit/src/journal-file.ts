import { Buffer } from 'node:buffer'
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { CHAPTER_BYTES } from './block.ts'

/**
 * How much room is made ahead, in bytes. Writing over zeros that are on disk changes nothing but those bytes: making
 * that durable takes half the time of appending, which changes the file's size and the map of its blocks as well.
 */
const ROOM_BYTES = 1024 * 1024

const ZEROS = Buffer.alloc(ROOM_BYTES)

/** The journal's file, for writing. */
export class JournalFile {
  readonly #handle: number
  readonly #maxBytes: number
  #end: number
  /** Up to here the disk holds zeros, or blocks. */
  #room: number

  /** `end`: where the last whole block ends. */
  constructor(path: string, end: number, maxBytes: number) {
    this.#handle = openSync(path, 'r+')
    this.#maxBytes = maxBytes
    this.#end = end
    this.#room = end
  }

  /**
   * Takes away what stands behind the last whole block: room, and a block that the end of the process or of the power
   * cut short. Nobody was ever told that such a block is durable, but it is kept as evidence in a file of its own.
   * Returns its length, 0 where there is none.
   */
  putAside(file: string): number {
    const behind = Buffer.alloc(
      Math.max(0, Math.min(fstatSync(this.#handle).size - this.#end, CHAPTER_BYTES)),
    )
    readSync(this.#handle, behind, 0, behind.length, this.#end)
    let length = behind.length
    while (length > 0 && behind[length - 1] === 0) length -= 1
    if (length > 0) writeFileSync(file, behind.subarray(0, length), { mode: 0o600, flush: true })
    ftruncateSync(this.#handle, this.#end)
    return length
  }

  /** Writes at `offset`, where nothing was written yet; on disk after `sync`. Throws when the disk is full. */
  write(bytes: Buffer, offset: number): void {
    const end = offset + bytes.length
    if (end > this.#room) this.#makeRoom(offset, end)
    this.#writeAll(bytes, offset)
    this.#end = end
  }

  /** Everything written is on disk when it returns. */
  sync(): void {
    fdatasyncSync(this.#handle)
  }

  /** Gives back the room that was not used, so that the file ends where the journal does. */
  close(): void {
    ftruncateSync(this.#handle, this.#end)
    closeSync(this.#handle)
  }

  #makeRoom(offset: number, end: number): void {
    if (end > this.#maxBytes)
      throw new Error(`it would exceed \`maxJournalBytes\` (${this.#maxBytes}), as if the disk were full`)
    let from = Math.max(offset, this.#room)
    const to = Math.min(Math.ceil(end / ROOM_BYTES) * ROOM_BYTES, this.#maxBytes)
    for (; from < to; from += ROOM_BYTES)
      this.#writeAll(ZEROS.subarray(0, Math.min(ROOM_BYTES, to - from)), from)
    fdatasyncSync(this.#handle)
    this.#room = to
  }

  #writeAll(bytes: Buffer, offset: number): void {
    for (let written = 0; written < bytes.length; ) {
      const took = writeSync(this.#handle, bytes, written, bytes.length - written, offset + written)
      if (took === 0) throw new Error('the disk took no more')
      written += took
    }
  }
}

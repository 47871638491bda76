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
export const ROOM_BYTES: number = 1024 * 1024

const ZEROS = Buffer.alloc(ROOM_BYTES)

/** The journal's file, as the worker sees it: room in it, and what of it is on disk. Where blocks go: `block-writer.ts`. */
export class JournalFile {
  readonly #handle: number
  readonly #maxBytes: number
  readonly #end: number
  /** Up to here the disk holds zeros, or blocks. */
  #room: number

  /** `end`: where the last whole block ends. */
  constructor(path: string, end: number, maxBytes: number) {
    this.#handle = openSync(path, 'r+')
    this.#maxBytes = maxBytes
    this.#end = end
    this.#room = end
  }

  /** Up to where there is room. Nothing is written behind it. */
  get room(): number {
    return this.#room
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

  /** Makes room at least up to `wanted`, or up to the most that the file may have. Throws when the disk is full. */
  makeRoom(wanted: number): void {
    const to = Math.min(Math.ceil(wanted / ROOM_BYTES) * ROOM_BYTES, this.#maxBytes)
    if (to <= this.#room) return
    for (let from = this.#room; from < to; from += ROOM_BYTES)
      writeAll(this.#handle, ZEROS.subarray(0, Math.min(ROOM_BYTES, to - from)), from)
    fdatasyncSync(this.#handle)
    this.#room = to
  }

  /** Writes at `offset`, where there is room; on disk after `sync`. Throws when the disk is full. */
  write(bytes: Buffer, offset: number): void {
    writeAll(this.#handle, bytes, offset)
  }

  /** Everything written is on disk when it returns. */
  sync(): void {
    fdatasyncSync(this.#handle)
  }

  /** Gives back the room that was not used, so that the file ends where the journal does: at `end`, if that is known. */
  close(end: number | undefined): void {
    if (end !== undefined) ftruncateSync(this.#handle, end)
    closeSync(this.#handle)
  }
}

/** Writes all of `bytes` at `offset`. Throws when the disk is full. */
export function writeAll(handle: number, bytes: Buffer, offset: number): void {
  for (let written = 0; written < bytes.length; ) {
    const took = writeSync(handle, bytes, written, bytes.length - written, offset + written)
    if (took === 0) throw new Error('the disk took no more')
    written += took
  }
}

import { Buffer } from 'node:buffer'
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { CHAPTER_BYTES } from './block.ts'
import { makeNameDurable } from './private-file.ts'

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
    const behind = new Pieces(this.#handle, this.#end)
    const length = behind.length()
    if (length > 0) behind.copy(unused(file), length)
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

/** What stands behind an offset of a file, piece by piece. */
class Pieces {
  readonly #handle: number
  readonly #from: number
  readonly #piece = Buffer.alloc(CHAPTER_BYTES)

  constructor(handle: number, from: number) {
    this.#handle = handle
    this.#from = from
  }

  /** Without the zeros at the end. */
  length(): number {
    let length = 0
    let from = 0
    for (let piece = this.#read(from); piece.length > 0; piece = this.#read(from)) {
      const last = piece.findLastIndex((byte) => byte !== 0)
      if (last >= 0) length = from + last + 1
      from += piece.length
    }
    return length
  }

  /** On disk when it returns. */
  copy(file: string, length: number): void {
    const to = openSync(file, 'wx', 0o600)
    try {
      for (let from = 0; from < length; from += CHAPTER_BYTES)
        writeAll(to, this.#read(from).subarray(0, length - from), from)
      fsyncSync(to)
    } finally {
      closeSync(to)
    }
    makeNameDurable(file)
  }

  #read(from: number): Buffer {
    let filled = 0
    for (let got = -1; got !== 0 && filled < CHAPTER_BYTES; filled += got)
      got = readSync(this.#handle, this.#piece, filled, CHAPTER_BYTES - filled, this.#from + from + filled)
    return this.#piece.subarray(0, filled)
  }
}

/** The name, or where evidence lies there already one with a number behind it. */
function unused(file: string): string {
  let free = file
  for (let number = 2; existsSync(free); number += 1) free = `${file}-${number}`
  return free
}

/** Writes all of `bytes` at `offset`. Throws when the disk is full. */
export function writeAll(handle: number, bytes: Buffer, offset: number): void {
  for (let written = 0; written < bytes.length; ) {
    const took = writeSync(handle, bytes, written, bytes.length - written, offset + written)
    if (took === 0) throw new Error('the disk took no more')
    written += took
  }
}

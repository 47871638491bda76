import { Buffer } from 'node:buffer'
import { type KeyObject, sign, verify } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { HASH_BYTES, writeWide } from './block.ts'
import { createPrivately } from './private-file.ts'

/** A signed statement that the chain had this hash at this position. Checkpoints are numbered, so none can go missing between two. */
export type Checkpoint = {
  readonly number: number
  readonly position: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly hash: Uint8Array
}

/** A checkpoint with its Ed25519 signature (64 bytes). */
export type SignedCheckpoint = Checkpoint & { readonly signature: Uint8Array }

/** Where a journal's checkpoints lie, one JSON document a line: a copy of it kept elsewhere shows a cut journal. */
export const checkpointsPath = (journal: string): string => `${journal}.checkpoints`

/** Signs a checkpoint with the journal's private key (Ed25519). */
export const signCheckpoint = (checkpoint: Checkpoint, key: KeyObject): SignedCheckpoint => ({
  ...checkpoint,
  signature: sign(null, checkpointBytes(checkpoint), key),
})

/** True when the signature was made by the private half of `publicKey`. */
export const checkpointIsGenuine = (checkpoint: SignedCheckpoint, publicKey: KeyObject): boolean =>
  checkpoint.hash.length === HASH_BYTES &&
  isCount(checkpoint.number) &&
  isCount(checkpoint.position) &&
  isCount(checkpoint.at) &&
  verify(null, checkpointBytes(checkpoint), publicKey, checkpoint.signature)

/** Bytes of the file that are read at a time. A line has some 260. */
const CHUNK_BYTES = 64 * 1024

/**
 * The checkpoints in a file, in its order, as far as it went when this was called; none where there is no file. A line
 * that cannot be read is undefined. What stands behind the last line's end was being written when the process ended, and
 * is left out. A journal can have tens of millions of them: they are read as they are taken, in the memory of one chunk.
 * Whoever does not take them all ends it with `return`.
 */
export function readCheckpoints(file: string): Generator<SignedCheckpoint | undefined, void, void> {
  return checkpointsIn(file, existsSync(file) ? statSync(file).size : 0)
}

function* checkpointsIn(file: string, end: number): Generator<SignedCheckpoint | undefined, void, void> {
  if (end === 0) return
  const handle = openSync(file, 'r')
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    let rest: Buffer = Buffer.alloc(0)
    for (let at = 0; at < end; ) {
      const got = readSync(handle, chunk, 0, Math.min(CHUNK_BYTES, end - at), at)
      if (got === 0) return
      at += got
      const bytes = Buffer.concat([rest, chunk.subarray(0, got)])
      let from = 0
      for (let to = bytes.indexOf(LINE_END); to >= 0; to = bytes.indexOf(LINE_END, from)) {
        yield parseCheckpoint(bytes.toString('utf8', from, to))
        from = to + 1
      }
      // What goes on for longer is no checkpoint, whatever is left of it.
      rest = bytes.subarray(from, from + CHUNK_BYTES)
    }
  } finally {
    closeSync(handle)
  }
}

/** The last checkpoint of a file, which is undefined where its line cannot be read; undefined where the file has none. */
export function lastCheckpoint(
  file: string,
): { readonly checkpoint: SignedCheckpoint | undefined } | undefined {
  if (!existsSync(file)) return undefined
  const { bytes, start, end } = lastLines(file)
  // More than a line, and no end of one: that is no checkpoint.
  if (end === 0) return start === 0 ? undefined : { checkpoint: undefined }
  const from = end < 2 ? 0 : bytes.lastIndexOf(LINE_END, end - 2) + 1
  return { checkpoint: parseCheckpoint(bytes.toString('utf8', from, end - 1)) }
}

/** The end of a file, where it begins in it, and where the last whole line ends in `bytes`; 0: there is none. */
function lastLines(file: string): { readonly bytes: Buffer; readonly start: number; readonly end: number } {
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    const start = Math.max(0, size - CHUNK_BYTES)
    const bytes = Buffer.alloc(size - start)
    readSync(handle, bytes, 0, bytes.length, start)
    return { bytes, start, end: bytes.lastIndexOf(LINE_END) + 1 }
  } finally {
    closeSync(handle)
  }
}

const LINE_END = 0x0a

/** A checkpoint as a line, without the line's end. */
export const formatCheckpoint = ({ number, position, at, hash, signature }: SignedCheckpoint): string =>
  JSON.stringify({ number, position, at, hash: hex(hash), signature: hex(signature) })

/** Appends checkpoints, each durable when `append` returns. */
export class CheckpointFile {
  readonly #handle: number
  /** Where the last whole line ends. */
  #end: number

  /** Opens or makes the file, and takes away a line that was never finished. */
  constructor(journal: string) {
    const file = checkpointsPath(journal)
    createPrivately(file)
    const { bytes, start, end } = lastLines(file)
    this.#handle = openSync(file, 'a', 0o600)
    this.#end = start + end
    if (end < bytes.length) ftruncateSync(this.#handle, this.#end)
  }

  append(checkpoint: SignedCheckpoint): void {
    const line = Buffer.from(`${formatCheckpoint(checkpoint)}\n`)
    for (let written = 0; written < line.length; ) written += this.#write(line.subarray(written))
    fdatasyncSync(this.#handle)
    this.#end += line.length
  }

  /** Where there is no room it takes the beginning of a line away. */
  #write(bytes: Buffer): number {
    try {
      const took = writeSync(this.#handle, bytes)
      if (took === 0) throw new Error('the disk took no more')
      return took
    } catch (cause) {
      ftruncateSync(this.#handle, this.#end)
      throw cause
    }
  }

  close(): void {
    closeSync(this.#handle)
  }
}

const parseCheckpoint = (line: string): SignedCheckpoint | undefined => {
  let read: { [name: string]: unknown }
  try {
    read = JSON.parse(line) as typeof read
  } catch {
    return undefined
  }
  const { number, position, at, hash, signature } = read ?? {}
  if (typeof number !== 'number' || typeof position !== 'number' || typeof at !== 'number') return undefined
  if (typeof hash !== 'string' || typeof signature !== 'string') return undefined
  return { number, position, at, hash: Buffer.from(hash, 'hex'), signature: Buffer.from(signature, 'hex') }
}

const CHECKPOINT_LABEL = Buffer.from('sluice checkpoint 1\0')

const NUMBER_BYTES = 8

const checkpointBytes = (checkpoint: Checkpoint): Buffer => {
  const fields = Buffer.allocUnsafe(3 * NUMBER_BYTES)
  writeWide(fields, checkpoint.number, 0)
  writeWide(fields, checkpoint.position, NUMBER_BYTES)
  writeWide(fields, checkpoint.at, 2 * NUMBER_BYTES)
  return Buffer.concat([CHECKPOINT_LABEL, fields, checkpoint.hash])
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

import { Buffer } from 'node:buffer'
import { type KeyObject, sign, verify } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
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

/**
 * The checkpoints in a file, in its order; none where there is no file. A line that cannot be read is undefined. What
 * stands behind the last line's end was being written when the process ended, and is left out.
 */
export const readCheckpoints = (file: string): (SignedCheckpoint | undefined)[] => {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.slice(0, -1).map(parseCheckpoint)
}

/** A checkpoint as a line, without the line's end. */
export const formatCheckpoint = ({ number, position, at, hash, signature }: SignedCheckpoint): string =>
  JSON.stringify({ number, position, at, hash: hex(hash), signature: hex(signature) })

/** Appends checkpoints, each durable when `append` returns. */
export class CheckpointFile {
  readonly #handle: number

  /** Opens or makes the file, and takes away a line that was never finished. */
  constructor(journal: string) {
    const file = checkpointsPath(journal)
    createPrivately(file)
    const written = readFileSync(file)
    this.#handle = openSync(file, 'a', 0o600)
    ftruncateSync(this.#handle, written.lastIndexOf(0x0a) + 1)
  }

  append(checkpoint: SignedCheckpoint): void {
    const line = Buffer.from(`${formatCheckpoint(checkpoint)}\n`)
    if (writeSync(this.#handle, line) !== line.length) throw new Error('the disk is full')
    fdatasyncSync(this.#handle)
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

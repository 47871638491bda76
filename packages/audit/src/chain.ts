import type { KeyObject } from 'node:crypto'
import { hash, sign, verify } from 'node:crypto'

/**
 * INVARIANT (one-chain): every entry's hash covers the hash before it, its position and its bytes, so an edit, a
 * deletion or a reorder breaks the chain at the first entry it touches. One writer makes the chain: the journal worker.
 */

/** Bytes of one hash in the chain (SHA-256). */
export const HASH_BYTES = 32

const POSITION_BYTES = 8

/** What the first entry chains to. */
export const GENESIS: Buffer = hash('sha256', 'sluice journal 1', 'buffer')

/** The hash of the entry at `position` whose predecessor has hash `previous`. `entry` is the JSON text as stored. */
export const hashEntry = (previous: Uint8Array, position: number, entry: string): Buffer => {
  const length = Buffer.byteLength(entry)
  const bytes = Buffer.allocUnsafe(HASH_BYTES + POSITION_BYTES + length)
  bytes.set(previous, 0)
  writeWide(bytes, position, HASH_BYTES)
  bytes.write(entry, HASH_BYTES + POSITION_BYTES, 'utf8')
  return hash('sha256', bytes, 'buffer')
}

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

const CHECKPOINT_LABEL = Buffer.from('sluice checkpoint 1\0')

const checkpointBytes = (checkpoint: Checkpoint): Buffer => {
  const fields = Buffer.allocUnsafe(3 * POSITION_BYTES)
  writeWide(fields, checkpoint.number, 0)
  writeWide(fields, checkpoint.position, POSITION_BYTES)
  writeWide(fields, checkpoint.at, 2 * POSITION_BYTES)
  return Buffer.concat([CHECKPOINT_LABEL, fields, checkpoint.hash])
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

// Two 32-bit halves instead of a BigInt: this runs once per entry.
const writeWide = (target: Buffer, value: number, offset: number): void => {
  target.writeUInt32BE(Math.floor(value / 0x1_0000_0000), offset)
  target.writeUInt32BE(value % 0x1_0000_0000, offset + 4)
}

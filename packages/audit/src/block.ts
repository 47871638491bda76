import { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'

/**
 * INVARIANT (one-chain): a block's hash covers the hash of the block before it, its position and its bytes, so an edit,
 * a deletion or a reorder breaks the chain at the first block it touches. One writer makes the chain: `BlockWriter`.
 *
 * A block is what one write made durable. Its layout, numbers big-endian:
 *
 * | bytes | what |
 * |---|---|
 * | 32 | hash of the block before |
 * | 4 | `MAGIC` |
 * | 4 | number of entries |
 * | 4 | length of the body |
 * | 8 | position of the first entry |
 * | 8 | a time in microseconds since the epoch, to which the times in the body relate |
 * | … | the body: `encoder.ts` |
 * | 32 | SHA-256 over all that |
 */
export type Block = {
  readonly previous: Buffer
  readonly count: number
  readonly first: number
  readonly atUs: number
  readonly body: Buffer
  readonly hash: Buffer
  /** What the hash must be. */
  readonly expected: Buffer
  /** Length of the whole. */
  readonly length: number
}

/** Bytes of one hash in the chain (SHA-256). */
export const HASH_BYTES = 32

/** Bytes before the body. */
export const HEADER_BYTES = HASH_BYTES + 28

/** `SLJ2`. */
export const MAGIC = 0x534c_4a32

/** Offset of `MAGIC` in a block. */
export const MAGIC_OFFSET = HASH_BYTES

/**
 * The file is cut into chapters of this length. Every chapter begins with a block, no block crosses into the next, and
 * what the entries of a chapter refer to stands in the same chapter: reading can begin at each.
 */
export const CHAPTER_BYTES = 4 * 1024 * 1024

/** Longest body. */
export const MAX_BODY_BYTES = CHAPTER_BYTES - HEADER_BYTES - HASH_BYTES

/** What the first block chains to. */
export const GENESIS: Buffer = hash('sha256', 'sluice journal 2', 'buffer')

/** Fills in all of the header but the previous hash. */
export function writeHeader(
  target: Buffer,
  header: Pick<Block, 'count' | 'first' | 'atUs'>,
  bodyBytes: number,
): void {
  target.writeUInt32BE(MAGIC, MAGIC_OFFSET)
  target.writeUInt32BE(header.count, MAGIC_OFFSET + 4)
  target.writeUInt32BE(bodyBytes, MAGIC_OFFSET + 8)
  writeWide(target, header.first, MAGIC_OFFSET + 12)
  writeWide(target, header.atUs, MAGIC_OFFSET + 20)
}

/** Chains a block: puts the previous hash before it and its own behind it. Returns its own. */
export function seal(block: Buffer, previous: Uint8Array): Buffer {
  block.set(previous, 0)
  const own = hash('sha256', block.subarray(0, block.length - HASH_BYTES), 'buffer')
  block.set(own, block.length - HASH_BYTES)
  return own
}

/** Length of the block that begins here; 0 where none does. `bytes` holds its header at least. */
export function blockLength(bytes: Buffer, offset: number): number {
  if (bytes.length - offset < HEADER_BYTES || bytes.readUInt32BE(offset + MAGIC_OFFSET) !== MAGIC) return 0
  const body = bytes.readUInt32BE(offset + MAGIC_OFFSET + 8)
  return body > MAX_BODY_BYTES ? 0 : HEADER_BYTES + body + HASH_BYTES
}

/** The position of the first entry of the block whose header begins here. */
export function firstPosition(bytes: Buffer, offset: number): number {
  return readWide(bytes, offset + MAGIC_OFFSET + 12)
}

/** Reads the block that begins here, of which `bytes` holds the whole. Nothing is checked but its length. */
export function readBlock(bytes: Buffer, offset: number): Block {
  const length = blockLength(bytes, offset)
  const end = offset + length - HASH_BYTES
  return {
    previous: bytes.subarray(offset, offset + HASH_BYTES),
    count: bytes.readUInt32BE(offset + MAGIC_OFFSET + 4),
    first: firstPosition(bytes, offset),
    atUs: readWide(bytes, offset + MAGIC_OFFSET + 20),
    body: bytes.subarray(offset + HEADER_BYTES, end),
    hash: bytes.subarray(end, end + HASH_BYTES),
    expected: hash('sha256', bytes.subarray(offset, end), 'buffer'),
    length,
  }
}

/** True where a block is as it was sealed. */
export function isWhole(block: Block): boolean {
  return block.hash.equals(block.expected)
}

/** The last position in a block. */
export function lastPosition({ first, count }: Pick<Block, 'first' | 'count'>): number {
  return first + count - 1
}

/** Writes a whole number as eight bytes: two 32-bit halves, since a BigInt is slow. */
export function writeWide(target: Buffer, value: number, offset: number): void {
  target.writeUInt32BE(Math.floor(value / 0x1_0000_0000), offset)
  target.writeUInt32BE(value % 0x1_0000_0000, offset + 4)
}

/** Reads it back. */
function readWide(bytes: Buffer, offset: number): number {
  return bytes.readUInt32BE(offset) * 0x1_0000_0000 + bytes.readUInt32BE(offset + 4)
}

import type { KeyObject } from 'node:crypto'
import { CHAPTER_BYTES, GENESIS, isWhole, lastPosition } from './block.ts'
import { type BlockFile, BlockWalk } from './block-file.ts'
import {
  checkpointIsGenuine,
  checkpointsPath,
  readCheckpoints,
  type SignedCheckpoint,
} from './checkpoints.ts'
import { JournalError } from './errors.ts'

/** The end of a journal that was proven from its newest checkpoint on. */
export type JournalEnd = {
  /** The last position; 0 for an empty journal. */
  readonly position: number
  readonly hash: Uint8Array
  /** Where the next block goes. */
  readonly offset: number
  readonly signed: SignedCheckpoint | undefined
}

/**
 * INVARIANT (one-chain): the writer continues only a chain that still is what its newest checkpoint signed, and
 * recomputes what came after it, so that nothing is ever signed on top of a changed block. Throws `JournalError`.
 *
 * `mayLag`: several blocks may have been on their way to the disk when the machine was lost, which brings them there in
 * any order. Then the chain ends at the first that is not whole, behind the checkpoint; what follows is put aside.
 */
export const proveEnd = (
  path: string,
  file: BlockFile,
  publicKey: KeyObject,
  mayLag: boolean,
): JournalEnd => {
  const signed = newestCheckpoint(path, publicKey)
  const from = signed === undefined ? 0 : file.chapterOf(signed.position)
  const walk = new BlockWalk(file, from * CHAPTER_BYTES)
  let end = { position: 0, hash: GENESIS as Uint8Array, offset: 0 }
  let met = signed === undefined
  for (let block = walk.next(); block !== undefined; block = walk.next()) {
    if (mayLag && met && !isWhole(block)) break
    // A chapter other than the first chains to one that is not read here.
    const chained = end.position === 0 && from > 0 ? block.previous : Buffer.from(end.hash)
    const expected = end.position === 0 && from > 0 ? block.first : end.position + 1
    if (block.first !== expected || !isWhole(block) || !block.previous.equals(chained))
      throw damaged(path, expected, 'the block there does not continue the chain')
    end = { position: lastPosition(block), hash: block.hash, offset: walk.offset }
    if (signed?.position !== end.position) continue
    if (!block.hash.equals(signed.hash))
      throw damaged(path, signed.position, 'the entry is not the one its checkpoint signed')
    met = true
  }
  if (signed !== undefined && !met)
    throw damaged(path, signed.position, 'the entry its checkpoint signed is missing')
  return { ...end, signed }
}

const newestCheckpoint = (path: string, publicKey: KeyObject): SignedCheckpoint | undefined => {
  const checkpoints = readCheckpoints(checkpointsPath(path))
  if (checkpoints.length === 0) return undefined
  const newest = checkpoints.at(-1)
  if (newest === undefined || !checkpointIsGenuine(newest, publicKey))
    throw damaged(path, newest?.position ?? 0, 'its checkpoint has a wrong signature')
  return newest
}

const damaged = (path: string, position: number, what: string): JournalError =>
  new JournalError({
    problem: 'damaged',
    message: `\`${path}\` was changed at position ${position}: ${what}; run \`sluice audit verify\`, keep the file as evidence and start a new journal`,
  })

import type { KeyObject } from 'node:crypto'
import { type Block, CHAPTER_BYTES, GENESIS, isWhole, lastPosition } from './block.ts'
import { type BlockFile, BlockWalk, nextChapter } from './block-file.ts'
import { checkpointIsGenuine, checkpointsPath, lastCheckpoint, type SignedCheckpoint } from './checkpoints.ts'
import { JournalError } from './errors.ts'
import { type JournalLimits, mostUnsigned } from './limits.ts'

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
 * A writer leaves only so many entries unsigned: where more follow, checkpoints were taken away, and to sign anew would
 * hide that.
 *
 * With `syncWithinMs` several blocks may have been on their way to the disk when the machine was lost, which brings them
 * there in any order. Then the chain ends at the first that is not whole, behind the checkpoint and in the last chapter;
 * what follows is put aside.
 */
export const proveEnd = (
  path: string,
  file: BlockFile,
  publicKey: KeyObject,
  limits: Pick<JournalLimits, 'syncWithinMs' | 'checkpointEveryEntries' | 'maxWaitingEntries'>,
): JournalEnd => {
  const signed = newestCheckpoint(path, publicKey)
  const from = signed === undefined ? 0 : file.chapterOf(signed.position)
  const walk = new BlockWalk(file, from * CHAPTER_BYTES)
  let end = { position: 0, hash: GENESIS as Uint8Array, offset: 0 }
  let met = signed === undefined
  let beforeLast = 0
  for (let block = walk.next(); block !== undefined; block = walk.next()) {
    if (limits.syncWithinMs > 0 && met && isTorn(file, block, walk.offset)) break
    // A chapter other than the first chains to one that is not read here.
    const chained = end.position === 0 && from > 0 ? block.previous : Buffer.from(end.hash)
    const expected = end.position === 0 && from > 0 ? block.first : end.position + 1
    if (block.first !== expected || !isWhole(block) || !block.previous.equals(chained))
      throw damaged(path, expected, 'the block there does not continue the chain')
    beforeLast = end.position
    end = { position: lastPosition(block), hash: block.hash, offset: walk.offset }
    if (signed?.position !== end.position) continue
    if (!block.hash.equals(signed.hash))
      throw damaged(path, signed.position, 'the entry is not the one its checkpoint signed')
    met = true
  }
  if (signed !== undefined && !met)
    throw damaged(path, signed.position, 'the entry its checkpoint signed is missing')
  const proven = signed?.position ?? 0
  const isTooMuch = end.position - proven >= mostUnsigned(limits)
  if (beforeLast - proven >= limits.checkpointEveryEntries || isTooMuch)
    throw damaged(
      path,
      proven + 1,
      `${end.position - proven} entries follow its last checkpoint, and a gateway leaves no more than ${limits.checkpointEveryEntries} unsigned, and a block; if \`${checkpointsPath(path)}\` was lost, restore it`,
    )
  return { ...end, signed }
}

/** A chapter begins when all before it is on disk: what a lost machine leaves torn lies in the last. */
const isTorn = (file: BlockFile, block: Block, behind: number): boolean =>
  !isWhole(block) && file.block(nextChapter(behind - block.length)) === undefined

const newestCheckpoint = (path: string, publicKey: KeyObject): SignedCheckpoint | undefined => {
  const last = lastCheckpoint(checkpointsPath(path))
  if (last === undefined) return undefined
  const { checkpoint } = last
  if (checkpoint === undefined || !checkpointIsGenuine(checkpoint, publicKey))
    throw damaged(path, checkpoint?.position ?? 0, 'its checkpoint has a wrong signature')
  return checkpoint
}

const damaged = (path: string, position: number, what: string): JournalError =>
  new JournalError({
    problem: 'damaged',
    message: `\`${path}\` was changed at position ${position}: ${what}; run \`sluice audit verify\`, keep the file as evidence and start a new journal, with \`store.path\` as it is`,
  })

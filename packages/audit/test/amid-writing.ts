import { Buffer } from 'node:buffer'
import { jest } from '@jest/globals'
import { BlockFile } from '@sluice/audit/block-file'

/** What the next `reads` readings of the block at a position find while its writer is amid it: its last bytes come last. */
export const amidWriting = (position: number, reads: number): void => {
  // oxlint-disable-next-line typescript/unbound-method -- called with the file that it is asked of
  const whole = BlockFile.prototype.block
  let left = reads
  jest.spyOn(BlockFile.prototype, 'block').mockImplementation(function (this: BlockFile, offset: number) {
    const block = whole.call(this, offset)
    if (block?.first !== position || left === 0) return block
    left -= 1
    return { ...block, body: Buffer.alloc(block.body.length), hash: Buffer.alloc(block.hash.length) }
  })
}

/**
 * The first `reads` readings of the block at a position find nothing, as before its writer came to it, and it has come to what
 * follows when they are asked again.
 */
export const beforeWriting = (position: number, reads: number): void => {
  // oxlint-disable-next-line typescript/unbound-method -- called with the file that it is asked of
  const whole = BlockFile.prototype.block
  // oxlint-disable-next-line typescript/unbound-method -- likewise
  const read = BlockFile.prototype.read
  let left = reads
  let hidden: { readonly offset: number; readonly length: number } | undefined
  jest.spyOn(BlockFile.prototype, 'block').mockImplementation(function (this: BlockFile, offset: number) {
    const block = whole.call(this, offset)
    if (block?.first !== position || left === 0) return block
    left -= 1
    hidden = { offset, length: block.length }
    return undefined
  })
  jest.spyOn(BlockFile.prototype, 'read').mockImplementation(function (this: BlockFile, offset, into) {
    const length = read.call(this, offset, into)
    // Whoever looks at more than the block looks for what follows.
    if (offset === hidden?.offset && into.length > hidden.length) into.fill(0)
    return length
  })
}

import type { Buffer } from 'node:buffer'
import type { Reach } from '@sluice/gateway/ports/audit-sink'
import type { Batch } from './batch.ts'

/** The writer's side, as the queue sees it. It has one block at a time. */
export type JournalTransport = {
  /** `CHAPTER_BYTES` each. */
  readonly buffers: readonly Buffer[]
  /** May have written it, and may have failed, when it returns. */
  write(batch: Batch): void
  /** The last position that has come so far. */
  reached(reach: Reach): number
  /** True when the block it was given is dealt with. */
  isFree(): boolean
  /** How long the last block took, or the disk, in milliseconds. */
  tookMs(): number
  /** True where `write` itself brings to disk what must be there. */
  isQuick(): boolean
  /** Has `told` called once, when the writer comes further from now on. */
  wake(): void
  close(): void
}

import type { JournalEntry } from '@sluice/core/record/record'

/**
 * Where records go. INVARIANT (record-before-effect): a statement that can change something is forwarded only
 * after `durable` of its record has resolved; no byte of a read's result leaves before.
 */
export type AuditSink = {
  /** Queues the entry and returns its position. Never blocks, never throws: a full or broken journal shows in `durable`. */
  append(entry: JournalEntry): number
  /** True once every entry up to and including `position` is on disk. */
  isDurable(position: number): boolean
  /** Resolves when `isDurable(position)` is true; rejects with `JournalUnavailable` when it never will be. */
  durable(position: number): Promise<void>
}

/** The journal cannot be written. Fault: gateway. May be retried: nothing was forwarded. */
export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable'
}

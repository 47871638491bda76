import type { JournalEntry } from '@sluice/core/record/record'
import type { StatementClosing, StatementOpening } from '@sluice/core/record/statement'

/**
 * How far a record has come: `file`, the system has it, and it outlives the process; `disk`, it outlives the machine's
 * loss of power as well.
 */
export type Reach = 'file' | 'disk'

/**
 * Where records go. INVARIANT (record-before-effect): a statement that can change something is forwarded only
 * after `durable` of its record has resolved; no byte of a read's result leaves before, or before `written` where the
 * database's `Governance` says so.
 *
 * `append`, `open` and `close` queue an entry and return its position, higher than those before; `Infinity` for an entry
 * that was not taken. They never block and never throw: a full or broken journal shows in `durable`.
 */
export type AuditSink = {
  append(entry: JournalEntry): number
  /** A statement is about to run. `reach`: how far its record must come first; `disk` where nothing is said. */
  open(opening: StatementOpening, reach?: Reach): number
  /** What became of it. */
  close(closing: StatementClosing): number
  /** True once every entry up to and including `position` is on disk. For results that are about to leave: may bring it there. */
  isDurable(position: number): boolean
  /** Resolves when `isDurable(position)` is true; rejects with `JournalUnavailable` when it never will be, or not until there is room. */
  durable(position: number): Promise<void>
  /** True once every entry up to and including `position` is in the journal's file. As `isDurable`. */
  isWritten(position: number): boolean
  /** Resolves when `isWritten(position)` is true; rejects as `durable` does. */
  written(position: number): Promise<void>
}

/** The journal cannot be written. Fault: gateway. May be retried: nothing was forwarded. */
export class JournalUnavailable extends Error {
  override readonly name = 'JournalUnavailable'
}

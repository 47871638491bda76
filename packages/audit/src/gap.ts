import type { ControlEvent, JournalEntry } from '@sluice/core/record/record'

/** What the gateway itself does is rare; beyond this it is counted alone. */
const MAX_WITHHELD = 100

/**
 * Entries that were refused, of which the journal has not said so yet. What the gateway itself did is in force, and is
 * recorded late rather than never; of others the number is.
 */
export class Gap {
  #count = 0
  #withheld: ControlEvent[] = []

  /** True where the journal has something to say. */
  get isOpen(): boolean {
    return this.#count > 0
  }

  /** One more was refused. */
  widen(): void {
    this.#count += 1
  }

  /** Keeps what was refused, if it is to be recorded late. */
  withhold(entry: JournalEntry): void {
    if (entry.type === 'control' && this.#withheld.length < MAX_WITHHELD) this.#withheld.push(entry)
  }

  /** `take` records an entry, and tells whether it could: what is still refused stays counted. */
  report(take: (entry: ControlEvent) => boolean): void {
    const withheld = this.#withheld
    this.#withheld = []
    let count = this.#count - withheld.length
    for (const entry of withheld) if (!take(entry)) count += 1
    const gap = { at: Date.now(), action: 'journal.entries-refused', detail: { count } }
    this.#count = count === 0 || take({ type: 'control', ...gap }) ? 0 : count
  }
}

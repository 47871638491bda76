import type { SessionRefused } from '@sluice/core/record/record'
import type { AuditSink } from '../ports/audit-sink.ts'

/** So long are refused connections counted together, in milliseconds. */
const WINDOW_MS = 10_000

/** In a window so many are recorded one by one from one address, and from all. */
const MOST_OF_ADDRESS = 50
const MOST = 500

/**
 * Records connections that did not become a session. Whoever has not proven anything must not fill the disk: where very many
 * come, the rest are counted, and the count is recorded. One address does not hide what comes from others.
 */
export class Refusals {
  readonly #audit: Pick<AuditSink, 'append'>
  #ofAddress = new Map<string, number>()
  #recorded = 0
  #counted = 0
  #window: NodeJS.Timeout | undefined

  constructor(audit: Pick<AuditSink, 'append'>) {
    this.#audit = audit
  }

  record(refused: SessionRefused): void {
    this.#window ??= setTimeout(() => this.endWindow(), WINDOW_MS).unref()
    const before = this.#ofAddress.get(refused.clientAddress) ?? 0
    if (before >= MOST_OF_ADDRESS || this.#recorded >= MOST) {
      this.#counted += 1
      return
    }
    this.#ofAddress.set(refused.clientAddress, before + 1)
    this.#recorded += 1
    this.#audit.append(refused)
  }

  /** Records how many were only counted. The next one begins another window. */
  endWindow(): void {
    clearTimeout(this.#window)
    const count = this.#counted
    this.#window = undefined
    this.#ofAddress = new Map()
    this.#recorded = 0
    this.#counted = 0
    if (count === 0) return
    const detail = { count, withinMs: WINDOW_MS }
    this.#audit.append({ type: 'control', at: Date.now(), action: 'sessions.refused', detail })
  }
}

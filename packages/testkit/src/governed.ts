import { analyse } from '@sluice/core/analysis/analyse'
import type { DialectTraits } from '@sluice/core/analysis/traits'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { loadPolicy } from '@sluice/core/policy/policy'
import type { Principal } from '@sluice/core/policy/principal'
import type { JournalEntry } from '@sluice/core/record/record'
import {
  closedEntry,
  openedEntry,
  type StatementClosing,
  type StatementOpening,
} from '@sluice/core/record/statement'
import { type AuditSink, JournalUnavailable, type Reach } from '@sluice/gateway/ports/audit-sink'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { Refusals } from '@sluice/gateway/session/refusals'
import { Effect } from 'effect'

/** A journal whose disk is in the test's hands. */
export class HeldJournal implements AuditSink {
  readonly entries: JournalEntry[] = []
  /** Openings, of sessions too, that the journal, which is full, does not take; then there is room. */
  refuses = 0
  readonly #reached = { disk: 0, file: 0 }
  #broken = false
  #waiting: {
    position: number
    reach: Reach
    resolve: () => void
    reject: (error: unknown) => void
  }[] = []

  append(entry: JournalEntry): number {
    if (this.refuses > 0 && entry.type.endsWith('.opened')) {
      this.refuses -= 1
      return Number.POSITIVE_INFINITY
    }
    this.entries.push(entry)
    return this.entries.length
  }

  open(opening: StatementOpening): number {
    return this.append(openedEntry(opening))
  }

  close(closing: StatementClosing): number {
    return this.append(closedEntry(closing))
  }

  isDurable(position: number): boolean {
    return position <= this.#reached.disk
  }

  durable(position: number): Promise<void> {
    return this.#until(position, 'disk')
  }

  isWritten(position: number): boolean {
    return position <= this.#reached.file
  }

  written(position: number): Promise<void> {
    return this.#until(position, 'file')
  }

  #until(position: number, reach: Reach): Promise<void> {
    if (this.#broken || position === Number.POSITIVE_INFINITY)
      return Promise.reject(new JournalUnavailable('the disk is full'))
    if (position <= this.#reached[reach]) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiting.push({ position, reach, resolve, reject }))
  }

  /** True while something waits for the disk. */
  get awaited(): boolean {
    return this.#waiting.length > 0
  }

  /** The disk has everything up to `position`; default: everything. */
  release(position = this.entries.length): void {
    this.#reached.disk = position
    this.write(position)
  }

  /** The file has it, and the disk has not. */
  write(position = this.entries.length): void {
    this.#reached.file = position
    const isReady = (one: { position: number; reach: Reach }) => one.position <= this.#reached[one.reach]
    const ready = this.#waiting.filter(isReady)
    this.#waiting = this.#waiting.filter((waiter) => !isReady(waiter))
    for (const { resolve } of ready) resolve()
  }

  /** The disk takes nothing any more. */
  fail(): void {
    this.#broken = true
    for (const { reject } of this.#waiting) reject(new JournalUnavailable('the disk is full'))
    this.#waiting = []
  }
}

/** A journal that is always on disk. */
export function instantJournal(): HeldJournal {
  const journal = new HeldJournal()
  journal.release(Number.POSITIVE_INFINITY)
  return journal
}

/** Everything is allowed and nothing masked. */
export const allowAll = `
version: 1
rules: [{ id: all, effect: allow }]
`

const principal: Principal = { id: 'ana@example.com', kind: 'human', groups: ['analysts'], provider: 'staff' }

/** Who is on a session of these tests. */
export const ana: SessionIdentity = {
  principal,
  facts: { id: 'session-1', clientAddress: '127.0.0.1', applicationName: 'test', tls: false },
}

/** What a test's governance is made of. */
export type GovernedBy = {
  readonly dialect: Dialect
  readonly traits: DialectTraits
  readonly catalog: Catalog
  readonly audit: AuditSink
  readonly policy?: string
  readonly readsWaitFor?: Reach
}

/** What governs a session in these tests: all real but the journal and the identity provider. */
export function governedBy({
  dialect,
  traits,
  catalog,
  audit,
  policy = allowAll,
  readsWaitFor = 'disk',
}: GovernedBy): Governance {
  const loaded = loadPolicy(policy, 'policy.yaml')
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  return {
    database: { name: 'shop', system: dialect.system, environment: 'test' },
    dialect,
    analyse: (read, known, context, names) => analyse(read, known, context, names, traits),
    catalog: {
      current: () => catalog,
      last: () => catalog,
      settled: () => Promise.resolve(catalog),
      reread: () => Promise.resolve(catalog),
      invalidate: () => undefined,
    },
    policy: () => loaded.value,
    identity: {
      name: 'staff',
      verifyPassword: () => Effect.succeed(principal),
      scram: () => undefined,
      stillValid: () => true,
    },
    audit,
    refusals: new Refusals(audit),
    readsWaitFor,
    metrics: { sessionOpened: () => undefined, sessionClosed: () => undefined, statement: () => undefined },
    hashValue: () => '00',
    now: Date.now,
  }
}

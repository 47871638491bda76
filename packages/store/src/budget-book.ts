import type { Account } from '@sluice/core/policy/caps'
import { type BudgetLedger, BudgetsUnwritable } from '@sluice/gateway/ports/budget-ledger'
import type { LabelFile } from './label-file.ts'

const HOUR_MS = 3_600_000

/**
 * An account is written at most so often in an hour by one process, however small what is counted: each time a part of
 * this size is reserved for it, of which a process that ends without warning loses what it had not used.
 */
const BLOCKS = 20

const TABLE = `
CREATE TABLE IF NOT EXISTS spent (
  principal TEXT NOT NULL, rule TEXT NOT NULL, unit TEXT NOT NULL, since INTEGER NOT NULL, amount INTEGER NOT NULL,
  PRIMARY KEY (principal, rule, unit)
) STRICT, WITHOUT ROWID`

/** What is on disk for an account: spent or reserved, by any process, since its hour began. */
type Row = { readonly since: number; readonly amount: number }

/** What this process knows of an account. `held` is reserved on disk and not spent yet. */
type Held = { since: number; amount: number; held: number }

/** How the file names whom it is counted for. */
const holderOf = ({ principal: { provider, id } }: Account): string => JSON.stringify([provider, id])

/** What principals had of their hourly budgets, in the file that labels are in. One for each process. */
export class BudgetBook implements BudgetLedger {
  readonly #file: LabelFile
  readonly #now: () => number
  readonly #accounts = new Map<string, Held & { readonly account: Account }>()
  #sweptAt: number
  readonly #read
  readonly #write
  readonly #sweep

  /** Throws `SqliteError` where the file cannot be written. */
  constructor(file: LabelFile, now: () => number) {
    file.exec(TABLE)
    this.#file = file
    this.#now = now
    this.#read = file.prepare<[string, string, string], Row>(
      'SELECT since, amount FROM spent WHERE principal = ? AND rule = ? AND unit = ?',
    )
    this.#write = file.prepare<[string, string, string, number, number]>(
      'INSERT OR REPLACE INTO spent (principal, rule, unit, since, amount) VALUES (?, ?, ?, ?, ?)',
    )
    this.#sweep = file.prepare<[number]>('DELETE FROM spent WHERE since <= ?')
    this.#sweptAt = now()
    this.#sweep.run(this.#sweptAt - HOUR_MS)
  }

  left(account: Account): number {
    const known = this.#known(account)
    const { held, amount } = known.held > 0 ? known : this.#guarded(() => this.#refresh(account, known))
    return Math.max(0, held + account.most - amount)
  }

  /** What is not reserved on disk is not spent, so that no crash gives it back. */
  spend(account: Account, amount: number): boolean {
    const known = this.#known(account)
    if (known.held < amount) this.#guarded(() => this.#reserve(account, known, amount))
    // The cap may be lower than when the rest of a block was reserved.
    if (known.held < amount || known.amount - known.held + amount > account.most) return false
    known.held -= amount
    return true
  }

  until(account: Account): number {
    return this.#known(account).since + HOUR_MS
  }

  /** Gives back what is reserved and not spent. */
  close(): void {
    for (const known of this.#accounts.values()) {
      if (known.held === 0 || this.#isOver(known)) continue
      this.#file
        .transaction(() => {
          const row = this.#row(known.account)
          if (row.since === known.since)
            this.#keep(known.account, row.since, Math.max(0, row.amount - known.held))
        })
        .immediate()
    }
    this.#accounts.clear()
  }

  #known(account: Account): Held {
    const { principal, rule, unit } = account
    const key = JSON.stringify([principal.provider, principal.id, rule, unit])
    const found = this.#accounts.get(key)
    if (found !== undefined && !this.#isOver(found)) return found
    this.#forget()
    const fresh = { account, held: 0, ...this.#guarded(() => this.#row(account)) }
    this.#accounts.set(key, fresh)
    return fresh
  }

  /** INVARIANT (hostile-both-sides): once an hour what is over goes, so that principals who come and go do not add up. */
  #forget(): void {
    if (this.#now() < this.#sweptAt + HOUR_MS) return
    this.#sweptAt = this.#now()
    for (const [key, known] of this.#accounts) if (this.#isOver(known)) this.#accounts.delete(key)
    this.#guarded(() => this.#sweep.run(this.#sweptAt - HOUR_MS))
  }

  /** One that is said to begin later than any hour can was counted by a clock that has been put right since. */
  #isOver({ since }: Row): boolean {
    const now = this.#now()
    return since + HOUR_MS <= now || since > now + HOUR_MS
  }

  /** An hour that is over counts no more; a new one begins now. */
  #row(account: Account): Row {
    const row = this.#read.get(holderOf(account), account.rule, account.unit)
    return row === undefined || this.#isOver(row) ? { since: this.#now(), amount: 0 } : row
  }

  #refresh(account: Account, known: Held): Held {
    const row = this.#row(account)
    known.amount = row.amount
    known.since = row.since
    return known
  }

  /** What this process holds grows once the file has it, which it has not before the transaction has ended. */
  #reserve(account: Account, known: Held, wanted: number): void {
    const kept = this.#file
      .transaction((): Held => {
        const row = this.#row(account)
        // What was reserved of an hour that ended meanwhile is of that hour.
        const held = row.since === known.since ? known.held : 0
        const missing = wanted - held
        const block = Math.max(missing, Math.ceil(account.most / BLOCKS))
        const reserved = Math.min(block, account.most - row.amount)
        if (reserved < missing) return { ...row, held }
        this.#keep(account, row.since, row.amount + reserved)
        return { since: row.since, amount: row.amount + reserved, held: held + reserved }
      })
      .immediate()
    Object.assign(known, kept)
  }

  #keep(account: Account, since: number, amount: number): void {
    this.#write.run(holderOf(account), account.rule, account.unit, since, amount)
  }

  #guarded<T>(run: () => T): T {
    try {
      return run()
    } catch (cause) {
      throw new BudgetsUnwritable('the file of `store.path` cannot be used for budgets', { cause })
    }
  }
}

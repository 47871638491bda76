import type { Account } from '@sluice/core/policy/caps'

/**
 * Counts what principals had of their hourly budgets, in all sessions together and across restarts. An hour begins with
 * the first that is counted in it. Both may be called for every run of rows: they look into memory, and write to disk once
 * for a block.
 */
export type BudgetLedger = {
  /** How much is left, as far as is known. Throws `BudgetsUnwritable`. */
  left(account: Account): number
  /**
   * Counts `amount`; where that is more than is left, counts nothing and is false. What was counted stays so whatever
   * happens. Throws `BudgetsUnwritable`.
   */
  spend(account: Account, amount: number): boolean
  /** When the account's hour ends: milliseconds since the epoch. */
  until(account: Account): number
}

/** Budgets cannot be kept. Fault: gateway. May be retried: nothing was forwarded. */
export class BudgetsUnwritable extends Error {
  override readonly name = 'BudgetsUnwritable'
}

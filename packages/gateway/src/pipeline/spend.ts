import type { MaskPlan } from '@sluice/core/mask/plan'
import { type Account, isCapped } from '@sluice/core/policy/caps'
import type { Allow } from '@sluice/core/policy/decision'
import { type Unit, units } from '@sluice/core/policy/document'
import type { Governance } from '../session/governance.ts'
import type { Allowed } from './admit.ts'

/** How much of each unit. */
type Amounts = Readonly<Record<Unit, number>>

/** How much of a statement's results went out. */
export type Returned = { -readonly [K in keyof Amounts]: Amounts[K] }

/** Nothing yet. */
export const nothingReturned = (): Returned => ({ rows: 0, bytes: 0, labelled: 0 })

/** Why a result ends, or a statement is refused: for the client. */
export type Exceeded = { readonly message: string; readonly hint: string; readonly rule: string }

/** A statement while its rows go out. */
export type Counted = {
  readonly execution: Allowed
  /** Of the present result, once it is described. */
  readonly plan: MaskPlan | undefined
  /** What limits count: also what its portal or cursor returned before. */
  readonly returned: Returned
  /** Of this execution alone, for its record. */
  rows: number
  bytes: number
  /** The limit that was passed: what still comes is dropped and the client gets this error. */
  overLimit: Exceeded | undefined
}

/** How much more a statement may return: whole rows, and bytes of them. Infinity: there is no limit. */
type Left = { readonly rows: number; readonly bytes: number }

const ALL: Left = { rows: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }

const WORDS: Readonly<Record<Unit, string>> = { rows: 'rows', bytes: 'bytes', labelled: 'labelled values' }

/** What limits leave of a result now. Never throws. */
export function leftNow(governance: Governance, { execution, returned, plan }: Counted): Left {
  const { decision } = execution
  if (!isCapped(decision.obligations)) return ALL
  const left = (unit: Unit): number => leftOf(governance, decision, unit, returned[unit])
  const labelled = plan?.labelled === undefined ? Number.POSITIVE_INFINITY : left('labelled') / plan.labelled
  return { rows: Math.floor(Math.min(left('rows'), labelled)), bytes: left('bytes') }
}

/** Counts rows that are about to be sent. False: with them a limit is passed, and none of them may be. Never throws. */
export function countRows(governance: Governance, run: Counted, rows: number, bytes: number): boolean {
  const { decision } = run.execution
  const { returned } = run
  const amounts = { rows, bytes, labelled: rows * (run.plan?.labelled ?? 0) }
  if (isCapped(decision.obligations)) run.overLimit = spend(governance, decision, returned, amounts)
  if (run.overLimit !== undefined) return false
  run.rows += rows
  run.bytes += bytes
  returned.rows += rows
  returned.bytes += bytes
  returned.labelled += amounts.labelled
  return true
}

/** How much more of a unit the statement may return, of which it has returned `had`. */
function leftOf({ budgets }: Governance, { obligations }: Allow, unit: Unit, had: number): number {
  const { hourly, [unit]: cap } = obligations
  const left = cap === undefined ? Number.POSITIVE_INFINITY : cap.most - had
  if (hourly === undefined) return left
  return hourly.reduce((least, account) => {
    if (account.unit !== unit) return least
    try {
      return Math.min(least, budgets?.left(account) ?? 0)
    } catch {
      return 0
    }
  }, left)
}

/** Counts what is about to be sent, beside what the statement `had`. Undefined: it may be. Never throws. */
export function spend(
  governance: Governance,
  { obligations }: Allow,
  had: Amounts,
  amounts: Amounts,
): Exceeded | undefined {
  for (const unit of units) {
    const cap = obligations[unit]
    if (cap !== undefined && had[unit] + amounts[unit] > cap.most) return overCap(unit, cap.most, cap.rule)
  }
  for (const account of obligations.hourly ?? []) {
    const amount = amounts[account.unit]
    if (amount > 0 && !isSpent(governance, account, amount)) return overBudget(governance, account)
  }
  return undefined
}

function isSpent({ budgets }: Governance, account: Account, amount: number): boolean {
  try {
    return budgets?.spend(account, amount) === true
  } catch {
    return false
  }
}

/** The first account of a statement that is used up. */
export function usedUp(governance: Governance, hourly: readonly Account[]): Exceeded | undefined {
  for (const account of hourly) {
    try {
      if ((governance.budgets?.left(account) ?? 0) <= 0) return overBudget(governance, account)
    } catch {
      return overBudget(governance, account)
    }
  }
  return undefined
}

function overCap(unit: Unit, most: number, rule: string): Exceeded {
  return {
    rule,
    message: `the result has more than the ${most} ${WORDS[unit]} that rule \`${rule}\` allows`,
    hint: 'ask for fewer rows with `LIMIT` or a narrower `WHERE`',
  }
}

function overBudget({ budgets }: Governance, account: Account): Exceeded {
  const { principal, unit, most, rule } = account
  try {
    if (budgets === undefined) throw new Error('no budgets are kept')
    return {
      rule,
      message: `\`${principal.id}\` has used up the ${most} ${WORDS[unit]} an hour that rule \`${rule}\` allows, or would`,
      hint: `ask for fewer, or again from ${new Date(budgets.until(account)).toISOString()}`,
    }
  } catch {
    return {
      rule,
      message: `what rule \`${rule}\` allows an hour cannot be counted at present`,
      hint: 'tell the operator that the file of `store.path` cannot be written',
    }
  }
}

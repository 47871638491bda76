import { type LimitRule, type Unit, units } from './document.ts'
import type { Principal } from './principal.ts'

/** The most of one unit, and the rule that says so. */
type Cap = { readonly most: number; readonly rule: string }

/** Whom something is counted for: an id is unique within its provider alone. */
type Holder = Pick<Principal, 'id' | 'provider'>

/** What a principal may have in an hour by one rule: all that it does in any session is counted together. */
export type Account = Cap & { readonly principal: Holder; readonly unit: Unit }

/** The caps of one statement by unit, and the accounts that it is counted in. */
export type Caps = Readonly<Partial<Record<Unit, Cap>>> & { readonly hourly?: readonly Account[] }

/** The caps that limit rules make together, each with the principal that it holds for: of several the lowest counts. */
export const capsOf = (limits: readonly { readonly principal: Holder; readonly rule: LimitRule }[]): Caps => {
  const caps: Partial<Record<Unit, Cap>> = {}
  const hourly: Account[] = []
  for (const { principal, rule } of limits) {
    for (const unit of units) {
      const most = rule.most[unit]
      if (most === undefined) continue
      if (rule.per === 'hour')
        hourly.push({
          principal: { id: principal.id, provider: principal.provider },
          rule: rule.id,
          unit,
          most,
        })
      else if (most < (caps[unit]?.most ?? Number.POSITIVE_INFINITY)) caps[unit] = { most, rule: rule.id }
    }
  }
  return hourly.length === 0 ? caps : { ...caps, hourly }
}

/** True where something counts what the statement returns. */
export const isCapped = ({ hourly, rows, bytes, labelled }: Caps): boolean =>
  hourly !== undefined || rows !== undefined || bytes !== undefined || labelled !== undefined

import type { Principal } from '@sluice/core/policy/principal'

/** Whether it holds of `principal` and everyone it acts for. */
export function ofEveryone(principal: Principal, holds: (one: Principal) => boolean): boolean {
  for (let one: Principal | undefined = principal; one !== undefined; one = one.onBehalfOf) {
    if (!holds(one)) return false
  }
  return true
}

/**
 * Whether `principal` and everyone it acts for are within their time. A principal without `expiresAt` does not
 * expire. `toleranceSeconds` is how far the clock of who set the time may be off from ours.
 */
export function withinItsTime(principal: Principal, nowSeconds: number, toleranceSeconds = 0): boolean {
  return ofEveryone(
    principal,
    ({ expiresAt }) => expiresAt === undefined || nowSeconds < expiresAt + toleranceSeconds,
  )
}

import type { Principal } from '@sluice/core/policy/principal'

/**
 * Whether `principal` and everyone it acts for are within their time. A principal without `expiresAt` does not
 * expire. `toleranceSeconds` is how far the clock of who set the time may be off from ours.
 */
export function withinItsTime(principal: Principal, nowSeconds: number, toleranceSeconds = 0): boolean {
  for (let one: Principal | undefined = principal; one !== undefined; one = one.onBehalfOf) {
    if (one.expiresAt !== undefined && !(nowSeconds < one.expiresAt + toleranceSeconds)) return false
  }
  return true
}

declare const permitted: unique symbol

/**
 * Proof that a statement was decided and recorded. INVARIANT (record-before-effect): sending upstream takes one,
 * and `admit` is its only maker.
 */
export type Permit = {
  readonly [permitted]: true
  /** The record's position in the journal: no byte of the result leaves before it is durable. */
  readonly position: number
}

/** For `admit` alone. */
export function makePermit(position: number): Permit {
  return { position } as Permit
}

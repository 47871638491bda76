/** A provider cannot be built from what it was given. Fault: gateway (its configuration). Stops the start. */
export class IdentityMisconfigured extends Error {
  override readonly name = 'IdentityMisconfigured'
}

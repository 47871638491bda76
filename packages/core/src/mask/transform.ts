/** How a value is made safe, as the policy document spells it. */
export type TransformSpec =
  | { readonly kind: 'redact' }
  | { readonly kind: 'null' }
  | { readonly kind: 'constant'; readonly value: string }
  /** Keeps the first and last characters, the rest become `*`. */
  | { readonly kind: 'partial'; readonly first: number; readonly last: number }
  /** Keeps the first character and the domain: `a***@example.com`. */
  | { readonly kind: 'email' }
  /** HMAC-SHA-256 under the deployment's key, so equal values stay equal. */
  | { readonly kind: 'hash' }

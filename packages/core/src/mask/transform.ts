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
  /** Format-preserving encryption: FF1 over the characters of the alphabet, separators stay where they are. */
  | { readonly kind: 'fpe'; readonly alphabet: Alphabet }
  /** The first moment of the unit that a date lies in. */
  | { readonly kind: 'date'; readonly unit: DateUnit }
  /** The largest multiple of `bucket` that is not above the number. */
  | { readonly kind: 'number'; readonly bucket: number }
  /** Masks inside a JSON document; what no path names stays as it is. */
  | { readonly kind: 'json'; readonly paths: readonly JsonPathMask[] }

/** The characters that `fpe` replaces by one another. */
export const alphabets = {
  digits: '0123456789',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  alphanumeric: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
} as const

/** The name of an alphabet. */
export type Alphabet = keyof typeof alphabets

/** What a date is rounded down to, the coarsest first. */
export const dateUnits = ['decade', 'year', 'month', 'day'] as const

/** One of `dateUnits`. */
export type DateUnit = (typeof dateUnits)[number]

/** What becomes of the values at one path. `path` is one that `parseJsonPath` reads; `json` does not nest. */
export type JsonPathMask = {
  readonly path: string
  readonly transform: Exclude<TransformSpec, { readonly kind: 'json' }>
}

/** True where the transform computes with the deployment's masking key. */
export const needsKey = (spec: TransformSpec): boolean =>
  spec.kind === 'hash' ||
  spec.kind === 'fpe' ||
  (spec.kind === 'json' && spec.paths.some(({ transform }) => needsKey(transform)))

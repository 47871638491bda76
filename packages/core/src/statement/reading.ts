import type { Statement } from './command.ts'

/** One statement of a text as a dialect read it. */
export type ReadStatement = {
  readonly statement: Statement
  /** The statement with comments gone, identifiers folded and every literal replaced: the text that is recorded. */
  readonly canonical: string
  /** SHA-256 of the dialect and `canonical`, first 16 bytes, lower-case hex. */
  readonly fingerprint: string
  /** True where the tree was read with its literals because the meaning hangs on them. */
  readonly literals: boolean
  readonly parameterCount: number
}

/** What a dialect makes of a text: one entry per statement, in order. A text that cannot be split is one Opaque. */
export type Reading = readonly ReadStatement[]

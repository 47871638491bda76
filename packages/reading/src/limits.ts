/**
 * Bounds on what a text may cost to read. Over any of them the statement is Opaque with the limit's name as reason.
 * INVARIANT (hostile-both-sides): every length, count and nesting below is checked before a parser sees the text.
 */
export type DialectLimits = {
  /** Longest text taken at all, in UTF-16 code units. */
  readonly textLength: number
  /** Longest canonical text of one statement, in UTF-8 bytes; also bounds the text the parser reads. */
  readonly canonicalBytes: number
  /** Parentheses and brackets open at once. */
  readonly nesting: number
  /** Tokens of one statement, counted after equal list elements have been folded into one. */
  readonly tokens: number
  readonly statements: number
  /** Longest path from a statement's root to a leaf of the lowered tree. */
  readonly treeDepth: number
  /** A parse that takes longer, of a processor's time, is killed with its worker; by the clock it may take eight times as long. */
  readonly parseTimeoutMs: number
  /** Statements that may wait for the parser at once. */
  readonly parseQueue: number
  /** Readings and trees kept, estimated in bytes. */
  readonly cacheBytes: number
  /** Texts longer than this (UTF-16 code units) are found again by their canonical text only, not by their pattern. */
  readonly exactTextLength: number
}

/** What the dialect uses where the caller names no limit. */
export const defaultLimits: DialectLimits = {
  textLength: 16 * 1024 * 1024,
  canonicalBytes: 64 * 1024,
  nesting: 32,
  tokens: 5000,
  statements: 1000,
  treeDepth: 1000,
  parseTimeoutMs: 250,
  parseQueue: 256,
  cacheBytes: 32 * 1024 * 1024,
  exactTextLength: 16 * 1024,
}

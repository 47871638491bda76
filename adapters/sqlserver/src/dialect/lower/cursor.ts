import type { Statement } from '@sluice/core/statement/command'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind, type Token } from '../lexer/kind.ts'
import { reserved } from '../lexer/reserved.ts'
import type { Rules } from './rules.ts'

/** How deep expressions, queries and blocks may nest in one another, each counted. */
const nestingLimit = 200

/** Tokens that the other readers stumble over and that carry no meaning for them: `put` stands in their place. */
type Cut = { readonly from: number; readonly to: number; readonly put: readonly Token[] }

/** A query or a write that the other readers must confirm: `whole` with what was cut, `tree` without. */
export type Leaf = {
  readonly tokens: readonly Token[]
  readonly cuts: readonly Cut[]
  readonly tree: Statement
  readonly whole: Statement
}

/** What a variable was given: clean values are constants and other variables. */
export type Assigned = {
  readonly variable: string
  readonly clean: boolean
  readonly from: readonly string[]
}

/** What a batch is read with. */
export type BatchContext = {
  /** True where the literals of the tokens are their values. */
  readonly literals: boolean
  readonly quotedIdentifier: boolean
  /** Variables that may hold rows' values; any other `@x` is a parameter. */
  readonly tainted: ReadonlySet<string>
  /** Collected on the way. */
  readonly leaves: Leaf[]
  readonly assigned: Assigned[]
  readonly parameters: Map<string, number>
  depth: number
}

const endToken: Token = { kind: Kind.end, value: '', start: 0, end: 0 }

/** A place in a batch's tokens. Every rule of the grammar moves it forward or throws Unreadable. */
export class Cursor {
  readonly tokens: readonly Token[]
  readonly batch: BatchContext
  readonly rules: Rules
  at = 0
  readonly cuts: Cut[] = []
  readonly #slots: Int32Array

  constructor(tokens: readonly Token[], batch: BatchContext, rules: Rules) {
    this.tokens = tokens
    this.rules = rules
    this.batch = batch
    this.#slots = new Int32Array(tokens.length)
    let slot = 0
    for (const [index, { kind }] of tokens.entries()) {
      this.#slots[index] = slot
      if (kind === Kind.string || kind === Kind.number || kind === Kind.binary) slot++
    }
  }

  peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? endToken
  }

  next(): Token {
    const token = this.peek()
    if (token.kind === Kind.end) throw new Unreadable('the statement ends too early')
    this.at++
    return token
  }

  /** The ordinal of the literal at a token. */
  slotAt(index: number): number {
    return this.#slots[index] ?? 0
  }

  get done(): boolean {
    return this.at >= this.tokens.length
  }

  /** Whether the word stands here, unquoted. */
  is(word: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === Kind.word && token.value === word
  }

  isOneOf(words: ReadonlySet<string> | readonly string[], ahead = 0): boolean {
    const token = this.peek(ahead)
    if (token.kind !== Kind.word) return false
    return Array.isArray(words)
      ? words.includes(token.value)
      : (words as ReadonlySet<string>).has(token.value)
  }

  /** Whether the mark or operator stands here. */
  isSign(sign: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return (token.kind === Kind.mark || token.kind === Kind.operator) && token.value === sign
  }

  take(word: string): boolean {
    if (!this.is(word)) return false
    this.at++
    return true
  }

  takeAll(...words: readonly string[]): boolean {
    if (!words.every((word, index) => this.is(word, index))) return false
    this.at += words.length
    return true
  }

  takeSign(sign: string): boolean {
    if (!this.isSign(sign)) return false
    this.at++
    return true
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.take(word)) this.fail(`\`${word}\` was expected`)
  }

  expectSign(sign: string): void {
    if (!this.takeSign(sign)) this.fail(`\`${sign}\` was expected`)
  }

  /** INVARIANT (deny-by-default): what the grammar does not name is not read. */
  fail(why: string): never {
    const { kind, value } = this.peek()
    const named = kind === Kind.word && reserved.has(value) ? ` before \`${value}\`` : ''
    throw new Unreadable(`not accepted by the grammar: ${why}${named}`)
  }

  /** Whether a name that is no reserved word stands here. */
  isName(ahead = 0): boolean {
    const { kind, value } = this.peek(ahead)
    return kind === Kind.quoted || (kind === Kind.word && !reserved.has(value))
  }

  /** One identifier. */
  name(): string {
    if (!this.isName()) this.fail('a name was expected')
    return this.next().value
  }

  /** `a.b.c`, at most four parts; `a..c` has an empty part. */
  path(): string[] {
    const parts = [this.name()]
    while (this.isSign('.')) {
      if (this.isSign('*', 1)) break
      this.at++
      if (this.isSign('.')) parts.push('')
      else parts.push(this.#part())
    }
    if (parts.length > 4) this.fail('a name has too many parts')
    return parts
  }

  /** After a dot a reserved word is no name either; it must be quoted. */
  #part(): string {
    return this.name()
  }

  /** Leaves the tokens since `from` out of what the other readers see. */
  cut(from: number, put: readonly Token[] = []): void {
    if (from < this.at || put.length > 0) this.cuts.push({ from, to: this.at, put })
  }

  /** Moves over `( … )`. */
  skipParentheses(): void {
    this.expectSign('(')
    for (let depth = 1; depth > 0; ) {
      const token = this.next()
      if (token.kind !== Kind.mark) continue
      if (token.value === '(') depth++
      else if (token.value === ')') depth--
    }
  }

  /** Comma-separated items. */
  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.takeSign(',')) items.push(item())
    return items
  }

  /** `( … )` around a rule. */
  parenthesised<T>(inside: () => T): T {
    this.expectSign('(')
    const found = inside()
    this.expectSign(')')
    return found
  }

  /** Runs a rule one level deeper. INVARIANT (hostile-both-sides): recursion is bounded. */
  deeper<T>(rule: () => T): T {
    if (++this.batch.depth > nestingLimit) throw new Unreadable('the statement is nested too deeply')
    try {
      return rule()
    } finally {
      this.batch.depth--
    }
  }
}

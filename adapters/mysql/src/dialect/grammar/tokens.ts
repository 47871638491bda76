import type { Statement } from '@sluice/core/statement/command'
import type { Expression, Literal, Param } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import type { Query, Select } from '@sluice/core/statement/query'
import type { Delete, Insert, JoinedDelete, JoinedUpdate, Update } from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import { isReserved } from '../keywords.ts'
import { Kind } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'
import { unquote } from '../lexer/quoted.ts'
import { checkedName, foldName } from '../names.ts'

/** How the grammars read a canonical text: what the session's modes meant is settled in it already. */
const canonicalModes = {
  ansiQuotes: false,
  noBackslashEscapes: false,
  pipesAsConcat: true,
  lowerCaseTableNames: false,
  mariadb: false,
  version: 0,
} as const

/** A token as grammars see it. */
export type Token = {
  readonly kind: Kind
  /** As it is written. */
  readonly text: string
  /** An unquoted word in lower case, a mark or an operator; `` for anything else. */
  readonly word: string
  /** No space before it. */
  readonly glued: boolean
  /** What follows a dot is a name, whatever it looks like. */
  readonly afterDot: boolean
  /** Its place in the text. */
  readonly start: number
}

const END: Token = { kind: Kind.end, text: '', word: '', glued: false, afterDot: false, start: -1 }

/** A part of the text that reads or changes rows, to be held against other readers of the same part. */
export type Part = {
  readonly text: string
  readonly tree: Query | Insert | Update | Delete | JoinedUpdate | JoinedDelete
}

/** What the row that was to be inserted is called where VALUES(column) names it. */
export const newRowName = 'values()'

const worded: ReadonlySet<Kind> = new Set([Kind.word, Kind.mark, Kind.operator, Kind.param])

/** Reads a whole statement by its first word; it must consume every token. */
export type Grammar = (t: Tokens) => Statement

/** What the parts of the grammar need of each other. */
export type Rules = {
  readonly expression: (t: Tokens) => Expression
  readonly query: (t: Tokens) => Query
  readonly statement: Grammar
}

/** The tokens of one canonical statement, and a place among them. */
export class Tokens {
  readonly #tokens: Token[] = []
  readonly #lowerCase: boolean
  readonly #text: string
  readonly parts: Part[] = []
  /** Opening parenthesis → the one that closes it, by number. */
  readonly #closing = new Map<number, number>()
  /** True where the text holds its literals. */
  readonly literals: boolean
  readonly mariadb: boolean
  at = 0
  params = 0
  depth = 0
  /** Where the rows of the statement go, if not to the client: variables by their names. */
  into: readonly string[] | 'file' | undefined
  /** True in ON DUPLICATE KEY UPDATE. */
  seesNewRow = false
  readonly treeDepth: number
  readonly rules: Rules
  /** Reads the text of a prepared statement. */
  readonly readInner: (text: string) => Statement

  /** `text` is `CanonicalStatement.text`. */
  constructor(text: string, treeDepth: number, rules: Rules, readInner: (text: string) => Statement) {
    this.rules = rules
    this.readInner = readInner
    this.#text = text
    const from = text.indexOf('\n') + 1
    const flags = text.slice(0, from)
    this.#lowerCase = flags.includes('l')
    this.literals = flags.includes('v')
    this.mariadb = flags.includes('m')
    this.treeDepth = treeDepth
    const lexer = new Lexer(text, canonicalModes)
    lexer.end = from
    const open: number[] = []
    for (let end = from; lexer.next() !== Kind.end; end = lexer.end) {
      const { kind, start, afterDot } = lexer
      const raw = text.slice(start, lexer.end)
      const word = worded.has(kind) ? raw.toLowerCase() : ''
      if (word === '(') open.push(this.#tokens.length)
      else if (word === ')') this.#closing.set(open.pop() ?? -1, this.#tokens.length)
      this.#tokens.push({ kind, text: raw, word, glued: start === end, afterDot, start })
    }
  }

  /** Notes what was read from the token numbered `from` up to here. */
  read<T extends Part['tree']>(from: number, tree: T): T {
    const last = this.#tokens[this.at - 1]
    const start = this.#tokens[from]?.start ?? 0
    if (last !== undefined)
      this.parts.push({ text: this.#text.slice(start, last.start + last.text.length), tree })
    return tree
  }

  /** The same for values that stand outside of any query, which others read as a select list. */
  readValues(from: number, tree: Select): Select {
    const last = this.#tokens[this.at - 1]
    const start = this.#tokens[from]?.start ?? 0
    if (last !== undefined)
      this.parts.push({ text: `select ${this.#text.slice(start, last.start + last.text.length)}`, tree })
    return tree
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.at + ahead] ?? END
  }

  get done(): boolean {
    return this.at >= this.#tokens.length
  }

  /** How far ahead the parenthesis closes that opens `ahead` of here. */
  closing(ahead: number): number | undefined {
    const close = this.#closing.get(this.at + ahead)
    return close === undefined ? undefined : close - this.at
  }

  /** Whether the words stand next. */
  is(...words: readonly string[]): boolean {
    return words.every((word, ahead) => this.peek(ahead).word === word)
  }

  /** Whether one of the words stands next. */
  isAny(words: ReadonlySet<string>): boolean {
    const { word } = this.peek()
    return word !== '' && words.has(word)
  }

  /** Consumes the words where they stand next. */
  take(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false
    this.at += words.length
    return true
  }

  /** Consumes one of the words; the word, or undefined. */
  takeAny(...words: readonly string[]): string | undefined {
    const { word } = this.peek()
    if (word === '' || !words.includes(word)) return undefined
    this.at++
    return word
  }

  expect(...words: readonly string[]): void {
    if (!this.take(...words)) throw new Unreadable(`\`${words.join(' ')}\` was expected`)
  }

  next(): Token {
    const token = this.peek()
    this.at++
    return token
  }

  /** Whether a name may stand here. */
  isName(ahead = 0): boolean {
    const { kind, word, afterDot } = this.peek(ahead)
    return kind === Kind.quoted || (kind === Kind.word && (afterDot || !isReserved(word)))
  }

  /** A name as it is written, without its quotes. */
  name(): string {
    if (!this.isName()) throw new Unreadable('a name was expected')
    const { kind, text } = this.next()
    return checkedName(kind === Kind.quoted ? unquote(text, canonicalModes) : text)
  }

  /** A name of what is the same in any case: a column, an alias of one, a function, a variable. */
  lowerName(): string {
    return foldName(this.name())
  }

  /** Folds a name of a table or a database by the server's setting. */
  fold(name: string): string {
    return this.#lowerCase ? foldName(name) : name
  }

  /** `a`, `a.b`, `a.b.c`. */
  path(): string[] {
    this.take('.')
    const parts = [this.name()]
    while (this.is('.') && this.isName(1)) {
      this.at++
      parts.push(this.name())
    }
    return parts
  }

  /** The name of a table, a view, a database. */
  tableName(): Name {
    return this.path().map((part) => this.fold(part))
  }

  /** A placeholder. */
  param(): Param {
    this.at++
    return { kind: 'param', index: ++this.params }
  }

  /** A number, a string or bits. */
  literal(): Literal {
    const { kind, text } = this.next()
    const type = kind === Kind.string ? 'string' : kind === Kind.bit ? 'bit' : 'number'
    if (!this.literals) return { kind: 'literal', type }
    return { kind: 'literal', type, value: kind === Kind.string ? unquote(text, canonicalModes) : text }
  }

  /** The text of the string that stands next. */
  string(): string {
    const { kind, text } = this.next()
    if (kind !== Kind.string) throw new Unreadable('a string was expected')
    return unquote(text, canonicalModes)
  }

  /** Everything up to the end, for clauses that name nothing. */
  skipRest(): void {
    this.at = this.#tokens.length
  }

  /** Moves past the parenthesis that stands next, whatever is in it. */
  skipParentheses(): void {
    this.expect('(')
    for (let depth = 1; depth > 0; ) {
      const { word, kind } = this.next()
      if (kind === Kind.end) throw new Unreadable('a parenthesis is not closed')
      if (word === '(') depth++
      else if (word === ')') depth--
    }
  }

  /** A list with commas. */
  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.take(',')) items.push(item())
    return items
  }

  /** A list with commas in parentheses, which may be empty. */
  parenthesised<T>(item: () => T): T[] {
    this.expect('(')
    if (this.take(')')) return []
    const items = this.list(item)
    this.expect(')')
    return items
  }

  /** Reads something of a deeper level; throws where the tree gets too deep. */
  deeper<T>(read: () => T): T {
    if (++this.depth > this.treeDepth) throw new Unreadable('the statement is over the limit `treeDepth`')
    const made = read()
    this.depth--
    return made
  }

  /** What `read` makes, or undefined with the place unchanged where it throws Unreadable. */
  attempt<T>(read: () => T): T | undefined {
    const { at, params, depth } = this
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      this.at = at
      this.params = params
      this.depth = depth
      return undefined
    }
  }
}

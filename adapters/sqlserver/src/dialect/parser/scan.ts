import type { Token } from '../lexer/kind.ts'
import { Kind } from '../lexer/kind.ts'
import { reserved } from '../lexer/reserved.ts'
import { tableKey } from './sets.ts'

/** Words behind which a table's name stands. */
const leading: ReadonlySet<string> = new Set(['from', 'join', 'into', 'update', 'using', 'apply'])
/** Words that end a FROM's list of tables. */
const ending: ReadonlySet<string> = new Set([
  'except',
  'group',
  'having',
  'intersect',
  'option',
  'order',
  'output',
  'select',
  'set',
  'union',
  'values',
  'when',
  'where',
])

/** Functions whose first argument is a table. */
const fullText: ReadonlySet<string> = new Set(['containstable', 'freetexttable'])

const isMark = (token: Token | undefined, mark: string): boolean =>
  token?.kind === Kind.mark && token.value === mark

const isName = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.kind === Kind.quoted ||
    token.kind === Kind.variable ||
    (token.kind === Kind.word && !reserved.has(token.value)))

type Level = { list: boolean; expects: boolean; skips: boolean }

/**
 * The tables that stand in table positions, found without a grammar: per level of parentheses, whether a name is
 * awaited. It knows nothing of what a parser thinks, so that a parser's error does not repeat here.
 */
export class TableScan {
  readonly #tokens: readonly Token[]
  readonly tables = new Set<string>()
  readonly #ctes = new Set<string>()
  #levels: Level[] = [{ list: false, expects: false, skips: false }]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
    this.#run()
    for (const cte of this.#ctes) this.tables.delete(cte)
  }

  get #top(): Level {
    return this.#levels.at(-1)!
  }

  #run(): void {
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at]!
      if (isMark(token, '(')) this.#open()
      else if (isMark(token, ')')) this.#close()
      else if (isMark(token, ',')) this.#top.expects = this.#top.list
      else if (isName(token) && this.#top.expects) {
        this.#name()
        continue
      } else if (token.kind === Kind.word) this.#word(token.value)
      this.#at++
    }
  }

  #open(): void {
    // A function's own parentheses hold no tables unless a query stands in them; a join's do.
    const { expects } = this.#top
    this.#top.expects = false
    const searched = fullText.has(this.#tokens[this.#at - 1]?.value ?? '')
    this.#levels.push({ list: expects && !searched, expects, skips: this.#top.skips })
  }

  #close(): void {
    if (this.#levels.length > 1) this.#levels.pop()
  }

  #word(word: string): void {
    const top = this.#top
    const before = this.#tokens[this.#at - 1]
    const next = this.#tokens[this.#at + 1]
    if (word === 'as' && isMark(next, '(')) this.#cte(before)
    if (word === 'delete' || word === 'insert' || word === 'merge') this.#target(word, next)
    else if (word === 'from') this.#from(before)
    else if (word === 'on' || word.startsWith('open')) top.expects = false
    else if (word === 'for' && ['browse', 'json', 'xml'].includes(next?.value ?? '')) {
      top.list = false
      top.expects = false
    } else if (leading.has(word)) this.#lead(word, before, next)
    else if (ending.has(word)) {
      top.list = false
      top.expects = false
    } else if (word === 'select') top.expects = false
  }

  #target(word: string, next: Token | undefined): void {
    const before = this.#tokens[this.#at - 1]
    if (before?.value === 'then' || before?.value === 'hint') return
    if (word === 'merge' && next?.value === 'join') return
    if (isName(next)) this.#top.expects = next?.value !== 'top'
    else this.#top.expects = next?.value === 'top'
    if (next?.value === 'top') this.#skipTop()
  }

  /** `TOP (n)` stands between the word and its table. */
  #skipTop(): void {
    this.#at++
    let depth = 0
    while (this.#at + 1 < this.#tokens.length) {
      const token = this.#tokens[this.#at + 1]
      if (isMark(token, '(')) depth++
      else if (isMark(token, ')')) depth--
      this.#at++
      if (depth === 0) break
    }
    const next = this.#tokens[this.#at + 1]
    if (next?.value === 'percent') this.#at++
  }

  #from(before: Token | undefined): void {
    // `IS DISTINCT FROM`, `TRIM(x FROM y)`.
    if (before?.value === 'distinct') return
    this.#top.list = true
    this.#top.expects = true
  }

  #lead(word: string, before: Token | undefined, next: Token | undefined): void {
    if (word === 'update' && (before?.value === 'then' || before?.value === 'for' || isMark(next, '(')))
      return
    if (
      word === 'using' &&
      this.#tokens[0]?.value !== 'merge' &&
      !this.#tokens.some(({ value }) => value === 'merge')
    )
      return
    this.#top.list = word === 'join' || word === 'apply' ? this.#top.list : false
    this.#top.expects = true
    if (next?.value === 'top') this.#skipTop()
  }

  /** `name AS (` or `name (a, b) AS (`: a CTE. */
  #cte(before: Token | undefined): void {
    if (before === undefined) return
    if (isName(before)) this.#ctes.add(before.value)
    if (!isMark(before, ')')) return
    let at = this.#at - 2
    for (let depth = 1; at >= 0 && depth > 0; at--) {
      if (isMark(this.#tokens[at], ')')) depth++
      else if (isMark(this.#tokens[at], '(')) depth--
    }
    const name = this.#tokens[at]
    if (name !== undefined && isName(name)) this.#ctes.add(name.value)
  }

  #name(): void {
    const parts: string[] = []
    for (;;) {
      const token = this.#tokens[this.#at]
      if (isName(token)) {
        parts.push(token!.value)
        this.#at++
      }
      if (!isMark(this.#tokens[this.#at], '.')) break
      this.#at++
    }
    this.#top.expects = false
    // A parenthesis behind it may be hints or arguments: the grammar's reading is asked which.
    this.tables.add(tableKey(parts) + (isMark(this.#tokens[this.#at], '(') ? '(' : ''))
  }
}

import type { Ddl, Renaming } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import type { TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { foldName } from '../names.ts'
import { isCall } from './call.ts'
import { engine } from './engines.ts'
import { expression, startsQuery } from './pieces.ts'
import type { Tokens } from './tokens.ts'

/** A table that a definition refers to. */
export const ref = (name: Name): TableRef => ({ kind: 'table-ref', name, columnAliases: [], sample: [] })

/** A definition with what most have nothing of. */
export const ddl = (
  verb: Ddl['verb'],
  object: string,
  names: readonly Name[],
  more: Partial<Ddl> = {},
): Ddl => ({
  kind: 'ddl',
  verb,
  object,
  names,
  tables: [],
  expressions: [],
  temporary: false,
  ...more,
})

/** A table's rows are found in another as well, under its columns' names or, of `united` ones, under any. */
export const joined = (from: Name, to: Name, joins: NonNullable<Renaming['joins']>): Renaming => ({
  from,
  to,
  columns: new Map(),
  joins,
})

/** Rows of the one are rows of the other, which may also be put into it (`INSERT_METHOD`). */
export const unitedWith = (name: Name, other: Name): readonly Renaming[] => [
  joined(other, name, 'any names'),
  joined(name, other, 'any names'),
]

/** What a definition of a table refers to and runs. */
export type Referred = {
  readonly tables: TableRef[]
  readonly expressions: Expression[]
  /** What is computed for a column: a default, what is generated. `at`: the number of the token that it begins with. */
  readonly values: { readonly at: number; readonly value: Expression }[]
  /** Tables that change too: the one that a partition is exchanged with, comes from or becomes. */
  readonly exchanged: Name[]
  /** Tables whose rows are its own. */
  readonly united: Name[]
}

/** Words before a parenthesis that holds an expression. */
const runs: ReadonlySet<string> = new Set(['check', 'as', 'default', 'update', 'using'])
/** Those of them before what comes into a column. */
const fills: ReadonlySet<string> = new Set(['as', 'default', 'update'])
/** Words before TABLE that stands before another table: WITH TABLE, CONVERT TABLE, CONVERT PARTITION … TO TABLE. */
const exchanging: ReadonlySet<string> = new Set(['with', 'convert', 'to'])
/** Options of a table that reach out of the database. */
const outside: ReadonlySet<string> = new Set(['connection', 'directory'])

/**
 * Walks a definition token by token up to where `stop` says or its end, for the tables and expressions in it.
 * Everything else in it names columns, types and options of the object itself.
 */
export const walkDefinition = (t: Tokens, stop: () => boolean): Referred => {
  const found: Referred = { tables: [], expressions: [], values: [], exchanged: [], united: [] }
  while (!t.done && !stop()) {
    if (queryAhead(t)) throw new Unreadable(`\`${t.peek().word}\` begins a query in a definition`)
    const { word, afterDot } = t.next()
    if (afterDot || word === '') continue
    if (word === 'references') found.tables.push(ref(t.tableName()))
    else if (word === 'union' && (t.take('=') || t.is('(')))
      found.united.push(...t.parenthesised(() => t.tableName()))
    else if (exchanging.has(word) && t.take('table')) found.exchanged.push(t.tableName())
    else if (outside.has(word) && (t.is('=') || t.peek().kind === Kind.string))
      throw new Unreadable('a table lives outside the database')
    else if (word === 'engine') engine(t)
    else if (word === 'soname') throw new Unreadable(`\`${word}\` stands in a definition`)
    else if (runs.has(word) && t.is('(')) ran(t, word, found)
    else if (word === 'default' && isComputed(t)) found.values.push({ at: t.at, value: expression(t) })
    else if (word === 'default' && isColumn(t)) found.values.push({ at: t.at, value: columnNext(t) })
  }
  return found
}

/**
 * Whether a query begins where columns and options of a table are listed. PARTITION … VALUES LESS THAN, VALUES IN, WITH
 * SYSTEM VERSIONING, WITH PARSER and WITH VALIDATION are none.
 */
export const queryAhead = (t: Tokens): boolean => {
  const { word, afterDot } = t.peek()
  if (afterDot) return false
  switch (word) {
    case 'select':
    case 'table':
      return true
    case 'values':
      return !/^(?:less|in)$/.test(t.peek(1).word)
    case 'with':
      return !(
        t.is('with', 'system', 'versioning') ||
        (t.is('with', 'parser') && t.isName(2)) ||
        t.is('with', 'validation') ||
        t.is('with', 'table')
      )
    default:
      return word === '(' && startsQuery(t)
  }
}

/** MariaDB takes what is computed behind DEFAULT without parentheses: a variable, a call, CASE, EXISTS. */
const isComputed = (t: Tokens): boolean => {
  const { kind } = t.peek()
  const isVariable = kind === Kind.userVariable || kind === Kind.systemVariable
  return isVariable || isCall(t) || t.is('case') || t.is('exists', '(')
}

/** Words before a DEFAULT that no column's value stands behind. */
const keywordBefore: ReadonlySet<string> = new Set(['=', 'serial', 'column_format', 'storage'])
/** Of what a column's name may stand before. */
const attributes: ReadonlySet<string> = new Set(['after', 'comment', 'first', 'invisible'])

/**
 * MariaDB takes another column too. DEFAULT may also belong to an option, or stand before one: `DEFAULT CHARSET utf8mb4`,
 * `PARTITION p DEFAULT ENGINE = InnoDB`; and before a string that a word says how to read.
 */
const isColumn = (t: Tokens): boolean => {
  if (!t.isName() || keywordBefore.has(t.peek(-2).word)) return false
  const { kind, word } = t.peek(1)
  if (word === '=' || kind === Kind.string || kind === Kind.number || kind === Kind.bit) return false
  return !(t.is('charset') && (word === 'binary' || (t.isName(1) && !attributes.has(word))))
}

/** The column that stands next, which is not consumed: it may be an option all the same. */
const columnNext = (t: Tokens): Expression => {
  const { at } = t
  const name = t.path()
  t.at = at
  return {
    kind: 'column-ref',
    name: [...name.slice(0, -1).map((part) => t.fold(part)), foldName(name.at(-1)!)],
  }
}

const ran = (t: Tokens, before: string, found: Referred): void => {
  t.expect('(')
  const { at } = t
  const value = expression(t)
  if (fills.has(before)) found.values.push({ at, value })
  else found.expressions.push(value)
  t.expect(')')
}

/** `ON SCHEDULE AT …` or `EVERY … DAY STARTS … ENDS …` of an event, and whatever follows. */
export const schedule = (t: Tokens): Expression[] => {
  const found: Expression[] = []
  if (t.take('on', 'schedule')) {
    const every = t.takeAny('at', 'every') === 'every'
    found.push(expression(t))
    if (every) t.next()
    while (t.takeAny('starts', 'ends') !== undefined) found.push(expression(t))
  }
  t.skipRest()
  return found
}

/** What stands from ORDER BY or PARTITION BY on, where that comes next: names of columns among it, as the catalog has them. */
export const arrangedNext = (t: Tokens): readonly string[] => {
  if (!t.is('order', 'by') && !t.is('partition', 'by')) return []
  const { at } = t
  const names: string[] = []
  while (!t.done && !queryAhead(t)) {
    if (t.isName()) names.push(foldName(t.peek().text.replaceAll('`', '')))
    t.at++
  }
  t.at = at
  return names
}

/** IF EXISTS and IF NOT EXISTS. */
export const conditions = (t: Tokens): void => {
  if (!t.take('if')) return
  t.take('not')
  t.expect('exists')
}

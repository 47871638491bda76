import type { ColumnDefinition } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { TableRef } from '@sluice/core/statement/query'
import { Kind, type Token } from '../lexer/kind.ts'
import { statementStarts } from '../lexer/reserved.ts'
import { calls } from './call.ts'
import type { Cursor } from './cursor.ts'

/**
 * Where the first word of a statement goes on with a definition: the word before, the word, and the word after, which
 * no statement of that word could have there.
 */
const inside: readonly (readonly [before: string, word: string, after: string])[] = [
  ['on', 'delete', 'cascade'],
  ['on', 'delete', 'set'],
  ['on', 'delete', 'no'],
  ['on', 'update', 'cascade'],
  ['on', 'update', 'set'],
  ['on', 'update', 'no'],
  ['delete', 'set', 'null'],
  ['delete', 'set', 'default'],
  ['update', 'set', 'null'],
  ['update', 'set', 'default'],
  ['with', 'rollback', 'immediate'],
  ['with', 'rollback', 'after'],
]

/** What a definition refers to beside what it names. */
export type References = { readonly tables: TableRef[]; readonly expressions: Expression[] }

const namesBefore = (c: Cursor): string[] => {
  const parts: string[] = []
  for (let at = c.at - 1; at >= 0; at -= 2) {
    const token = c.tokens[at]
    if (token === undefined || (token.kind !== Kind.word && token.kind !== Kind.quoted)) break
    parts.unshift(token.value)
    if (c.tokens[at - 1]?.value !== '.') break
  }
  return parts
}

/** Notes what the token at hand refers to: a table behind REFERENCES, a user's function that is called. */
const note = (c: Cursor, found: References): void => {
  if (c.is('references')) {
    c.at++
    const name = c.path()
    found.tables.push({ kind: 'table-ref', name, columnAliases: [], sample: [] })
    if (c.isSign('(')) c.skipParentheses()
    return
  }
  if (c.is('select')) c.fail('a query inside a definition is not read')
  if (c.isSign('(')) {
    const name = namesBefore(c)
    // Users' functions are called with their schema; two names before a parenthesis can be nothing else here.
    if (name.length > 1) found.expressions.push(calls(name, []))
  }
  c.at++
}

/** Words that begin something else than a column of a table. */
const noColumns: ReadonlySet<string> = new Set([
  'constraint',
  'primary',
  'unique',
  'check',
  'foreign',
  'index',
  'period',
])

/** The columns of the definition in the parentheses that follow; undefined where one of them is computed. */
export const columnsFollow = (c: Cursor): readonly ColumnDefinition[] | undefined => {
  const found: ColumnDefinition[] = []
  let depth = 0
  for (let ahead = 0; ; ahead++) {
    const { kind, value } = c.peek(ahead)
    if (kind === Kind.end) return undefined
    if (kind !== Kind.mark) continue
    if (value === '(') depth++
    const begins = depth === 1 && (value === '(' || value === ',')
    if (value === ')' && --depth === 0) return found
    if (!begins || c.isOneOf(noColumns, ahead + 1)) continue
    const type = c.peek(ahead + 2)
    if (!c.isName(ahead + 1) || c.is('as', ahead + 2) || !namesType(type)) return undefined
    found.push({ name: c.peek(ahead + 1).value, type: type.value })
  }
}

const namesType = ({ kind }: Token): boolean => kind === Kind.word || kind === Kind.quoted

/** Moves over `( … )` of a table's definition. */
export const skipTableBody = (c: Cursor, expressions: Expression[], tables: TableRef[] = []): void => {
  const found = { tables, expressions }
  c.expectSign('(')
  for (let depth = 1; depth > 0; ) {
    if (c.done) c.fail('`)` was expected')
    if (c.isSign('(')) depth++
    else if (c.isSign(')')) depth--
    note(c, found)
  }
}

/** Moves to the end of a definition: the `;`, the end, or what can only be another statement. */
export const skipDefinition = (c: Cursor, found: References): void => {
  let depth = 0
  while (!c.done) {
    if (depth === 0 && (c.isSign(';') || startsAnother(c))) return
    if (c.isSign('(')) depth++
    else if (c.isSign(')')) depth--
    note(c, found)
  }
}

/** INVARIANT (deny-by-default): no statement hides behind a definition. */
const startsAnother = (c: Cursor): boolean => {
  const { kind, value } = c.peek()
  if (kind !== Kind.word || !statementStarts.has(value) || value === 'with') return false
  const goesOn = inside.some(
    ([before, word, after]) => c.is(word) && c.is(before, -1) && c.is(after, 1) && !isTableNamedNo(c, after),
  )
  return !goesOn
}

/** `ON DELETE NO ACTION` goes on; in `… = ON DELETE no` rows of a table of that name are deleted. */
const isTableNamedNo = (c: Cursor, after: string): boolean => after === 'no' && !c.is('action', 2)

import type { Statement } from '@sluice/core/statement/command'
import { emptySelect } from '@sluice/core/statement/empty-select'
import type { Expression } from '@sluice/core/statement/expression'
import { Kind, type Token } from '../lexer/kind.ts'
import type { Cursor } from './cursor.ts'

const word = (value: string): Token => ({ kind: Kind.word, value, start: 0, end: 0 })
const one: Token = { kind: Kind.number, value: '1', start: 0, end: 0 }

/** OUTPUT is cut and confirmed by itself; OUTPUT … INTO makes two writes of one. */
const parsed = (tree: Statement): Statement => {
  const first = tree.kind === 'procedural' ? (tree.statements[0] ?? tree) : tree
  return 'returning' in first ? { ...first, returning: [] } : first
}

/** Asks the other readers about the tokens since `from`. */
export const confirm = (c: Cursor, from: number, tree: Statement, prefix: readonly Token[] = []): void => {
  const inside = c.cuts.filter((cut) => cut.from >= from && cut.to <= c.at)
  const tokens = c.tokens.slice(from, c.at)
  const cuts = inside.map((cut) => ({ ...cut, from: cut.from - from, to: cut.to - from }))
  const before = prefix.length > 0 ? [{ from: 0, to: 0, put: prefix }] : []
  c.batch.leaves.push({ tokens, cuts: [...before, ...cuts], tree: parsed(tree), whole: tree })
}

/** Asks about an expression that holds a query, as part of a query of its own. */
export const confirmExpression = (
  c: Cursor,
  from: number,
  expression: Expression,
  as: 'value' | 'condition',
): void => {
  const holds = c.tokens.slice(from, c.at).some(({ kind, value }) => kind === Kind.word && value === 'select')
  if (!holds) return
  if (as === 'value')
    confirm(c, from, { ...emptySelect, targets: [{ kind: 'target', expression }] }, [word('select')])
  else confirm(c, from, { ...emptySelect, where: expression }, [word('select'), one, word('where')])
}

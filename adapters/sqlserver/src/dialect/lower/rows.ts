import type { Statement } from '@sluice/core/statement/command'
import type { Query } from '@sluice/core/statement/query'
import { confirm } from './confirm.ts'
import type { Cursor } from './cursor.ts'
import { procedural } from './message.ts'
import { readWith } from './query.ts'
import { readQuery } from './rules.ts'
import { readWrite, writeFollows } from './write.ts'

/** A query or a write, with its WITH and OPTION. */
export const readRows = (c: Cursor): Statement => {
  const from = c.at
  const write = writeBehindWith(c)
  const tree = write ? readWrite(c, c.is('with') ? readWith(c) : undefined) : readQuery(c)
  readOption(c)
  const found = tree.kind === 'select' || tree.kind === 'set-operation' ? assigned(c, tree) : tree
  confirm(c, from, found)
  return found
}

/** Whether the statement is a write: then its WITH is read apart. */
const writeBehindWith = (c: Cursor): boolean => {
  if (!c.is('with')) return writeFollows(c)
  const at = c.at
  const { length } = c.cuts
  const { length: known } = c.batch.assigned
  readWith(c)
  const found = writeFollows(c)
  c.at = at
  c.cuts.length = length
  c.batch.assigned.length = known
  return found
}

/** `OPTION (…)`: hints of the planner. */
const readOption = (c: Cursor): void => {
  if (!c.is('option') || !c.isSign('(', 1)) return
  const from = c.at
  c.at++
  c.skipParentheses()
  c.cut(from)
}

/** `SELECT @a = x`: nothing is returned. */
const assigned = (c: Cursor, query: Query): Statement => {
  if (query.kind !== 'select') return query
  const marked = query.targets.filter(({ alias }) => alias?.endsWith(' =') === true && alias.startsWith('@'))
  if (marked.length === 0) return query
  if (marked.length < query.targets.length) return c.fail('a query returns rows or sets variables')
  const targets = query.targets.map(({ kind, expression }) => ({ kind, expression }))
  return procedural('select', [], [{ ...query, targets }], false)
}

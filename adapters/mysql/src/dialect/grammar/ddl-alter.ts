import type { Renaming } from '@sluice/core/statement/command'
import type { Name } from '@sluice/core/statement/node'
import { Unreadable } from '@sluice/reading/unreadable'
import { foldName } from '../names.ts'
import { account } from './account.ts'
import { addedColumns, type ListedColumn } from './columns.ts'
import { arrangedNext, conditions, ddl, joined, ref, schedule, unitedWith, walkDefinition } from './ddl.ts'
import { skipModifiers } from './ddl-create.ts'
import { query } from './pieces.ts'
import type { Grammar, Tokens } from './tokens.ts'

/** ALTER of anything. */
export const alter: Grammar = (t) => {
  t.expect('alter')
  skipModifiers(t)
  t.take('ignore')
  const object = t.next().word
  if (object === 'table') return table(t)
  if (object === 'view') return view(t)
  if (object === 'user' || object === 'role') return accounts(t, object)
  if (!/^(?:procedure|function|event|database|schema|sequence|tablespace|server|instance)$/.test(object))
    throw new Unreadable('what is altered is not known')
  conditions(t)
  const names = t.isName() ? [t.tableName()] : []
  if (object === 'event') return ddl('alter', object, names, { expressions: schedule(t) })
  t.skipRest()
  return ddl('alter', object === 'schema' ? 'database' : object, names)
}

const table = (t: Tokens) => {
  conditions(t)
  const name = t.tableName()
  const renamed: Name[] = []
  const columns = new Map<string, string>()
  let inside = 0
  let takesRows = false
  const arranged: string[] = []
  const added: ListedColumn[] = []
  const found = walkDefinition(t, () => {
    if (t.at < inside) return t.done
    if (t.is('add')) added.push(...addedColumns(t))
    arranged.push(...arrangedNext(t))
    takesRows ||= takesAway(t)
    const close = t.is('(') ? t.closing(0) : undefined
    if (close !== undefined) inside = t.at + close
    const to = newName(t)
    if (to !== undefined) renamed.push(to)
    else changedColumn(t, columns)
    return t.done
  })
  const { tables, expressions, values, exchanged, united } = found
  const renames = [
    ...[...renamed.slice(-1), ...(renamed.length === 0 && columns.size > 0 ? [name] : [])].map(
      (to): Renaming => ({ from: name, to, columns }),
    ),
    ...exchanged.flatMap((other) => [joined(name, other, 'same names'), joined(other, name, 'same names')]),
    ...united.flatMap((other) => unitedWith(name, other)),
  ]
  const isPlain = ({ at, end }: ListedColumn) => !values.some((value) => at < value.at && value.at < end)
  return ddl('alter', 'table', [name, ...renamed, ...exchanged], {
    tables: [...tables, ...united.map(ref)],
    expressions: [...expressions, ...values.map(({ value }) => value)],
    renames,
    ...(takesRows ? { takesRows: true } : {}),
    ...(arranged.length > 0 ? { arrangedBy: arranged } : {}),
    ...(renames.length === 0 && {
      adds: added.filter(isPlain).map(({ name: own, type }) => ({ name: own, type })),
    }),
  })
}

/** What DROP takes away that has no values of its own. */
const withoutValues: ReadonlySet<string> = new Set(
  'index key primary foreign constraint check default'.split(' '),
)

/** DROP of a column, a partition or old versions of rows, and what empties or swaps a partition or the table's space. */
const takesAway = (t: Tokens): boolean =>
  (t.is('drop') && !withoutValues.has(t.peek(1).word)) ||
  t.is('discard') ||
  ['truncate', 'exchange', 'convert'].some((word) => t.is(word, 'partition'))

/** CHANGE, MODIFY and RENAME COLUMN, up to the column's name: what it is known by from now on. */
const changedColumn = (t: Tokens, columns: Map<string, string>): void => {
  const word = t.takeAny('change', 'modify') ?? (t.take('rename', 'column') ? 'rename' : undefined)
  if (word === undefined) return
  t.take('column')
  conditions(t)
  if (!t.isName()) return
  const old = columnName(t)
  if (word === 'rename') t.expect('to')
  columns.set(old, word === 'modify' ? old : columnName(t))
}

/** The table's name may stand before a column's. */
const columnName = (t: Tokens): string => foldName(t.path().at(-1) ?? '')

/** RENAME [TO] name, which is not RENAME COLUMN or INDEX. */
const newName = (t: Tokens): Name | undefined => {
  if (!t.is('rename')) return undefined
  const { word } = t.peek(1)
  if (/^(?:column|index|key)$/.test(word)) return undefined
  t.at++
  t.takeAny('to', 'as', '=')
  return t.tableName()
}

const view = (t: Tokens) => {
  conditions(t)
  const name = t.tableName()
  if (t.is('(')) t.skipParentheses()
  t.expect('as')
  const body = t.read(t.at, query(t))
  if (t.take('with')) t.skipRest()
  return ddl('alter', 'view', [name], { query: body })
}

const accounts = (t: Tokens, object: string) => {
  conditions(t)
  const names = [account(t)]
  t.skipRest()
  return ddl('alter', object, names)
}

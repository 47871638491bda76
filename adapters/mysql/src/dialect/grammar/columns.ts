import type { ColumnDefinition } from '@sluice/core/statement/command'
import type { Tokens } from './tokens.ts'

/** A column that a definition lists, and the numbers of its first token and of the one behind its last. */
export type ListedColumn = ColumnDefinition & { readonly at: number; readonly end: number }

/** What begins an index or a constraint where columns are listed. */
const others: ReadonlySet<string> = new Set(
  'check constraint foreign fulltext index key primary spatial unique'.split(' '),
)

/** Types that the servers have another name for. */
const printed: Readonly<Record<string, string>> = {
  bool: 'tinyint',
  boolean: 'tinyint',
  character: 'char',
  dec: 'decimal',
  fixed: 'decimal',
  float4: 'float',
  float8: 'double',
  int1: 'tinyint',
  int2: 'smallint',
  int3: 'mediumint',
  int4: 'int',
  int8: 'bigint',
  integer: 'int',
  middleint: 'mediumint',
  number: 'decimal',
  numeric: 'decimal',
  real: 'double',
  varcharacter: 'varchar',
}

/** The columns that are listed in the parenthesis which stands next; it is not consumed. */
export const listedColumns = (t: Tokens): readonly ListedColumn[] => {
  const close = t.is('(') ? t.closing(0) : undefined
  if (close === undefined) return []
  const { at: open } = t
  const found: ListedColumn[] = []
  for (const last = open + close; t.at < last; ) {
    t.at++
    found.push(...listedColumn(t, last))
  }
  t.at = open
  return found
}

/** The columns that ADD adds, which stands next and is not consumed. One that may be there already is none. */
export const addedColumns = (t: Tokens): readonly ListedColumn[] => {
  const { at } = t
  t.expect('add')
  t.take('column')
  const found = t.is('(') ? listedColumns(t) : t.is('if') ? [] : listedColumn(t)
  t.at = at
  return found
}

/** The column whose definition stands next, which is consumed whatever it is: up to a comma, `last` or the end. */
const listedColumn = (t: Tokens, last = Number.POSITIVE_INFINITY): readonly ListedColumn[] => {
  const { at } = t
  const column = columnNext(t)
  while (t.at < last && !t.done && !t.is(',')) t.at += (t.is('(') ? t.closing(0) : undefined) ?? 1
  return column === undefined ? [] : [{ ...column, at, end: t.at }]
}

/** The column whose definition stands next, up to its type; undefined: something else does. */
const columnNext = (t: Tokens): ColumnDefinition | undefined => {
  if (t.isAny(others) || t.is('vector', 'index') || t.is('vector', 'key') || t.is('period', 'for'))
    return undefined
  return t.isName() ? { name: t.lowerName(), type: printedType(t) } : undefined
}

/** The first word of the type that stands next, as the catalog has it. */
const printedType = (t: Tokens): string => {
  const { word } = t.peek()
  if (word === 'json' && t.mariadb) return 'longtext'
  return Object.hasOwn(printed, word) ? (printed[word] ?? '') : word
}

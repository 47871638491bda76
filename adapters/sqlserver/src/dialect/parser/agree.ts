import { Unreadable } from '@sluice/reading/unreadable'
import { writeTokens } from '../canonical/write.ts'
import { Kind, type Token } from '../lexer/kind.ts'
import type { Leaf } from '../lower/cursor.ts'
import { setsOfNodeSqlParser } from './node-sql-parser.ts'
import { setsOfPolyglot } from './polyglot.ts'
import { TableScan } from './scan.ts'
import type { Sets } from './sets.ts'
import { setsOfTree } from './tree-sets.ts'

/** The tokens that the other readers see: without what they stumble over. */
const withoutCuts = ({ tokens, cuts }: Leaf): Token[] => {
  const isEmpty = ({ from, to }: (typeof cuts)[number]): boolean => from === to
  // What is put before a token comes before what stands in its place, and of that the longest counts.
  const ordered = [...cuts].sort(
    (a, b) => a.from - b.from || Number(isEmpty(b)) - Number(isEmpty(a)) || b.to - a.to,
  )
  const out: Token[] = []
  let at = 0
  for (const { from, to, put } of ordered) {
    if (from < at) continue
    out.push(...tokens.slice(at, from), ...put)
    at = to
  }
  out.push(...tokens.slice(at))
  return out
}

const isSubset = (
  inner: ReadonlySet<string>,
  ...outer: readonly ReadonlySet<string>[]
): string | undefined => {
  for (const name of inner) if (!outer.some((set) => set.has(name))) return name
  return undefined
}

const equalTables = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && isSubset(a, b) === undefined

/** Table variables are variables to some: they name no stored table. */
const stored = (tables: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...tables].filter((name) => !name.startsWith('@')))

/** The names that the tokens hold as names: what a reader calls a column must be among them. */
const agrees = (ours: Sets, theirs: Sets): string | undefined => {
  if (!equalTables(stored(ours.tables), stored(theirs.tables))) return 'tables'
  if (isSubset(ours.columns, theirs.columns, theirs.others) !== undefined) return 'columns'
  const named = new Set([...theirs.columns].filter((name) => !name.startsWith('@') && name !== '*'))
  return isSubset(named, ours.columns, ours.others, dateParts) === undefined ? undefined : 'columns'
}

/** Parts of dates, which some readers take for columns. */
const dateParts: ReadonlySet<string> = new Set(
  `
  d day dayofyear dd dw dy hh hour iso_week isowk isoww m mcs mi microsecond millisecond minute mm month ms n nanosecond
  ns q qq quarter s second ss tz tzoffset w week weekday wk ww y year yy yyyy
  `
    .trim()
    .split(/\s+/),
)

/** Tables of the scan that the grammar took for functions or the target's alias are looked for among its names. */
const scanAgrees = (leaf: Leaf, ours: Sets): boolean => {
  const { tables } = new TableScan(leaf.tokens)
  const aliases = namesOf(leaf.tokens)
  for (const table of stored(ours.tables)) if (!tables.has(table) && !tables.has(`${table}(`)) return false
  for (const table of stored(tables)) {
    const name = table.endsWith('(') ? undefined : table
    if (name !== undefined && !ours.tables.has(name) && !aliases.has(name)) return false
  }
  return true
}

/** Aliases: a name behind AS or behind another name. `UPDATE a … FROM t AS a` names a table by one. */
const namesOf = (tokens: readonly Token[]): ReadonlySet<string> => {
  const names = new Set<string>(['inserted', 'deleted'])
  for (const [index, token] of tokens.entries()) {
    const before = tokens[index - 1]
    if (before === undefined || (token.kind !== Kind.word && token.kind !== Kind.quoted)) continue
    if (
      before.value === 'as' ||
      before.kind === Kind.quoted ||
      before.kind === Kind.word ||
      before.value === ')'
    )
      if (before.value !== 'from' && before.value !== 'join' && before.value !== 'into')
        names.add(token.value)
  }
  return names
}

/** The kind of write that the other readers must see; a DELETE with two FROM was made a query for them. */
const writeOf = (text: string, { tree }: Leaf): string | undefined => {
  const write = ['insert', 'update', 'delete', 'merge'].includes(tree.kind) ? tree.kind : undefined
  return write === 'delete' && !/\bdelete\b/.test(text) ? undefined : write
}

/**
 * Asks the other readers about one query or write. At least one of the two must read it, and what it says must be what
 * the grammar says; so must the scan. INVARIANT (deny-by-default): readings that differ make the statement Opaque.
 */
export const confirmLeaf = (leaf: Leaf): void => {
  const ours = setsOfTree(leaf.tree)
  if (!scanAgrees(leaf, setsOfTree(leaf.whole)))
    throw new Unreadable('the readings disagree about the tables: scan')
  const text = writeTokens(withoutCuts(leaf), false)
  const polyglot = setsOfPolyglot(text, writeOf(text, leaf))
  const first = polyglot && agrees(ours, polyglot)
  if (polyglot !== undefined && first === undefined) return
  const second = setsOfNodeSqlParser(text)
  if (polyglot === undefined && second === undefined) throw new Unreadable('no second parser accepts it')
  const difference = first ?? (second && agrees(ours, second))
  if (difference !== undefined) throw new Unreadable(`the readings disagree about the ${difference}`)
}

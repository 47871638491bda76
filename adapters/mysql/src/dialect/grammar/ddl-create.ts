import type { Ddl, Maintenance } from '@sluice/core/statement/command'
import type { Name } from '@sluice/core/statement/node'
import type { Query } from '@sluice/core/statement/query'
import type { Assignment } from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { account } from './account.ts'
import { type ListedColumn, listedColumns } from './columns.ts'
import {
  arrangedNext,
  conditions,
  ddl,
  queryAhead,
  type Referred,
  ref,
  schedule,
  unitedWith,
  walkDefinition,
} from './ddl.ts'
import { query } from './pieces.ts'
import type { Grammar, Tokens } from './tokens.ts'

/** What may stand between CREATE or ALTER and the kind of object. */
const modifiers: ReadonlySet<string> = new Set(
  'online offline unique fulltext spatial aggregate undo sql security invoker algorithm merge temptable undefined instant inplace copy'.split(
    ' ',
  ),
)

/** Moves past the modifiers; which of those that matter are among them. */
export const skipModifiers = (t: Tokens): { readonly temporary: boolean; readonly replaces: boolean } => {
  let temporary = false
  let replaces = false
  for (;;) {
    if (t.take('temporary')) temporary = true
    else if (t.take('or', 'replace')) replaces = true
    else if (t.take('definer')) {
      if (t.take('=')) account(t)
    } else if (t.is('=') || t.isAny(modifiers)) t.at++
    else return { temporary, replaces }
  }
}

/** What OR REPLACE of MariaDB takes away with all that it holds. */
const holding: ReadonlySet<string> = new Set(['table', 'database', 'sequence'])

/** CREATE of anything. */
export const create: Grammar = (t) => {
  t.expect('create')
  const { temporary, replaces } = skipModifiers(t)
  const { word } = t.next()
  if (!Object.hasOwn(objects, word)) throw new Unreadable('what is created is not known')
  const made = objects[word]!(t, word)
  if (made.kind !== 'ddl') return made
  const drops = replaces && holding.has(made.object)
  return { ...made, temporary, ...(drops && { parts: [`drop ${made.object}`] }) }
}

type Creation = (t: Tokens, object: string) => Ddl | Maintenance

const table: Creation = (t) => {
  conditions(t)
  const name = t.tableName()
  const like = likeTable(t)
  if (like !== undefined) return ddl('create', 'table', [name], { tables: [ref(like)] })
  const lists = t.is('(')
  const listed = listedColumns(t)
  const arranged: string[] = []
  const found = walkDefinition(t, () => {
    arranged.push(...arrangedNext(t))
    return queryNext(t)
  })
  const names = [name, ...found.exchanged]
  const values = found.values.map(({ value }) => value)
  const parts = {
    tables: [...found.tables, ...found.united.map(ref)],
    expressions: [...found.expressions, ...values],
    ...(arranged.length > 0 && { arrangedBy: arranged }),
    ...(found.united.length > 0 && { renames: found.united.flatMap((one) => unitedWith(name, one)) }),
  }
  if (!t.done)
    return ddl('create', 'table', names, {
      ...parts,
      ...(lists && { ownColumns: true }),
      query: queryOf(t),
    })
  const isFilled = found.united.length + found.exchanged.length > 0
  if (listed.length === 0 || isFilled) return ddl('create', 'table', names, parts)
  return ddl('create', 'table', names, { ...parts, ...ownOf(listed, found) })
}

/** The columns of a table that is made empty, and what is computed for each; its other expressions are conditions. */
const ownOf = (
  listed: readonly ListedColumn[],
  { expressions, values }: Referred,
): Pick<Ddl, 'adds' | 'expressions' | 'assignments'> => {
  const columnAt = (place: number) => listed.find(({ at, end }) => at < place && place < end)
  return {
    adds: listed.map(({ name, type }) => ({ name, type })),
    expressions: [...expressions, ...values.flatMap(({ at, value }) => (columnAt(at) ? [] : [value]))],
    assignments: values.flatMap(({ at, value }): Assignment[] => {
      const column = columnAt(at)
      return column === undefined ? [] : [{ kind: 'assignment', columns: [column.name], value }]
    }),
  }
}

const likeTable = (t: Tokens): Name | undefined => {
  if (t.take('like')) return t.tableName()
  if (!t.is('(', 'like')) return undefined
  t.at += 2
  const name = t.tableName()
  t.expect(')')
  return name
}

const queryNext = (t: Tokens): boolean => {
  const { at } = t
  if (!t.peek().afterDot) t.take('as')
  const found = queryAhead(t)
  t.at = at
  return found
}

const queryOf = (t: Tokens): Query => {
  t.take('as')
  return t.read(t.at, query(t))
}

const view: Creation = (t) => {
  conditions(t)
  const name = t.tableName()
  if (t.is('(')) t.skipParentheses()
  t.expect('as')
  const body = t.read(t.at, query(t))
  if (t.take('with')) {
    t.takeAny('cascaded', 'local')
    t.expect('check', 'option')
  }
  return ddl('create', 'view', [name], { query: body })
}

const index: Creation = (t) => {
  conditions(t)
  const name = t.lowerName()
  if (!t.is('on')) t.at += 2
  t.expect('on')
  const on = t.tableName()
  t.skipRest()
  return ddl('create', 'index', [[name]], { on: ref(on) })
}

const trigger: Creation = (t) => {
  conditions(t)
  const name = t.tableName()
  while (!t.done && !t.is('on')) t.next()
  t.expect('on')
  const on = t.tableName()
  t.skipRest()
  return ddl('create', 'trigger', [name], { on: ref(on) })
}

/** A procedure or a function: its body runs later, so only its name is known. */
const routine: Creation = (t, object) => {
  conditions(t)
  const name = t.tableName()
  let library = false
  while (!t.done) library = t.next().word === 'soname' || library
  if (library) return { kind: 'maintenance', verb: 'install', tables: [], called: 'create function' }
  return ddl('create', object, [name])
}

/** An event's body runs later; when that is to be is computed now. */
const event: Creation = (t) => {
  conditions(t)
  const name = t.tableName()
  return ddl('create', 'event', [name], { expressions: schedule(t) })
}

/** Users and roles. */
const accounts: Creation = (t, object) => {
  conditions(t)
  const names = t.list(() => {
    const name = account(t)
    while (!t.done && !t.is(',') && t.peek().kind !== Kind.end) t.next()
    return name
  })
  return ddl('create', object, names)
}

const plain: Creation = (t, object) => {
  conditions(t)
  const name = t.peek().kind === Kind.string ? [t.string()] : t.tableName()
  t.skipRest()
  return ddl('create', object, [name])
}

const objects: Readonly<Record<string, Creation>> = {
  table,
  view,
  index,
  trigger,
  procedure: routine,
  function: routine,
  event,
  user: accounts,
  role: accounts,
  database: plain,
  schema: (t) => plain(t, 'database'),
  sequence: plain,
  server: plain,
  tablespace: plain,
}

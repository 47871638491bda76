import type { Explain, Show, Statement } from '@sluice/core/statement/command'
import { Unreadable } from '@sluice/reading/unreadable'
import { accountStatements } from './account.ts'
import { alter } from './ddl-alter.ts'
import { create } from './ddl-create.ts'
import { drop, rename, truncate } from './ddl-drop.ts'
import { dynamicStatements } from './dynamic.ts'
import { withInto } from './into.ts'
import { loadData } from './load.ts'
import { query, startsQuery, statement } from './pieces.ts'
import { withClause } from './query.ts'
import { serverStatements } from './server.ts'
import { sessionStatements } from './session.ts'
import { set } from './set.ts'
import { show } from './show.ts'
import type { Grammar, Tokens } from './tokens.ts'
import { transactionStatements } from './transaction.ts'
import { insert, remove, update } from './write.ts'

const described: Show = { kind: 'show', name: 'columns', called: 'describe' }

const describe: Grammar = (t) => {
  const { at } = t
  t.at++
  if (t.isName() && !t.is('format') && !t.is('extended') && !t.is('partitions')) {
    t.tableName()
    if (!t.done) t.next()
    return described
  }
  t.at = at
  return explain(t)
}

/** EXPLAIN of MySQL, ANALYZE of MariaDB. */
const explain: Grammar = (t) => {
  const analyzes = t.next().word === 'analyze'
  let analyze = analyzes
  for (;;) {
    if (t.take('analyze')) analyze = true
    else if (t.take('format')) {
      t.expect('=')
      t.next()
    } else if (t.takeAny('extended', 'partitions') === undefined) break
  }
  if (t.take('for', 'connection')) {
    t.next()
    return { kind: 'show', name: 'explain for connection', called: 'explain' }
  }
  const inner = statement(t)
  const explained: Explain = { kind: 'explain', analyze, statement: inner }
  return analyzes ? { ...explained, called: 'analyze' } : explained
}

const analyze: Grammar = (t) =>
  /^(?:table|tables|no_write_to_binlog|local)$/.test(t.peek(1).word)
    ? serverStatements.analyze!(t)
    : explain(t)

/** WITH before a query or a statement that changes rows. */
const withs: Grammar = (t) => {
  const { at } = t
  const ctes = withClause(t)
  if (t.is('update')) return t.read(at, update(t, ctes))
  if (t.is('delete')) return t.read(at, remove(t, ctes))
  t.at = at
  return read(t)
}

/** A query, or one whose rows go to a file of the server or into variables. */
const read: Grammar = (t) => {
  const { at } = t
  return withInto(t, t.read(at, query(t)))
}

const grammars: Readonly<Record<string, Grammar>> = {
  select: read,
  with: withs,
  values: read,
  table: read,
  insert: (t) => t.read(t.at, insert(t)),
  replace: (t) => t.read(t.at, insert(t)),
  update: (t) => t.read(t.at, update(t)),
  delete: (t) => t.read(t.at, remove(t)),
  create,
  alter,
  drop,
  truncate,
  rename,
  load: loadData,
  set,
  show,
  describe,
  desc: describe,
  explain: describe,
  ...serverStatements,
  analyze,
  ...sessionStatements,
  ...transactionStatements,
  ...accountStatements,
  ...dynamicStatements,
}

/** Whoever mistyped the word looks for it; what is no word, or a long one, may be a value. */
const unknownBegin = (word: string): string =>
  /^[a-z_]{1,30}$/.test(word)
    ? `no statement that the gateway reads begins with \`${word}\``
    : 'it begins with no word of a statement'

/** Reads the statement that stands next. */
export const readStatement = (t: Tokens): Statement => {
  const { word } = t.peek()
  const grammar = word === '(' && startsQuery(t) ? read : Object.hasOwn(grammars, word) && grammars[word]
  if (!grammar) throw new Unreadable(unknownBegin(word))
  const made = grammar(t)
  if (!t.done) throw new Unreadable('something is left over behind the statement')
  if (t.into !== undefined) throw new Unreadable('INTO stands in a query that returns no rows')
  return made
}

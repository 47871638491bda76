import type { TableRef } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { account } from './account.ts'
import { ref } from './ddl.ts'
import type { Grammar, Tokens } from './tokens.ts'

/** The tables of a list; what follows names none. */
const tableList = (t: Tokens): TableRef[] =>
  t.list(() => {
    const found = ref(t.tableName())
    if (t.is('(')) t.skipParentheses()
    return found
  })

/** ANALYZE, CHECK, CHECKSUM, OPTIMIZE and REPAIR of tables. */
const onTables: Grammar = (t) => {
  const verb = t.next().word
  t.takeAny('no_write_to_binlog', 'local')
  if (t.takeAny('table', 'tables') === undefined) {
    if (!t.is('view')) throw new Unreadable(`what \`${verb}\` works on is not known`)
    t.at++
  }
  const tables = tableList(t)
  t.skipRest()
  return { kind: 'maintenance', verb, tables }
}

const flush: Grammar = (t) => {
  t.at++
  t.takeAny('no_write_to_binlog', 'local')
  const named = t.takeAny('table', 'tables') !== undefined && t.isName() && !t.is('with') && !t.is('for')
  const tables = named ? tableList(t) : []
  t.skipRest()
  return { kind: 'maintenance', verb: 'flush', tables }
}

/** CACHE INDEX t IN cache, LOAD INDEX INTO CACHE t. */
const cache: Grammar = (t) => {
  t.expect('cache', 'index')
  const tables = tableList(t)
  t.skipRest()
  return { kind: 'maintenance', verb: 'cache index', tables }
}

/** Work on the server that names no table. */
const plain: Grammar = (t) => {
  const verb = t.next().word
  while (!t.done) {
    const { kind, word } = t.next()
    if (word === 'select') throw new Unreadable(`a query stands in \`${verb}\``)
    if (verb === 'purge' && (kind === Kind.userVariable || kind === Kind.systemVariable))
      throw new Unreadable('a variable stands in `purge`')
  }
  return { kind: 'maintenance', verb, tables: [] }
}

/** KILL of what a number or an account names: what is computed would stand in no tree, and the error says what it was. */
const kill: Grammar = (t) => {
  t.at++
  t.takeAny('hard', 'soft')
  t.takeAny('connection', 'query')
  if (t.take('user')) account(t)
  else if (!t.take('connection_id', '(', ')')) number(t)
  return { kind: 'maintenance', verb: 'kill', tables: [] }
}

const number = (t: Tokens): void => {
  t.take('id')
  if (t.peek().kind === Kind.param) t.params++
  else if (t.peek().kind !== Kind.number) throw new Unreadable('what stands in `kill` is no number')
  t.at++
}

/** Statements that work on the server itself, by first words. */
export const serverStatements: Readonly<Record<string, Grammar>> = {
  analyze: onTables,
  check: onTables,
  checksum: onTables,
  optimize: onTables,
  repair: onTables,
  flush,
  cache,
  kill,
  reset: plain,
  install: plain,
  uninstall: plain,
  shutdown: plain,
  restart: plain,
  purge: plain,
  change: plain,
  stop: plain,
  binlog: plain,
  backup: plain,
  clone: plain,
}

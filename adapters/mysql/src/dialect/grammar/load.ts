import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import type { Grammar, Tokens } from './tokens.ts'

/** LOAD DATA and LOAD XML; LOAD INDEX works on the server's caches. */
export const loadData: Grammar = (t) => {
  t.expect('load')
  if (t.take('index')) {
    t.skipRest()
    return { kind: 'maintenance', verb: 'load index', tables: [] }
  }
  if (t.takeAny('data', 'xml') === undefined) throw new Unreadable('what is loaded is not known')
  t.takeAny('low_priority', 'concurrent')
  const local = t.take('local')
  t.expect('infile')
  t.string()
  t.takeAny('replace', 'ignore')
  t.expect('into', 'table')
  const name = t.tableName()
  const columns = behind(t)
  return {
    kind: 'copy',
    direction: 'in',
    table: { kind: 'table-ref', name, columnAliases: [], sample: [] },
    columns,
    via: local ? 'client' : 'file',
    format: 'unknown',
    options: {},
  }
}

/** The columns, among options that name nothing; expressions of SET may name anything. */
const behind = (t: Tokens): string[] => {
  let columns: string[] = []
  while (!t.done) {
    if (t.is('set')) throw new Unreadable('LOAD DATA computes columns')
    if (t.is('partition')) {
      t.at++
      t.skipParentheses()
    } else if (t.is('(')) columns = t.parenthesised(() => column(t)).flat()
    else t.next()
  }
  return columns
}

const column = (t: Tokens): string[] => {
  if (t.peek().kind !== Kind.userVariable) return [t.path().at(-1)!.toLowerCase()]
  t.at++
  return []
}

import type { Assignment } from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { foldName } from '../names.ts'
import { expression } from './pieces.ts'
import { valuesOf } from './select-of.ts'
import type { Grammar, Tokens } from './tokens.ts'

/** LOAD DATA and LOAD XML; LOAD INDEX works on the server's caches. */
export const loadData: Grammar = (t) => {
  t.expect('load')
  if (t.take('index')) {
    t.skipRest()
    return { kind: 'maintenance', verb: 'load index', tables: [] }
  }
  const what = t.takeAny('data', 'xml')
  if (what === undefined) throw new Unreadable('what is loaded is not known')
  t.takeAny('low_priority', 'concurrent')
  const local = t.take('local')
  t.expect('infile')
  t.string()
  const replaces = t.takeAny('replace', 'ignore') === 'replace'
  t.expect('into', 'table')
  const name = t.tableName()
  const columns = behind(t)
  const assignments = t.take('set') ? t.list(() => computed(t)) : []
  return {
    kind: 'copy',
    called: `load ${what}`,
    direction: 'in',
    table: { kind: 'table-ref', name, columnAliases: [], sample: [] },
    columns,
    via: local ? 'client' : 'file',
    ...(local ? { clientFile: true } : {}),
    ...(replaces ? { replaces } : {}),
    format: 'unknown',
    options: {},
    ...(assignments.length === 0 ? {} : { assignments }),
  }
}

/** The columns, among options that name nothing, up to SET. */
const behind = (t: Tokens): string[] => {
  let columns: string[] = []
  while (!t.done && !t.is('set')) {
    if (t.take('character', 'set')) t.next()
    else if (t.is('partition')) {
      t.at++
      t.skipParentheses()
    } else if (t.is('(')) columns = t.parenthesised(() => column(t)).flat()
    else t.next()
  }
  return columns
}

/** `column = expression`, which others read as a select list. */
const computed = (t: Tokens): Assignment => {
  const path = t.path()
  if (t.takeAny('=', ':=') === undefined) throw new Unreadable('`=` was expected')
  const { at } = t
  const value = expression(t)
  t.readValues(at, valuesOf([value]))
  return { kind: 'assignment', columns: [foldName(path.at(-1)!)], value }
}

const column = (t: Tokens): string[] => {
  if (t.peek().kind !== Kind.userVariable) return [foldName(t.path().at(-1)!)]
  t.at++
  return []
}

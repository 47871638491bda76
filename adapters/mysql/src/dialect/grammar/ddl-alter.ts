import type { Name } from '@sluice/core/statement/node'
import { Unreadable } from '@sluice/reading/unreadable'
import { account } from './account.ts'
import { conditions, ddl, walkDefinition } from './ddl.ts'
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
  t.skipRest()
  return ddl('alter', object === 'schema' ? 'database' : object, names)
}

const table = (t: Tokens) => {
  conditions(t)
  const names: Name[] = [t.tableName()]
  const found = walkDefinition(t, () => {
    const renamed = newName(t)
    if (renamed !== undefined) names.push(renamed)
    return t.done
  })
  const { tables, expressions, exchanged } = found
  return ddl('alter', 'table', [...names, ...exchanged], { tables, expressions })
}

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

import type { Renaming, Statement } from '@sluice/core/statement/command'
import { Unreadable } from '@sluice/reading/unreadable'
import { checkedPlainName } from '../names.ts'
import { account } from './account.ts'
import { conditions, ddl, ref } from './ddl.ts'
import type { Grammar, Tokens } from './tokens.ts'

const objects: ReadonlySet<string> = new Set(
  'table tables view database schema procedure function event trigger sequence server tablespace'.split(' '),
)

/** DROP of anything. */
export const drop: Grammar = (t) => {
  t.expect('drop')
  const temporary = t.take('temporary')
  if (t.take('prepare')) return { kind: 'deallocate', name: checkedPlainName(t.lowerName()) }
  const { word } = t.next()
  if (word === 'index') return index(t)
  if (word === 'user' || word === 'role') {
    conditions(t)
    return ddl(
      'drop',
      word,
      t.list(() => account(t)),
    )
  }
  if (!objects.has(word)) throw new Unreadable('what is dropped is not known')
  conditions(t)
  const names = t.list(() => t.tableName())
  t.skipRest()
  const object = word === 'tables' ? 'table' : word === 'schema' ? 'database' : word
  return ddl('drop', object, names, { temporary })
}

const index = (t: Tokens): Statement => {
  conditions(t)
  const name = t.is('primary') ? t.next().word : t.lowerName()
  t.expect('on')
  const on = t.tableName()
  t.skipRest()
  return ddl('drop', 'index', [[name]], { on: ref(on) })
}

/** TRUNCATE [TABLE] t */
export const truncate: Grammar = (t) => {
  t.expect('truncate')
  t.take('table')
  const name = t.tableName()
  t.takeAny('nowait')
  if (t.take('wait')) t.literal()
  return ddl('truncate', 'table', [name])
}

/** RENAME TABLE a TO b, c TO d; RENAME USER. */
export const rename: Grammar = (t) => {
  t.expect('rename')
  const object = t.takeAny('table', 'tables', 'user')
  if (object === undefined) throw new Unreadable('what is renamed is not known')
  conditions(t)
  const pairs = t.list(() => {
    const before = object === 'user' ? account(t) : t.tableName()
    if (t.take('wait')) t.literal()
    t.take('nowait')
    t.expect('to')
    return [before, object === 'user' ? account(t) : t.tableName()] as const
  })
  if (object === 'user') return { ...ddl('alter', 'user', pairs.flat()), called: 'rename user' }
  const renames = pairs.map(([from, to]): Renaming => ({ from, to, columns: new Map() }))
  return { ...ddl('alter', 'table', pairs.flat(), { renames }), called: 'rename table' }
}

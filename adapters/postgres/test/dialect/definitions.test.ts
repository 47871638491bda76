import { afterAll, expect, test } from '@jest/globals'
import { postgresDialect } from '../../src/dialect/dialect.ts'

const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

const column = (name: string) => ({ kind: 'column-ref', name: [name] })
const table = (...name: string[]) => ({ kind: 'table-ref', name })
const fill = (name: string, by: string) => ({ columns: [name], value: { name: [by] } })

/** A definition of more than names, and what it is read as. */
const definitions: readonly (readonly [sql: string, tree: object])[] = [
  [
    'alter table t alter a type int using f(b), add c int default g(), add foreign key (d) references r',
    {
      verb: 'alter',
      object: 'table',
      names: [['t']],
      tables: [table('r')],
      expressions: [],
      assignments: [fill('a', 'f'), fill('c', 'g')],
    },
  ],
  [
    'alter table t alter a set default f(), alter b set expression as (g()), add d int generated always as (h()) stored',
    { expressions: [], assignments: [fill('a', 'f'), fill('b', 'g'), fill('d', 'h')] },
  ],
  [
    'create table t (a int check (b) default f(), c int generated always as (g()) stored)',
    { expressions: [column('b')], assignments: [fill('a', 'f'), fill('c', 'g')] },
  ],
  [
    'alter table t detach partition s.p concurrently',
    { leaving: [{ part: ['s', 'p'], parent: ['t'] }], tables: [table('s', 'p')], relabels: [] },
  ],
  [
    'alter table t no inherit p',
    { leaving: [{ part: ['t'], parent: ['p'] }], tables: [table('p')], relabels: [] },
  ],
  ['alter table only t drop column a, drop b cascade', { relabels: ['a', 'b'] }],
  [
    'create schema s create table t (a int) create view v as select 1 from u',
    {
      names: [['s'], ['t'], ['v']],
      tables: [],
      elements: [{ names: [['s', 't']] }, { names: [['s', 'v']], query: { from: [table('u')] } }],
    },
  ],
  [
    'create schema s create table t (a int) create view v as select 1 from t',
    { elements: [{ names: [['s', 't']] }, { names: [['s', 'v']], query: { from: [table('s', 't')] } }] },
  ],
  [
    'create schema s create table t (a int) create view v as with t as (select 1) select 1 from t',
    { kind: 'opaque' },
  ],
]

test.each(definitions)('%s', async (sql, tree) => {
  const [read] = await dialect.read(sql, { standardConformingStrings: true })
  expect(read?.statement).toMatchObject(tree)
})

test('a column that is dropped with those of all that inherit is known by nothing else', async () => {
  const [read] = await dialect.read('alter table t drop column a', { standardConformingStrings: true })
  expect(read?.statement).not.toHaveProperty('relabels')
})

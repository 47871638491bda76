import { afterAll, describe, expect, test } from '@jest/globals'
import type { Statement } from '@sluice/core/statement/command'
import { type AnyNode, visit } from '@sluice/core/statement/walk'
import type { ParseResult } from 'libpg-query'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import { lower } from '../../src/dialect/lower/lower.ts'

const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

const read = async (sql: string): Promise<Statement> => {
  const [first] = await dialect.read(sql, { standardConformingStrings: true })
  if (first === undefined) throw new Error('nothing was read')
  return first.statement
}

const column = (...name: string[]) => ({ kind: 'column-ref', name })
const literal = { kind: 'literal', type: 'number' }
const call = (name: string, ...args: object[]) => ({ kind: 'call', name: ['pg_catalog', name], args })
const op = (name: string, ...operands: object[]) => ({ kind: 'operator', op: name, operands })

/** An expression and what it is read as. */
const expressions: readonly (readonly [sql: string, tree: object])[] = [
  ['a.b.c', column('a', 'b', 'c')],
  ['t.*', { kind: 'star', qualifier: ['t'] }],
  ['(c).email', { kind: 'field-select', operand: column('c'), field: 'email' }],
  ['(f(c)).*', { kind: 'field-select', field: '*' }],
  [
    'c.a[1:b].d',
    {
      kind: 'field-select',
      field: 'd',
      operand: { kind: 'subscript', operand: column('c', 'a'), indexes: [literal, column('b')] },
    },
  ],
  ['$2', { kind: 'param', index: 2 }],
  ['null', { kind: 'literal', type: 'null' }],
  ["b'1'", { kind: 'literal', type: 'bit' }],
  ['a::int[]', { kind: 'cast', operand: column('a'), type: ['pg_catalog', 'int4'], array: true }],
  ["date '2020-01-01'", { kind: 'cast', operand: { kind: 'literal', type: 'string' }, array: false }],
  ['a || b', op('||', column('a'), column('b'))],
  ['- a', op('-', column('a'))],
  ['a operator(evil.=) b', { ...op('=', column('a'), column('b')), schema: 'evil' }],
  ['a operator(evil.=) any (select 1)', { kind: 'subquery', mode: 'any', op: 'evil.=' }],
  ['a and b and not c', op('and', column('a'), column('b'), op('not', column('c')))],
  ['a not like b', op('not like', column('a'), column('b'))],
  ['a similar to b', op('similar to', column('a'), call('similar_to_escape', column('b')))],
  ['a not in (1, b)', op('not in', column('a'), literal, column('b'))],
  ['a between symmetric 1 and b', op('between symmetric', column('a'), literal, column('b'))],
  ['a is distinct from b', op('is distinct from', column('a'), column('b'))],
  ['a is not null', op('is not null', column('a'))],
  ['a is not true', op('is not true', column('a'))],
  ['a < all ($1)', op('< all', column('a'), { kind: 'param' })],
  ['a in (select b from t)', { kind: 'subquery', mode: 'any', op: '=', test: column('a') }],
  ['exists (select 1)', { kind: 'subquery', mode: 'exists' }],
  ['array(select 1)', { kind: 'subquery', mode: 'array' }],
  ['a collate "C"', op('collate', column('a'))],
  ['a at time zone b', call('timezone', column('b'), column('a'))],
  ['extract(year from a)', { kind: 'call', name: ['pg_catalog', 'extract'] }],
  [
    'case a when b then c else d end',
    {
      kind: 'case',
      subject: column('a'),
      // oxlint-disable-next-line unicorn/no-thenable -- THEN of CASE
      branches: [{ when: column('b'), then: column('c') }],
      otherwise: column('d'),
    },
  ],
  ['row(a, b.*)', { kind: 'row', fields: [column('a'), { kind: 'star' }] }],
  ['array[a, b]', { kind: 'array', elements: [column('a'), column('b')] }],
  ['coalesce(a, b)', call('coalesce', column('a'), column('b'))],
  ['"coalesce"(a)', { kind: 'call', name: ['coalesce'] }],
  ['greatest(a, b)', call('greatest', column('a'), column('b'))],
  ['nullif(a, b)', call('nullif', column('a'), column('b'))],
  ['current_user', call('current_user')],
  ['"current_user"', column('current_user')],
  ['grouping(a)', call('grouping', column('a'))],
  ['f(a, b => c)', { kind: 'call', name: ['f'], args: [column('a'), column('c')], argNames: [null, 'b'] }],
  ['f(variadic a)', { kind: 'call', name: ['f'], args: [column('a')] }],
  ['count(*)', { kind: 'call', star: true, args: [] }],
  [
    's.f(distinct a order by b desc) filter (where c)',
    {
      kind: 'call',
      name: ['s', 'f'],
      distinct: true,
      args: [column('a')],
      filter: column('c'),
      orderBy: [{ kind: 'sort-key', expression: column('b'), descending: true }],
    },
  ],
  ['percentile_cont(0.5) within group (order by a)', { kind: 'call', args: [literal, column('a')] }],
  [
    'sum(a) over (partition by b order by c rows $1 preceding)',
    {
      kind: 'call',
      over: {
        partitionBy: [column('b')],
        orderBy: [{ expression: column('c') }],
        bounds: [{ kind: 'param' }],
      },
    },
  ],
  ['sum(a) over w', { kind: 'call', over: { refersTo: 'w' } }],
  ['xmlelement(name a, xmlattributes(b as c), d)', call('xmlelement', column('b'), column('d'))],
  ['xmlforest(a, b as c)', call('xmlforest', column('a'), column('b'))],
  ['json_object(a : b, c : d)', call('json_object', column('a'), column('b'), column('c'), column('d'))],
  ['json_array(select a from t)', call('json_array', { kind: 'subquery', mode: 'array' })],
  [
    'json_arrayagg(a order by b)',
    { ...call('json_arrayagg', column('a')), orderBy: [{ expression: column('b') }] },
  ],
  [
    "json_value(a, '$' passing b as x default c on empty)",
    call('json_value', column('a'), {}, column('b'), column('c')),
  ],
  ['a is json object', op('is json', column('a'))],
]

describe('expressions:', () => {
  test.each(expressions)('%s', async (sql, tree) => {
    expect(await read(`select ${sql} from x`)).toMatchObject({ targets: [{ expression: tree }] })
  })
})

const table = (...name: string[]) => ({ kind: 'table-ref', name })

/** A statement and what it is read as. */
const statements: readonly (readonly [sql: string, tree: object])[] = [
  // Queries.
  [
    'select distinct on (a) b as c from s.t as u(x, y)',
    {
      distinct: true,
      distinctOn: [column('a')],
      targets: [{ alias: 'c' }],
      from: [{ ...table('s', 't'), alias: 'u', columnAliases: ['x', 'y'] }],
    },
  ],
  ['select distinct a from t', { distinct: true, distinctOn: [] }],
  [
    'select 1 from a join b using (x) as u',
    { from: [{ kind: 'join', type: 'inner', using: ['x'], usingAlias: 'u' }] },
  ],
  [
    'select 1 from (a natural left join b) as j(p)',
    {
      from: [{ kind: 'join', type: 'left', natural: true, alias: 'j', columnAliases: ['p'] }],
    },
  ],
  ['select 1 from a cross join b', { from: [{ kind: 'join', type: 'cross' }] }],
  [
    'select 1 from lateral (select 1) d(x)',
    { from: [{ kind: 'derived', lateral: true, alias: 'd', columnAliases: ['x'] }] },
  ],
  [
    'select 1 from f(a) with ordinality as g(x, y)',
    {
      from: [{ kind: 'function-table', ordinality: true, alias: 'g', columnAliases: ['x', 'y'] }],
    },
  ],
  [
    'select 1 from f() as t(a int, b text)',
    { from: [{ kind: 'function-table', columnAliases: ['a', 'b'] }] },
  ],
  [
    'select 1 from rows from (f(a), g(b) as (x int)) z',
    { from: [{ kind: 'function-table', calls: [{}, {}], alias: 'z' }] },
  ],
  [
    "select 1 from t, xmltable('/a' passing t.x columns c int path 'c' default t.d) z",
    {
      from: [
        {},
        { kind: 'function-table', calls: [call('xmltable', column('t', 'x'), {}, {}, column('t', 'd'))] },
      ],
    },
  ],
  [
    "select 1 from json_table(t.j, '$' columns (c int path '$.c', nested '$.d' columns (e int default t.f on empty))) z",
    {
      from: [{ kind: 'function-table', calls: [call('json_table', column('t', 'j'), column('t', 'f'))] }],
    },
  ],
  [
    'select 1 from t tablesample system (a) repeatable (b)',
    { from: [{ ...table('t'), sample: [column('a'), column('b')] }] },
  ],
  [
    'select 1 from t group by grouping sets ((a, b), rollup (c))',
    { groupBy: [column('a'), column('b'), column('c')] },
  ],
  [
    'select 1 from t window w as (v partition by a)',
    { windows: [{ name: 'w', refersTo: 'v', partitionBy: [column('a')] }] },
  ],
  ['select 1 from t for update of t skip locked', { locks: true }],
  [
    'select 1 from t order by a using ~<~ limit b offset c',
    {
      orderBy: [{ expression: column('a'), using: ['~<~'] }],
      limit: column('b'),
      offset: column('c'),
    },
  ],
  ['select 1 from t limit all', { kind: 'select' }],
  ['select a into temp n from t', { into: table('n') }],
  [
    'select 1 union all values (2) order by 1',
    {
      kind: 'set-operation',
      op: 'union',
      all: true,
      left: { kind: 'select' },
      right: { kind: 'values' },
      orderBy: [{}],
    },
  ],
  [
    'with recursive c(x) as (select 1) search breadth first by x set o select 1 from c',
    {
      with: { recursive: true, ctes: [{ name: 'c', columns: ['x'], extraColumns: true }] },
    },
  ],
  [
    'with d as (delete from t returning *) select 1 from d',
    { with: { ctes: [{ query: { kind: 'delete' } }] } },
  ],
  // Writes.
  [
    'insert into t (a, b[1]) values (default, 2)',
    {
      columns: ['a', 'b'],
      source: { kind: 'values', rows: [[{ kind: 'default' }, literal]] },
    },
  ],
  ['insert into t default values', { kind: 'insert', columns: [] }],
  [
    'insert into t as x values (1) on conflict (a, (lower(b))) where c do update set d = excluded.d where e',
    {
      target: { alias: 'x' },
      onConflict: {
        arbiter: [column('a'), { kind: 'call' }, column('c')],
        assignments: [{ columns: ['d'], value: column('excluded', 'd') }],
        where: column('e'),
      },
    },
  ],
  [
    'insert into t values (1) returning with (old as o, new as n) n.a',
    { returningNames: { old: 'o', new: 'n' } },
  ],
  [
    'update t set (a, b) = (select 1, 2), c = d, (e, f) = row(g, h) from u where i',
    {
      assignments: [
        { columns: ['a', 'b'], value: { kind: 'subquery', mode: 'scalar' } },
        { columns: ['c'], value: column('d') },
        { columns: ['e', 'f'], value: { kind: 'row' } },
      ],
      from: [table('u')],
    },
  ],
  ['update t set a[$1] = b', { assignments: [{ columns: ['a'] }] }],
  ['update t set a[b] = c', { kind: 'opaque' }],
  ['delete from t using u where current of c', { using: [table('u')], where: op('current of') }],
  [
    'merge into t using u on t.a = u.a when matched and u.b then update set c = u.c when not matched by source then delete when not matched then insert (d) values (u.d) returning merge_action(), t.*',
    {
      kind: 'merge',
      source: table('u'),
      actions: [
        { action: 'update', condition: column('u', 'b'), assignments: [{ columns: ['c'] }] },
        { action: 'delete' },
        { action: 'insert', columns: ['d'], values: [column('u', 'd')] },
      ],
      returning: [{ expression: call('merge_action') }, { expression: { kind: 'star' } }],
    },
  ],
  // Definitions.
  [
    'create temp table t (a int default f(), b int check (b > 1) references r, like l, exclude using gist (a with =) where (c)) inherits (p)',
    {
      verb: 'create',
      object: 'table',
      names: [['t']],
      temporary: true,
      tables: [table('r'), table('l'), table('p')],
      expressions: [{ kind: 'operator' }, column('c')],
      assignments: [{ columns: ['a'], value: { kind: 'call' } }],
    },
  ],
  [
    'create table t as select a from u',
    { names: [['t']], query: { targets: [{ expression: column('a') }] } },
  ],
  ['create table t as execute p', { kind: 'opaque' }],
  ['create materialized view s.v as select 1', { object: 'materialized view', names: [['s', 'v']] }],
  [
    'create or replace temp view v(a) as select 1',
    { object: 'view', temporary: true, query: { kind: 'select' } },
  ],
  [
    'create unique index i on s.t (lower(a), b) where c',
    {
      object: 'index',
      names: [
        ['s', 't'],
        ['s', 'i'],
      ],
      expressions: [{ kind: 'call' }, column('c')],
    },
  ],
  [
    'alter table t attach partition p for values from (1) to (f())',
    { tables: [table('p')], expressions: [literal, { name: ['f'] }] },
  ],
  [
    'alter table s.t rename to u',
    {
      verb: 'alter',
      names: [
        ['s', 't'],
        ['s', 'u'],
      ],
    },
  ],
  ['alter table t rename a to b', { object: 'table', names: [['t']] }],
  ['alter view v set schema s', { object: 'view', names: [['v'], ['s', 'v']] }],
  ['drop table a, s.b cascade', { verb: 'drop', object: 'table', names: [['a'], ['s', 'b']] }],
  ['drop trigger g on s.t', { object: 'trigger', names: [['s', 't'], ['g']] }],
  ['truncate a, b', { verb: 'truncate', names: [['a'], ['b']] }],
  ["comment on column s.t.c is 'x'", { verb: 'comment', object: 'column', names: [['s', 't']] }],
  [
    'create rule r as on insert to t do also insert into u select 1 from v',
    { names: [['t'], ['r']], on: table('t'), tables: [table('v')], targets: [table('u')] },
  ],
  [
    'create function s.f(a int default g()) returns int begin atomic select 1 from t; end',
    {
      object: 'function',
      names: [['s', 'f']],
      tables: [table('t')],
      expressions: [{ name: ['g'] }],
    },
  ],
  [
    'create policy p on t using (a) with check (b)',
    { names: [['t'], ['p']], expressions: [column('a'), column('b')] },
  ],
  ["create role r password 'x'", { verb: 'create', object: 'role', names: [['r']] }],
  ['refresh materialized view v', { verb: 'refresh', names: [['v']] }],
  ['grant select (a) on t to r', { kind: 'dcl', verb: 'grant', names: [['t']] }],
  ['revoke a from b', { kind: 'dcl', verb: 'revoke', names: [['a']] }],
  ['security label on table t is null', { kind: 'dcl', verb: 'security label', names: [['t']] }],
  // The session.
  ['start transaction read only', { kind: 'transaction', op: 'begin' }],
  ['rollback to savepoint s', { op: 'rollback to', name: 's' }],
  ["commit prepared 'x'", { op: 'commit prepared', name: 'x' }],
  ['set transaction isolation level serializable', { kind: 'transaction', op: 'set transaction' }],
  [
    'set session characteristics as transaction read only',
    {
      kind: 'set',
      name: 'session characteristics',
      value: ['transaction_read_only 1'],
    },
  ],
  ['set local Search_Path to "A", b', { kind: 'set', name: 'search_path', local: true, value: ['A', 'b'] }],
  ["set time zone 'UTC'", { name: 'timezone', value: ['UTC'] }],
  ['set role none', { name: 'role', value: ['none'] }],
  ["set session authorization 'x'", { name: 'session_authorization', value: ['x'] }],
  ['reset all', { kind: 'set', name: 'all' }],
  ['show time zone', { kind: 'show', name: 'timezone' }],
  ['discard temp', { kind: 'discard', target: 'temp' }],
  ['prepare p(int) as select $1', { kind: 'prepare', name: 'p', statement: { kind: 'select' } }],
  ['execute p(a + 1)', { kind: 'execute', name: 'p', args: [{ op: '+' }] }],
  ['deallocate all', { kind: 'deallocate' }],
  ['declare c cursor with hold for select 1', { kind: 'declare-cursor', name: 'c', hold: true }],
  ['declare c scroll cursor for select 1', { hold: false }],
  ['move all in c', { kind: 'fetch', cursor: 'c', move: true }],
  ['close all', { kind: 'close-cursor' }],
  ['unlisten *', { kind: 'notification', op: 'unlisten', channel: '*' }],
  ["notify c, 'x'", { op: 'notify', channel: 'c' }],
  // The server.
  ['copy t (a) from stdin', { kind: 'copy', direction: 'in', columns: ['a'], via: 'client', format: 'text' }],
  [
    "copy (select 1) to program 'x' (format csv, delimiter ';', force_quote (a, b))",
    {
      direction: 'out',
      via: 'program',
      format: 'csv',
      options: { delimiter: ';', force_quote: 'a,b' },
      query: { kind: 'select' },
    },
  ],
  ["copy t to '/x' csv header", { via: 'file', format: 'csv', options: { header: 'true' } }],
  ['explain (analyze off, verbose) select 1', { kind: 'explain', analyze: false }],
  ['explain analyze delete from t', { analyze: true, statement: { kind: 'delete' } }],
  ['explain (analyze 0) select 1', { analyze: true }],
  ['do language plpython3u $$ x $$', { kind: 'do', language: 'plpython3u', body: ' x ' }],
  ['do $$ y $$', { language: 'plpgsql', body: ' y ' }],
  ['call s.p(a => 1)', { kind: 'call-procedure', call: { name: ['s', 'p'], argNames: ['a'] } }],
  ['lock table a, b in share mode', { kind: 'lock', tables: [table('a'), table('b')] }],
  ['vacuum full t', { kind: 'maintenance', verb: 'vacuum', tables: [table('t')] }],
  ['analyze t(a)', { verb: 'analyze' }],
  ["load 'x'", { verb: 'load' }],
  ['alter system set a = 1', { verb: 'alter system' }],
]

describe('statements:', () => {
  test.each(statements)('%s', async (sql, tree) => {
    expect(await read(sql)).toMatchObject(tree)
  })

  test('LIMIT ALL is no limit, RESET has no value, DISTINCT no expressions', async () => {
    expect(await read('select 1 from t limit all')).not.toHaveProperty('limit')
    expect(await read('reset role')).not.toHaveProperty('value')
  })

  test('no node of them is left out of the walk', async () => {
    const kinds = new Set<string>()
    for (const [sql] of [...statements, ...expressions.map(([text]) => [`select ${text} from x`] as const)]) {
      const statement = await read(sql)
      const walked = new Set<unknown>()
      visit(statement, (node: AnyNode) => {
        walked.add(node)
        kinds.add(node.kind)
      })
      const open: unknown[] = [statement]
      while (open.length > 0) {
        const value = open.pop()
        if (typeof value !== 'object' || value === null) continue
        if ('kind' in value) expect(walked.has(value)).toBe(true)
        open.push(...Object.values(value))
      }
    }
    expect(kinds.size).toBeGreaterThan(50)
  })
})

const tree = (stmt: object) => ({ stmts: [{ stmt }] }) as ParseResult

describe('the lowering is an allow-list:', () => {
  const source = { text: '', literals: false, slots: [], naming: 'utf8' as const, major: 18 }
  const select = (fields: object) =>
    tree({ SelectStmt: { op: 'SETOP_NONE', limitOption: 'LIMIT_OPTION_DEFAULT', ...fields } })
  const target = (val: object) => select({ targetList: [{ ResTarget: { val } }] })

  test.each([
    ['a statement', tree({ ShinyStmt: {} }), '`ShinyStmt` is not known'],
    ['a field of a statement', select({ shiny: true }), '`SelectStmt.shiny`'],
    ['an expression', target({ ShinyExpr: {} }), '`ShinyExpr` is not known'],
    ['a field of an expression', target({ ColumnRef: { fields: [], shiny: 1 } }), '`ColumnRef.shiny`'],
    [
      'a kind of operator',
      target({ A_Expr: { kind: 'AEXPR_SHINY', name: [{ String: { sval: '=' } }] } }),
      'AEXPR_SHINY',
    ],
    ['a kind of subquery', target({ SubLink: { subLinkType: 'SHINY' } }), 'SHINY'],
    ['an item of FROM', select({ fromClause: [{ ShinyTable: {} }] }), '`ShinyTable` in FROM'],
    ['an inherited property', target({ constructor: {} }), '`constructor` is not known'],
    ['a node without a type', target({}), 'without a type'],
    [
      'a second statement',
      { stmts: [...(select({}).stmts ?? []), ...(select({}).stmts ?? [])] },
      'number of statements',
    ],
    ['no statement', {}, 'number of statements'],
  ] as [what: string, parsed: ParseResult, reason: string][])(
    '%s that is not known',
    (_what, parsed, reason) => {
      expect(() => lower(parsed, source, 100)).toThrow(reason)
    },
  )

  test('the depth of a tree is limited', () => {
    const nested = (depth: number): object =>
      depth === 0 ? { A_Const: { isnull: true } } : { CoalesceExpr: { args: [nested(depth - 1)] } }
    expect(() => lower(target(nested(97)), source, 100)).not.toThrow()
    expect(() => lower(target(nested(98)), source, 100)).toThrow('treeDepth')
  })
})

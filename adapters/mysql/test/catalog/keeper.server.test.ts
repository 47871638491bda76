import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog, Column, End, StandingMove } from '@sluice/core/catalog/catalog'
import { labelColumn } from '@sluice/core/detect/label-column'
import { isColumn } from '@sluice/core/flow/moves'
import { CatalogUnavailable } from '@sluice/gateway/catalog/keeper'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import { openDriver } from '../../src/catalog/driver.ts'
import { CatalogKeeper } from '../../src/catalog/keeper.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'

const SCHEMA = `
create database shop; create database Vault; use shop;
create table customers (id int primary key, Name varchar(40) not null, EMAIL varchar(80) comment 'where we write to',
  ssn char(11), note text comment 'sluice: pii.address', doc json, mood enum('good', 'bad'),
  domain varchar(80) as (substring_index(email, '@', -1)) stored, looked varchar(80) as (upper(email)) virtual);
create table Vault.Secrets (id int, token varchar(80));
create table unlisted (id int invisible auto_increment primary key, invisible_too int, x int as (id + 1) virtual invisible,
  seen timestamp invisible default now() on update now(), w int invisible without system versioning) with system versioning;
create view unlisted_v as select *, w from unlisted;
create sequence numbers;
create function same(x varchar(80)) returns varchar(80) deterministic return lower(x);
create function calls_same(x varchar(80)) returns varchar(80) deterministic return concat(same(x), 'y');
create function mail_of(x int) returns varchar(80) reads sql data return (select email from customers where id = x);
create procedure wipe() delete from shop.customers;
create procedure dynamic(q text) begin prepare s from q; execute s; end;
create table audit (id int, what text, noise text);
create table listless (anything text);
create trigger copies after insert on customers for each row insert into audit (id, what) values (new.id, new.email);
create trigger calls after delete on customers for each row call archive();
create table timed (seen text);
create event collects on schedule every 1 year starts '2037-01-01' do call collect();
create procedure collect() insert into timed (seen) select token from Vault.Secrets;
create procedure archive() insert into listless select ssn from customers;
create view mails as select id, email as mail, upper(name) loud from customers where ssn like '1%';
create view mails2 as select mail, concat(mail, loud) both_ from mails;
create view called as select same(email) s, mail_of(id) m from customers;
create function takes() returns int modifies sql data begin insert into audit (id) values (1); return 1; end;
create view taken as select takes() n;
create function peeks() returns int reads sql data return (select max(n) from taken);
create view peeked as select peeks() n;
create algorithm = temptable view other as select token from Vault.Secrets;
create view cases as select case when c.id > 1 then 'x''y\\\\z' else c.name end k, cast(c.id as char) s,
  (select count(*) from numbers) n, c.id between 1 and 2 b, c.doc->>'$.a' j
  from customers c left join Vault.Secrets t on t.id = c.id where c.name like 'A%' and c.id in (1, 2) order by 1 limit 3;
`.replace("c.doc->>'$.a' j", "json_value(c.doc, '$.a') j")

let server: RunningMariadb
let admin: Connection
let dialect: MysqlDialect
let keeper: CatalogKeeper
let catalog: Catalog

const connect = () => ({ socketPath: server.socket, user: 'root' })

const column = (schema: string, relation: string, name: string): Column | undefined =>
  catalog.relation(schema, relation)?.columns.find((c) => c.name === name)

const labels = (schema: string, relation: string, name: string): readonly string[] | undefined =>
  column(schema, relation, name)?.labels.map((label) => label.name)

const sources = (relation: string, name: string): string => {
  const from = column('shop', relation, name)?.derivedFrom
  if (from === undefined || from.unknown) return 'unknown'
  const names = from.sources.filter((c) => c.derivedFrom === undefined).map((c) => c.name)
  return `${from.direct ? '=' : '~'} ${names.join()}`
}

const places = (relation: string): readonly string[] | undefined =>
  catalog.relation('shop', relation)?.columns.map((c) => `${c.name}${c.hidden ? ' hidden' : ''}`)

const endText = (end: End): string =>
  isColumn(end) ? `${end.relation.name}.${end.name}` : `? ${end.table}.${end.column ?? '*'}`

const line = ({ source, target }: StandingMove): string => `${endText(source)} > ${endText(target)}`

const run = hasMariadb ? describe : describe.skip

run('the catalog of MariaDB', () => {
  beforeAll(async () => {
    server = await startMariadb({ accounts: true })
    admin = await createConnection({ ...connect(), multipleStatements: true })
    await admin.query(SCHEMA)
    dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
    keeper = new CatalogKeeper({
      connect,
      database: 'shop',
      dialect,
      labeller: ({ schema, relation, name, type, comment }) =>
        labelColumn({ schema, table: relation, name, type, comment }),
    })
    await keeper.start()
    catalog = await keeper.settled()
  }, 60_000)

  afterAll(async () => {
    await keeper.close()
    await dialect.close()
    await admin.end()
    await server.stop()
  }, 60_000)

  test('tells what triggers, events and routines bring where', () => {
    const standing = (catalog.standing ?? []).map(line)
    expect(standing).toContain('customers.email > audit.what')
    expect(standing).toContain('customers.ssn > listless.anything')
    expect(standing).toContain('Secrets.token > timed.seen')
    expect(standing.join()).not.toMatch(/audit\.noise|audit\.id,|> customers\.id/)
    const code = catalog.code?.('shop', 'archive')
    expect(code?.moves.map(line)).toEqual(['customers.ssn > listless.anything'])
    expect(code?.writes.map(endText)).toEqual(['customers.ssn', 'listless.anything'])
    expect(catalog.code?.('shop', 'nothing')).toBeUndefined()
  })

  test('a routine does what the views do that it reads', async () => {
    const effects = ['takes', 'peeks', 'mail_of', 'calls_same'].map(
      (name) => catalog.routines('shop', name)[0]?.effect,
    )
    expect(effects).toEqual(['writes', 'writes', 'reads', 'pure'])
    expect(catalog.relation('shop', 'peeked')?.functions).toEqual([
      expect.objectContaining({ effect: 'writes' }),
    ])
    const [before] = await admin.query('select count(*) n from shop.audit')
    await admin.query('select shop.peeks()')
    const [after] = await admin.query('select count(*) n from shop.audit')
    await admin.query('delete from shop.audit')
    expect([before, after]).toEqual([[{ n: 0 }], [{ n: 1 }]])
  })

  test('tables have their columns, by names in lower case', () => {
    expect(catalog.relation('shop', 'customers')?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(
      [
        'id int(11)',
        'name varchar(40)',
        'email varchar(80)',
        'ssn char(11)',
        'note text',
        'doc json',
        "mood enum('good','bad')",
        'domain varchar(80)',
        'looked varchar(80)',
      ],
    )
    expect(catalog.relation('Vault', 'Secrets')?.type).toBe('table')
    expect(catalog.relation('vault', 'secrets')).toBeUndefined()
    expect(catalog.relation('shop', 'numbers')?.type).toBe('table')
  })

  test('columns without a place are known as such, and a view of them has what it shows', () => {
    expect(places('unlisted')).toEqual(['id hidden', 'invisible_too', 'x hidden', 'seen hidden', 'w hidden'])
    expect(places('unlisted_v')).toEqual(['invisible_too', 'w'])
    expect(sources('unlisted_v', 'w')).toBe('= w')
  })

  test('columns are labelled by name, and by their comments', () => {
    expect(labels('shop', 'customers', 'email')).toContain('pii.email')
    expect(labels('shop', 'customers', 'note')).toContain('pii.address')
    expect(labels('shop', 'customers', 'id')).toEqual([])
  })

  test.each([
    ['mails', 'id', '= id'],
    ['mails', 'mail', '= email'],
    ['mails', 'loud', '~ name'],
    ['mails2', 'mail', '= email'],
    ['mails2', 'both_', '~ email,name'],
    ['called', 's', '~ email'],
    ['called', 'm', 'unknown'],
    ['other', 'token', '= token'],
    ['cases', 'k', '~ id,name'],
    ['cases', 's', '~ id'],
    ['cases', 'j', '~ doc'],
    ['customers', 'domain', '~ email'],
    ['customers', 'looked', '~ email'],
  ])('%s.%s comes %s', (relation, name, expected) => {
    expect(sources(relation, name)).toBe(expected)
  })

  test('what decides which rows a view has is known', () => {
    expect(catalog.relation('shop', 'mails')?.conditions?.map(({ name }) => name)).toEqual(['ssn'])
  })

  test.each([
    ['same', 'pure'],
    ['calls_same', 'pure'],
    ['mail_of', 'reads'],
    ['wipe', 'writes'],
    ['dynamic', 'unknown'],
  ])('calling %s: %s', (name, effect) => {
    expect(catalog.routines('shop', name).map((routine) => routine.effect)).toEqual([effect])
  })

  test.each([
    ['information_schema', 'PROCESSLIST', 'info', 'internal.query'],
    ['information_schema', 'processlist', 'info_binary', 'internal.query'],
    ['INFORMATION_SCHEMA', 'USER_VARIABLES', 'variable_value', 'internal.sample'],
    ['performance_schema', 'events_statements_history', 'sql_text', 'internal.query'],
    ['performance_schema', 'threads', 'processlist_info', 'internal.query'],
    ['mysql', 'column_stats', 'min_value', 'internal.sample'],
    ['mysql', 'global_priv', 'priv', 'secret.password-hash'],
    ['mysql', 'user', 'authentication_string', 'secret.password-hash'],
    ['mysql', 'general_log', 'argument', 'internal.query'],
    ['sys', 'processlist', 'current_statement', 'internal.query'],
    ['sys', 'x$statement_analysis', 'query', 'internal.query'],
  ])('%s.%s.%s is labelled %s from the start', (schema, relation, name, label) => {
    expect(labels(schema, relation, name)).toEqual([label])
  })

  test('what did not change is the very same catalog; a change makes another, with the ids that were', async () => {
    keeper.invalidate()
    expect(await keeper.settled()).toBe(catalog)
    const before = catalog.relation('shop', 'customers')
    await admin.query('create table shop.later (phone varchar(20))')
    expect(keeper.current()?.relation('shop', 'later')).toBeUndefined()
    keeper.invalidate()
    expect(keeper.current()).toBeUndefined()
    const after = await keeper.settled()
    expect(after.relation('shop', 'later')?.columns[0]?.labels[0]?.name).toBe('pii.phone')
    expect(after.relation('shop', 'customers')?.id).toBe(before?.id)
    expect(after.relationById(before?.id ?? 0)?.name).toBe('customers')
  })

  test('a server that is not there: no catalog', async () => {
    const lost = new CatalogKeeper({
      connect: () => ({ socketPath: `${server.socket}.none`, user: 'root' }),
      database: 'shop',
      dialect,
      labeller: () => [],
      tries: 1,
    })
    await lost.start()
    expect(lost.current()).toBeUndefined()
    await expect(lost.settled()).rejects.toThrow(CatalogUnavailable)
    await lost.close()
  })

  test('a server without TLS, where TLS is wanted, is told with what to do', async () => {
    await expect(openDriver({ ...connect(), ssl: {} })).rejects.toThrow(
      /does not offer TLS; set `tls: disable`/,
    )
  })
})

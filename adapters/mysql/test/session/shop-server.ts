import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { governedBy, type HeldJournal, instantJournal } from '@sluice/testkit/governed'
import { type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { shopCatalog } from '../analysis/shop.ts'
import { type Through, through } from './through.ts'

/** Personal data is masked, everything is allowed. */
export const maskPii = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: { default: redact } }
`

const SCHEMA = `
create database shop; use shop;
create table customers (id int primary key, name varchar(100), email varchar(100) default 'none@example.com',
  ssn varchar(100), doc varchar(100), city varchar(100), credit varchar(100));
insert into customers values (1, 'Ana', 'ana@example.com', '123-45-6789', '{}', 'Lima', '10'),
  (2, 'Bo', 'bo@example.com', '987-65-4321', null, 'Oslo', '20');
create table orders (id int primary key auto_increment, customer_id int, total int, note varchar(100) unique,
  created_at datetime);
insert into orders values (1, 1, 10, 'x', now()), (2, 2, 20, 'y', now());
create table big as select seq as id, repeat('x', 100) as note from seq_1_to_50000;
create view customer_v as select id, email as mail, upper(name) as loud from customers;
create procedure two() begin select 1 as a; select 2 as b; end;
create procedure leak() select email from customers;
`

/** A shop on a real server, and gateways in front of it. */
export type Shop = {
  readonly server: RunningMariadb
  readonly dialect: MysqlDialect
  /** What was recorded by the gateway last asked for. */
  readonly journal: () => HeldJournal
  readonly gate: (
    policy?: string,
    change?: (governance: Governance) => Governance,
    who?: (user: string) => SessionIdentity,
  ) => Promise<Through>
  /** A connection to the server itself. */
  readonly direct: () => Promise<Connection>
  readonly close: () => Promise<void>
}

/** Starts the server and fills the shop. */
export const openShop = async (): Promise<Shop> => {
  const server = await startMariadb()
  const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  const catalog = await shopCatalog(dialect)
  const direct = (): Promise<Connection> =>
    createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
  const admin = await direct()
  await admin.query(SCHEMA)
  await admin.end()
  let journal = instantJournal()
  const gates: Through[] = []
  return {
    server,
    dialect,
    direct,
    journal: () => journal,
    gate: async (policy, change = (same) => same, who) => {
      journal = instantJournal()
      const by = { dialect, traits: mysqlTraits, catalog, audit: journal }
      const governance = governedBy(policy === undefined ? by : { ...by, policy })
      const gate = await through(server.socket, change(governance), who)
      gates.push(gate)
      return gate
    },
    close: async () => {
      for (const gate of gates) gate.close()
      await dialect.close()
      await server.stop()
    },
  }
}

/** A client of a gateway. */
export const clientOf = (gate: Through, options: ConnectionOptions = {}): Promise<Connection> =>
  createConnection({ host: '127.0.0.1', port: gate.port, user: 'ana', database: 'shop', ...options })

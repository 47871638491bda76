import type { CertifiedKey } from '@sluice/testkit/certificates'
import { type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { startMysql } from '@sluice/testkit/mysql-server'
import type { UnpackedServer } from '@sluice/testkit/server-binaries'

/** As whom the gateway logs in, and a test directly. */
export const LOGIN = 'dba'
/** Its password. */
export const PASSWORD: string = `${LOGIN}-secret`
/** The one database. */
export const DATABASE = 'shop'

/** A server that tests run in front of, and what it has that others do not. */
export type ServerVersion = {
  readonly name: UnpackedServer
  readonly system: 'mysql' | 'mariadb'
  /** What `version()` begins with. */
  readonly version: RegExp
  readonly start: (certificate: CertifiedKey) => Promise<RunningMariadb>
  /** Statements before all others; then the account. */
  readonly before: string
  /** How accounts prove themselves, each with how one is given its password; the first is that of `LOGIN`. */
  readonly plugins: readonly (readonly [plugin: string, identified: string])[]
  /** Columns of types that only this one has, and their values. */
  readonly columns: readonly string[]
  readonly values: readonly string[]
  /** Calls of functions that older versions do not have. */
  readonly functions: readonly string[]
  /** What the account is told of which the gateway does not speak the plugin, and how it is made. */
  readonly foreign?: readonly [plugin: string, identified: string]
}

const mariadb = (
  name: 'MariaDB 10.5' | 'MariaDB 11.8',
  more: Pick<ServerVersion, 'columns' | 'values' | 'functions'> & Partial<ServerVersion>,
): ServerVersion => ({
  name,
  system: 'mariadb',
  version: new RegExp(`^${name.slice('MariaDB '.length).replace('.', '\\.')}\\.\\d+-MariaDB`),
  start: (certificate) => startMariadb({ version: name, accounts: true, certificate }),
  before: "INSTALL SONAME 'auth_ed25519';",
  plugins: [
    ['mysql_native_password', `VIA mysql_native_password USING PASSWORD('${PASSWORD}')`],
    ['ed25519', `VIA ed25519 USING PASSWORD('${PASSWORD}')`],
  ],
  ...more,
})

/** Every server that the tests unpack. */
export const serverVersions: readonly ServerVersion[] = [
  mariadb('MariaDB 10.5', { columns: ['an_inet6 inet6'], values: ["'2001:db8::77'"], functions: [] }),
  mariadb('MariaDB 11.8', {
    before: "INSTALL SONAME 'auth_ed25519'; INSTALL SONAME 'auth_parsec';",
    columns: ['an_inet6 inet6', 'an_inet4 inet4', 'a_uuid uuid', 'a_vector vector(3)'],
    values: [
      "'2001:db8::77'",
      "'192.0.2.77'",
      "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
      "vec_fromtext('[1,2.5,-3]')",
    ],
    functions: [
      "vec_totext(vec_fromtext('[1, 2]'))",
      ...['euclidean', 'cosine'].map(
        (how) => `vec_distance_${how}(vec_fromtext('[1]'), vec_fromtext('[2]'))`,
      ),
      'uuid_v4(), uuid_v7()',
      `json_key_value('{"a": 1}', '$'), json_object_to_array('{"a": 1}')`,
      `json_object_filter_keys('{"a": 1}', '["a"]')`,
    ],
    foreign: ['parsec', `VIA parsec USING PASSWORD('${PASSWORD}')`],
  }),
  {
    name: 'MySQL 9',
    system: 'mysql',
    version: /^9\./,
    start: startMysql,
    before: "INSTALL COMPONENT 'file://component_query_attributes';",
    plugins: [
      ['caching_sha2_password', `WITH caching_sha2_password BY '${PASSWORD}'`],
      ['sha256_password', `WITH sha256_password BY '${PASSWORD}'`],
    ],
    columns: ['a_vector vector(3)'],
    values: ["to_vector('[1, 2.5, -3]')"],
    functions: [
      "vector_to_string(string_to_vector('[1, 2]')), from_vector(to_vector('[1, 2]'))",
      "vector_dim(to_vector('[1, 2]')), etag(1, 2)",
    ],
  },
]

/** Accounts by their plugin: `LOGIN`, and those named after the others. */
export const accountOf = ({ plugins }: ServerVersion, plugin: string): string =>
  plugins[0]?.[0] === plugin ? LOGIN : plugin

/** Fills a new server. */
export const setup = (server: ServerVersion): string => {
  const { before, plugins, foreign, columns, values } = server
  const accounts = [...plugins, ...(foreign === undefined ? [] : [foreign])].map(([plugin, identified]) => {
    const name = accountOf(server, plugin)
    return `CREATE USER ${name}@'%' IDENTIFIED ${identified}; GRANT ALL ON *.* TO ${name}@'%';`
  })
  return `${before} ${accounts.join(' ')}
CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4; USE ${DATABASE};
CREATE TABLE customers (id int PRIMARY KEY, email varchar(100) NOT NULL, phone varchar(40), date_of_birth date, notes json,
  shout varchar(100) GENERATED ALWAYS AS (concat('it''s ', upper(email))) STORED,
  tag varchar(100) GENERATED ALWAYS AS (concat('it''s \\\\', id)) VIRTUAL);
INSERT INTO customers (id, email, phone, date_of_birth, notes)
  VALUES (1, 'sentinel.one@shop.example', '+49305551001', '1970-01-02', '{"note": "fine", "of": [1, null]}'),
  (2, 'sentinel.two@shop.example', NULL, '1970-01-03', NULL);
CREATE TABLE unlisted (id int INVISIBLE, email varchar(100), note varchar(40));
INSERT INTO unlisted (id, email, note) SELECT id, email, 'fine' FROM customers;
CREATE TABLE beside (k int UNIQUE INVISIBLE DEFAULT 1, b varchar(100), c varchar(100));
CREATE VIEW contacts AS SELECT id, email AS contact, upper(phone) AS \`call\` FROM customers;
CREATE VIEW contacts_of_contacts AS SELECT contact AS c FROM contacts;
CREATE ALGORITHM = TEMPTABLE VIEW kept_contacts AS SELECT email AS contact FROM customers;
CREATE FUNCTION whisper(given varchar(100)) RETURNS varchar(100) DETERMINISTIC NO SQL RETURN lower(given);
CREATE PROCEDURE two(IN a int, OUT b int) BEGIN SELECT a AS first; SELECT a + 1 AS second, 'x' AS more; SET b = a + 2; END;
CREATE TABLE every_type (
  a_tinyint tinyint, a_bigint bigint unsigned, a_float float, a_double double, a_decimal decimal(30, 9), a_bit bit(12),
  a_year year, a_date date, a_time time(6), a_datetime datetime(3), a_timestamp timestamp(6), a_char char(6),
  a_varchar varchar(40), a_text text, a_binary binary(4), a_blob blob, an_enum enum('red', 'blue'), a_set set('x', 'y'),
  a_json json, a_point point, a_null varchar(10), ${columns.join(', ')}
);
INSERT INTO every_type VALUES (-128, 18446744073709551615, 1.5, 1e-300, 12345678901234567890.123456789, b'101010101010', 2071,
  '2020-02-29', '-838:59:58.999999', '2020-02-29 01:02:03.456', '2020-02-29 01:02:03.456789', 'fixed', 'äöü ☃ '' "', 'text',
  x'00ff10', x'00ff1002', 'blue', 'x,y', '{"b": [1, null, "x"], "a": 1.50}', point(1, 2.5), NULL, ${values.join(', ')});`
}

const copied = "INSERT INTO beside SELECT email, 'x' FROM customers LIMIT 1"
const besideRead = 'SELECT concat(b) AS b, concat(c) AS c FROM beside'

/** Writes by place beside a column that is INVISIBLE, and where the values are then. */
export const besideHidden: Readonly<
  Record<'mysql' | 'mariadb', { readonly writes: readonly string[]; readonly reads: readonly string[] }>
> = {
  mariadb: { writes: [copied], reads: [besideRead] },
  mysql: {
    writes: [
      copied,
      'DELETE FROM beside',
      "INSERT INTO beside SELECT 'x', 'x'",
      "INSERT INTO beside VALUES ((SELECT max(email) FROM customers), 'y') AS n (p, q) ON DUPLICATE KEY UPDATE c = p",
      'SET sql_generate_invisible_primary_key = ON',
      'CREATE TABLE keyless (b varchar(100), c varchar(100)); INSERT INTO keyless SELECT email, 1 FROM customers',
      'CREATE TABLE keyless_too AS SELECT 1, email AS b, 2 FROM customers',
    ],
    reads: [besideRead, 'SELECT concat(b) FROM keyless', 'SELECT concat(b) FROM keyless_too'],
  },
}

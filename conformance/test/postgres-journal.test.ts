import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type OtlpSink, startOtlpSink } from '@sluice/testkit/otlp-sink'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { MAIL, recordedSecret, SECRET } from '../harness/recorded-secret.ts'
import { shopSchema } from '../harness/shop.ts'

const policy = `
version: 1
rules:
  - { id: use, effect: allow, when: "statement.opaque == '' || 'admins' in principal.groups" }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact, unless: "'dpo' in principal.groups" }
`

/** Where a literal could become a name, or stand in a reason. */
const texts = [
  `SELECT '${SECRET}'`,
  `SELECT '${SECRET}'::text, E'${SECRET}', $$${SECRET}$$, $a$${SECRET}$a$, U&'${SECRET}', B'1', '${SECRET}' || name FROM customers`,
  `SELECT '${SECRET}'::integer`,
  `SELECT * FROM (VALUES ('${SECRET}')) AS v`,
  `SELECT '${SECRET}' UNION SELECT name FROM customers`,
  `SELECT json_build_object('${SECRET}', 1), xmlelement(name a, '${SECRET}')`,
  `SELECT FROM '${SECRET}'`,
  `SELECT '${SECRET}`,
  `SELECT $$${SECRET}`,
  `SELECT '${SECRET}' nonsense nonsense`,
  `SELECT date '${SECRET}', interval '${SECRET}' day`,
  `EXPLAIN SELECT '${SECRET}'`,
  `PREPARE p AS SELECT '${SECRET}'; EXECUTE p; DEALLOCATE p`,
  `BEGIN; DECLARE c CURSOR FOR SELECT '${SECRET}'; FETCH c; ROLLBACK`,
  `DO $$BEGIN RAISE EXCEPTION '${SECRET}'; END$$`,
  `DO $$BEGIN ${SECRET}$$`,
  `SET application_name = '${SECRET}'`,
  `COMMENT ON TABLE customers IS '${SECRET}'`,
  `ALTER ROLE nobody PASSWORD '${SECRET}'`,
  `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT ''${SECRET}'''`,
  `COPY (SELECT '${SECRET}') TO STDOUT`,
  `SELECT set_config('search_path', '${SECRET}', false), current_setting('${SECRET}', true)`,
  `SELECT * FROM customers WHERE name = '${SECRET}' LIMIT '${SECRET}'`,
]

/** What is no literal as it is written: where PostgreSQL wants a string, the value of a setting, a string as other databases quote it. */
const unquoted = [
  `ALTER USER joe PASSWORD "${SECRET}"`,
  `ALTER USER joe WITH ENCRYPTED PASSWORD ${SECRET} VALID UNTIL "2030-01-01"`,
  `CREATE ROLE joe LOGIN PASSWORD "${SECRET}"`,
  `CREATE USER joe IDENTIFIED BY "${SECRET}"`,
  `GRANT ALL ON customers TO joe IDENTIFIED BY ${SECRET}`,
  `CREATE USER MAPPING FOR joe SERVER s OPTIONS (user 'joe', password "${SECRET}")`,
  `CREATE SUBSCRIPTION s CONNECTION "host=h password=${SECRET}" PUBLICATION p`,
  `SET app.token = ${SECRET}`,
  `SET LOCAL app.token TO "${SECRET}", ${SECRET}`,
  `SET SESSION "app"."token" = ${SECRET} ${SECRET}`,
  `SET PASSWORD FOR joe = "${SECRET}"`,
  `SET @token := "${SECRET}"`,
  `ALTER ROLE joe SET app.token TO ${SECRET}`,
  `ALTER ROLE joe IN DATABASE postgres SET app.token = "${SECRET}"`,
  `ALTER DATABASE postgres SET app.token TO ${SECRET}`,
  `ALTER SYSTEM SET app.token = ${SECRET}`,
  `ALTER FUNCTION f(text) SET search_path TO public SET app.token TO ${SECRET}`,
  `CREATE FUNCTION f() RETURNS text SET app.token = ${SECRET} LANGUAGE sql AS 'SELECT 1'`,
  `SELECT name FROM customers WHERE email = "${MAIL}"`,
  `SELECT name AS "${MAIL}" FROM customers`,
  `SELECT name AS U&"${MAIL.replace('@', '!0040')}" UESCAPE '!' FROM customers`,
  `SELECT * FROM "${MAIL}"`,
  `SELECT "${MAIL}"(1)`,
  `CREATE TABLE "${MAIL}" ("${MAIL}" integer)`,
  `PREPARE "${MAIL}" AS SELECT 1`,
]

let server: RunningPostgres
let sink: OtlpSink
let gateway: TestGateway

beforeAll(async () => {
  server = await postgresWith(shopSchema)
  sink = await startOtlpSink()
  gateway = await startGateway({ upstream: server, database: 'postgres', telemetry: sink.url, policy })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await sink?.close()
  await server?.stop()
})

test('INVARIANT (secrets-stay-out): no literal is in the record, nor in a span, as a name or in a reason', async () => {
  for (const login of ['ana', 'dora']) {
    const client = new pg.Client(gateway.connection(login))
    client.on('error', () => undefined)
    await client.connect()
    for (const text of [...texts, ...unquoted]) {
      await client.query(text).catch(() => undefined)
      await client.query({ text, values: [] }).catch(() => undefined)
    }
    await client.end()
  }
  const { spans, found } = await recordedSecret(gateway, sink, 'postgres', 2)
  expect(spans).toBeGreaterThan(texts.length + unquoted.length)
  expect(found).toEqual([])
}, 60_000)

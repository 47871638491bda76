/**
 * How values get, or stay, somewhere by definitions alone, and where they are found then. Inside of bodies `@` stands
 * for a semicolon.
 */
export const definitionWays: readonly (readonly [string, string, string])[] = [
  [
    'a part that is detached',
    'INSERT INTO parted SELECT id, email FROM customers; ALTER TABLE parted DETACH PARTITION parted_one',
    'SELECT x FROM parted_one',
  ],
  [
    'a part that is detached concurrently',
    'INSERT INTO parted SELECT id, email FROM customers; ALTER TABLE parted DETACH PARTITION parted_one CONCURRENTLY',
    'SELECT x FROM parted_one',
  ],
  [
    'a part that is made, filled and detached in one transaction',
    'BEGIN; CREATE TABLE two PARTITION OF parted FOR VALUES FROM (1000) TO (2000); INSERT INTO parted SELECT id + 1000, email FROM customers; ALTER TABLE parted DETACH PARTITION two; COMMIT',
    'SELECT x FROM two',
  ],
  [
    'a part of a table of the same transaction',
    'BEGIN; CREATE TABLE p (id integer, x text) PARTITION BY RANGE (id); CREATE TABLE c PARTITION OF p DEFAULT; INSERT INTO p SELECT id, email FROM customers; ALTER TABLE p DETACH PARTITION c; COMMIT',
    'SELECT x FROM c',
  ],
  [
    'rows that went to another part than the one that is detached',
    "COMMENT ON COLUMN parted_one.x IS 'sluice: pii.email'; CREATE TABLE two PARTITION OF parted FOR VALUES FROM (1000) TO (2000); INSERT INTO parted_one VALUES (1, 'a.sentinel'); UPDATE parted SET id = id + 1000; ALTER TABLE parted DETACH PARTITION parted_one",
    'SELECT x FROM two',
  ],
  [
    'a child that inherits no more',
    "COMMENT ON COLUMN grown.x IS 'sluice: pii.email'; CREATE TABLE sprout () INHERITS (grown); INSERT INTO sprout VALUES (1, 'a.sentinel'); ALTER TABLE sprout NO INHERIT grown",
    'SELECT x FROM sprout',
  ],
  [
    'a child whose parent has the column no more',
    "COMMENT ON COLUMN grown.x IS 'sluice: pii.email'; CREATE TABLE sprout () INHERITS (grown); INSERT INTO sprout VALUES (1, 'a.sentinel'); ALTER TABLE ONLY grown DROP COLUMN x",
    'SELECT x FROM sprout',
  ],
  [
    'a materialized view whose view is another by now',
    'CREATE VIEW v AS SELECT email AS a FROM customers; CREATE MATERIALIZED VIEW m AS SELECT a FROM v; CREATE OR REPLACE VIEW v AS SELECT b AS a FROM kept',
    'SELECT a FROM m',
  ],
  [
    'a materialized view that is made while its view is another',
    'CREATE VIEW v AS SELECT b AS a FROM kept; BEGIN; CREATE OR REPLACE VIEW v AS SELECT email AS a FROM customers; CREATE MATERIALIZED VIEW m AS SELECT a FROM v; CREATE OR REPLACE VIEW v AS SELECT b AS a FROM kept; COMMIT',
    'SELECT a FROM m',
  ],
  [
    'a materialized view that is refreshed while its view is another',
    'CREATE VIEW v AS SELECT b AS a FROM kept; CREATE MATERIALIZED VIEW m AS SELECT a FROM v; BEGIN; CREATE OR REPLACE VIEW v AS SELECT email AS a FROM customers; REFRESH MATERIALIZED VIEW m; CREATE OR REPLACE VIEW v AS SELECT b AS a FROM kept; COMMIT',
    'SELECT a FROM m',
  ],
  [
    'a generated column that is one no more',
    'INSERT INTO computing (e) SELECT email FROM customers; ALTER TABLE computing ALTER k DROP EXPRESSION',
    'SELECT k FROM computing',
  ],
  [
    'a generated column of one transaction',
    'BEGIN; ALTER TABLE customers ADD k text GENERATED ALWAYS AS (lower(email)) STORED; ALTER TABLE customers ALTER k DROP EXPRESSION; COMMIT',
    'SELECT k FROM customers',
  ],
  [
    'a generated column of a table of one transaction',
    'BEGIN; CREATE TABLE t (e text, k text GENERATED ALWAYS AS (lower(e)) STORED); INSERT INTO t (e) SELECT email FROM customers; ALTER TABLE t ALTER k DROP EXPRESSION; COMMIT',
    'SELECT k FROM t',
  ],
  [
    'ALTER TABLE … USING',
    'ALTER TABLE customers ADD plain text; ALTER TABLE customers ALTER plain TYPE text USING email',
    'SELECT plain FROM customers',
  ],
  [
    'ALTER TABLE … USING of a column that the transaction added',
    'BEGIN; ALTER TABLE customers ADD e text; ALTER TABLE customers ALTER e TYPE text USING email; COMMIT',
    'SELECT e FROM customers',
  ],
  [
    'a default of a column that is added, which is dropped before the transaction ends',
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM customers'; BEGIN; ALTER TABLE kept ADD e text DEFAULT f(); ALTER TABLE kept ALTER e DROP DEFAULT; COMMIT",
    'SELECT e FROM kept',
  ],
  [
    'a default that a transaction sets, uses and drops',
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM customers'; BEGIN; ALTER TABLE kept ALTER b SET DEFAULT f(); INSERT INTO kept (a) VALUES (2); ALTER TABLE kept ALTER b DROP DEFAULT; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a default of a table that a transaction makes',
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM customers'; BEGIN; CREATE TABLE t (i integer, e text DEFAULT f()); INSERT INTO t VALUES (1); ALTER TABLE t ALTER e DROP DEFAULT; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'a view that is made with its schema',
    'BEGIN; CREATE SCHEMA s CREATE VIEW v AS SELECT email AS a FROM customers; INSERT INTO kept (b) SELECT a FROM s.v; DROP SCHEMA s CASCADE; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'views over one another that are made with their schema',
    'BEGIN; CREATE SCHEMA s CREATE VIEW kept AS SELECT email AS a FROM customers CREATE VIEW w AS SELECT a AS c FROM kept; INSERT INTO public.kept (b) SELECT c FROM s.w; DROP SCHEMA s CASCADE; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a materialized view of a view over one that is another meanwhile',
    'CREATE VIEW v AS SELECT b AS a FROM kept; CREATE VIEW w AS SELECT a FROM v; BEGIN; CREATE OR REPLACE VIEW v AS SELECT email AS a FROM customers; CREATE MATERIALIZED VIEW m AS SELECT a FROM w; CREATE OR REPLACE VIEW v AS SELECT b AS a FROM kept; COMMIT',
    'SELECT a FROM m',
  ],
  [
    'a materialized view that is refreshed while a view under its view is another',
    'CREATE VIEW v AS SELECT b AS a FROM kept; CREATE VIEW w AS SELECT a FROM v; CREATE MATERIALIZED VIEW m AS SELECT a FROM w; BEGIN; CREATE OR REPLACE VIEW v AS SELECT email AS a FROM customers; REFRESH MATERIALIZED VIEW m; CREATE OR REPLACE VIEW v AS SELECT b AS a FROM kept; COMMIT',
    'SELECT a FROM m',
  ],
  [
    'a materialized view of a column that the transaction adds and fills',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); CREATE MATERIALIZED VIEW m AS SELECT e FROM grown; ALTER TABLE grown RENAME COLUMN e TO f; COMMIT",
    'SELECT e FROM m',
  ],
]

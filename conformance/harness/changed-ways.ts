/** How values get somewhere else by a transaction that changes tables first, and where they are found then. */
export const changedWays: readonly (readonly [string, string, string])[] = [
  [
    'a column by the name that the transaction gave it, and dropped then',
    'BEGIN; ALTER TABLE customers RENAME COLUMN email TO z; UPDATE kept SET b = (SELECT max(z) FROM customers); ALTER TABLE customers DROP COLUMN z CASCADE; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a column by the name that the transaction gave it, and took away again',
    'BEGIN; ALTER TABLE customers RENAME COLUMN email TO z; UPDATE kept SET b = (SELECT max(c.z) FROM customers c); ALTER TABLE customers RENAME COLUMN z TO email; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a column that the transaction adds and fills',
    'CREATE TABLE t (i integer); INSERT INTO t VALUES (1); BEGIN; ALTER TABLE t ADD COLUMN e text; UPDATE t SET e = (SELECT max(email) FROM customers); COMMIT',
    'SELECT e FROM t',
  ],
  [
    'a copy of a column that a transaction added and filled',
    'CREATE TABLE t (i integer); INSERT INTO t VALUES (1); BEGIN; ALTER TABLE t ADD COLUMN e text; UPDATE t SET e = (SELECT max(email) FROM customers); COMMIT; CREATE TABLE copied AS SELECT * FROM t',
    'SELECT e FROM copied',
  ],
  [
    'a star of a view that the transaction gave a column',
    "CREATE VIEW grows AS SELECT 'x' AS x; CREATE TABLE t (x text, e text); BEGIN; CREATE OR REPLACE VIEW grows AS SELECT 'x' AS x, email AS e FROM customers; INSERT INTO t SELECT * FROM grows; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'a star of a table that the transaction gave a column',
    "CREATE TABLE t (i integer, x text, e text); INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO t SELECT * FROM grown; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'a table that is made of a star of one that the transaction gave a column',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); CREATE TABLE t AS SELECT * FROM grown; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'SELECT INTO of a star of a table that the transaction gave a column',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); SELECT * INTO t FROM grown; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'the name of a column that the transaction added',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT e FROM grown; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'the name of a column that the transaction added, behind its alias',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); UPDATE kept SET b = g.e FROM grown g; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'the name of a column that the transaction added, where a query around has it too',
    "CREATE TABLE outside (e text); INSERT INTO outside VALUES ('x'); INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT (SELECT e FROM grown) FROM outside; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'the whole row of a table that the transaction gave a column',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT grown::text FROM grown; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'names for the columns of a table that the transaction gave one',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT r FROM grown AS g (p, q, r); COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'names for the columns of a table of which one took the place of another',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown DROP COLUMN id; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT q FROM grown AS g (p, q); COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a natural join with a table that the transaction gave a column',
    "CREATE TABLE t (i integer, x text, e text); INSERT INTO grown VALUES (1, 'x'); INSERT INTO t (i, x) VALUES (1, 'x'); CREATE TABLE u (i integer, x text); INSERT INTO u VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT e FROM u NATURAL JOIN grown; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a join by name with an alias of its own, of a table that the transaction gave a column',
    "INSERT INTO grown VALUES (1, 'x'); CREATE TABLE u (x text); INSERT INTO u VALUES ('x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT j.e FROM (u JOIN grown USING (x)) AS j; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a part of a query that has a star of a table that the transaction gave a column',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); WITH w AS (SELECT * FROM grown) INSERT INTO kept (b) SELECT d.e FROM (SELECT * FROM w) d; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'what is returned of a table that the transaction gave a column',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); WITH w AS (UPDATE grown SET x = 'y' RETURNING *) INSERT INTO kept (b) SELECT e FROM w; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'EXECUTE of what was prepared before the transaction gave a table a column',
    "INSERT INTO grown VALUES (1, 'x'); CREATE TABLE t AS SELECT * FROM grown; ALTER TABLE t ADD COLUMN e text; PREPARE p AS INSERT INTO t SELECT * FROM grown; BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); EXECUTE p; COMMIT",
    'SELECT e FROM t WHERE e IS NOT NULL',
  ],
  [
    'DO with a star of a table that the transaction gave a column',
    "CREATE TABLE t (i integer, x text, e text); INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); DO $$ BEGIN INSERT INTO t SELECT * FROM grown @ END $$; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'DO with a variable of a column that the transaction added',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); DO $$ DECLARE v text @ BEGIN SELECT e INTO v FROM grown @ UPDATE kept SET b = v @ END $$; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a function that copies a star of a table that the transaction gave a column',
    "CREATE TABLE t (i integer, x text, e text); CREATE FUNCTION copies() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t SELECT * FROM grown @ END $$; INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); SELECT copies(); COMMIT",
    'SELECT e FROM t',
  ],
  [
    'values by their places, where the transaction added a column',
    "BEGIN; ALTER TABLE kept DROP COLUMN a; ALTER TABLE kept ADD COLUMN c text; INSERT INTO kept SELECT 'x', email FROM customers; COMMIT",
    'SELECT c FROM kept WHERE c IS NOT NULL',
  ],
  [
    'values by their places, where the transaction dropped a column',
    'BEGIN; ALTER TABLE kept DROP COLUMN a; INSERT INTO kept SELECT email FROM customers; COMMIT',
    "SELECT b FROM kept WHERE b <> 'nothing'",
  ],
  [
    'MERGE by their places, where the transaction added a column',
    'BEGIN; ALTER TABLE kept ADD COLUMN c text; MERGE INTO kept USING customers c ON false WHEN NOT MATCHED THEN INSERT VALUES (1, NULL, c.email); COMMIT',
    'SELECT c FROM kept WHERE c IS NOT NULL',
  ],
  [
    'a name that another column has taken',
    'BEGIN; ALTER TABLE kept RENAME COLUMN b TO c; ALTER TABLE kept ADD COLUMN b text; UPDATE kept SET b = (SELECT max(email) FROM customers); COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a name that a column made anew has taken',
    'BEGIN; DROP VIEW kept_view; ALTER TABLE kept DROP COLUMN b; ALTER TABLE kept ADD COLUMN b text; INSERT INTO kept (b) SELECT email FROM customers; COMMIT',
    'SELECT b FROM kept WHERE b IS NOT NULL',
  ],
  [
    'reading a name that another column has taken',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown DROP COLUMN x; ALTER TABLE grown ADD COLUMN x text; UPDATE grown SET x = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT x FROM grown; COMMIT",
    'SELECT b FROM kept WHERE b IS NOT NULL',
  ],
  [
    'reading a name that another column had for a while',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown RENAME COLUMN x TO y; ALTER TABLE grown ADD COLUMN x text; UPDATE grown SET x = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT x FROM grown; ALTER TABLE grown DROP COLUMN x; COMMIT",
    "SELECT b FROM kept WHERE b <> 'nothing'",
  ],
  [
    'a column that the transaction added and dropped',
    "CREATE TABLE t (i integer, x text, e text); INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO t SELECT * FROM grown; ALTER TABLE grown DROP COLUMN e; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'a column that the transaction added, named and dropped',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT e FROM grown; ALTER TABLE grown DROP COLUMN e; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a table that the transaction made anew',
    'BEGIN; DROP VIEW kept_view; DROP TABLE kept; CREATE TABLE kept (z text); INSERT INTO kept SELECT email FROM customers; COMMIT',
    'SELECT z FROM kept',
  ],
  [
    'reading a table that the transaction made anew',
    'CREATE TABLE t (e text); BEGIN; DROP TABLE grown; CREATE TABLE grown (z text); INSERT INTO grown SELECT email FROM customers; INSERT INTO t SELECT * FROM grown; COMMIT',
    'SELECT e FROM t',
  ],
  [
    'a temporary table that hides another',
    'CREATE TABLE t (e text); BEGIN; CREATE TEMP TABLE grown (z text); INSERT INTO grown SELECT email FROM customers; INSERT INTO t SELECT * FROM grown; DROP TABLE pg_temp.grown; COMMIT',
    'SELECT e FROM t',
  ],
  [
    'a table that took the name of another',
    'CREATE TABLE t (e text); BEGIN; CREATE TABLE u (z text); INSERT INTO u SELECT email FROM customers; ALTER TABLE grown RENAME TO old; ALTER TABLE u RENAME TO grown; INSERT INTO t SELECT * FROM grown; COMMIT',
    'SELECT e FROM t',
  ],
  [
    'a column that code of the transaction added',
    "CREATE TABLE t (i integer, x text, e text); INSERT INTO grown VALUES (1, 'x'); BEGIN; DO $$ BEGIN ALTER TABLE grown ADD COLUMN e text @ UPDATE grown SET e = (SELECT max(email) FROM customers) @ END $$; INSERT INTO t SELECT * FROM grown; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'a column that a text of the transaction added',
    "CREATE TABLE t (i integer, x text, e text); INSERT INTO grown VALUES (1, 'x'); BEGIN; DO $$ BEGIN EXECUTE 'ALTER TABLE grown ADD COLUMN e text' @ EXECUTE 'UPDATE grown SET e = (SELECT max(email) FROM customers)' @ END $$; INSERT INTO t SELECT * FROM grown; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'a child of a table that the transaction gave a column',
    "CREATE TABLE t (i integer, x text, e text); CREATE TABLE sprout () INHERITS (grown); INSERT INTO sprout VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO t SELECT * FROM sprout; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'a column that the transaction added, dropped later',
    "CREATE TABLE t (i integer, x text, e text); INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO t SELECT * FROM grown; COMMIT; SELECT 1 FROM t; ALTER TABLE grown DROP COLUMN e",
    'SELECT e FROM t',
  ],
  [
    'a table that the transaction put into another schema',
    'BEGIN; ALTER TABLE grown SET SCHEMA other; INSERT INTO other.grown SELECT id, email FROM customers; COMMIT',
    'SELECT x FROM other.grown',
  ],
  [
    'a column of a table that the transaction put into another schema, found by the path',
    "SET search_path = public, other; BEGIN; ALTER TABLE grown ADD COLUMN e text; ALTER TABLE grown SET SCHEMA other; INSERT INTO grown SELECT 1, 'x', email FROM customers; COMMIT",
    'SELECT e FROM other.grown',
  ],
  [
    'a named column of a table that the transaction put into another schema, found by the path',
    'SET search_path = public, other; BEGIN; ALTER TABLE grown ADD COLUMN e text; ALTER TABLE grown SET SCHEMA other; INSERT INTO grown (e) SELECT email FROM customers; COMMIT',
    'SELECT e FROM other.grown',
  ],
  [
    'a table that the transaction did not make anew after all',
    "BEGIN; SAVEPOINT s; DROP TABLE grown; CREATE TABLE grown (z text); ROLLBACK TO s; ALTER TABLE grown ADD COLUMN e text; INSERT INTO grown SELECT 1, 'x', email FROM customers; COMMIT",
    'SELECT e FROM grown',
  ],
  [
    'what code returns of a table that the transaction gave a column',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); DO $$ DECLARE r record @ BEGIN UPDATE grown SET x = 'y' RETURNING * INTO r @ UPDATE kept SET b = r.e @ END $$; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'values by their places of a statement that returns them, where the transaction dropped a column',
    'BEGIN; ALTER TABLE kept DROP COLUMN a; INSERT INTO kept SELECT email FROM customers RETURNING *; COMMIT',
    "SELECT b FROM kept WHERE b <> 'nothing'",
  ],
  [
    'a star of a table that the transaction gave a column, in a statement that returns what it stores',
    "CREATE TABLE t (i integer, x text, e text); INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); INSERT INTO t SELECT * FROM grown RETURNING *; COMMIT",
    'SELECT e FROM t',
  ],
  [
    'a table in a schema of the transaction that the search path names',
    'SET search_path = fresh, public; BEGIN; CREATE SCHEMA fresh; CREATE TABLE kept (z text); INSERT INTO kept SELECT email FROM customers; COMMIT',
    'SELECT z FROM fresh.kept',
  ],
  [
    'a column of a table that the transaction made, into another of it',
    "BEGIN; CREATE TABLE t (e text, x text); INSERT INTO t SELECT email, 'x' FROM customers; UPDATE t SET x = e; COMMIT",
    'SELECT x FROM t',
  ],
  [
    'what goes from a table that the transaction made',
    'BEGIN; CREATE TABLE t (e text); INSERT INTO t SELECT email FROM customers; WITH d AS (DELETE FROM t RETURNING e) INSERT INTO kept (b) SELECT e FROM d; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a row that is in the way in a table that the transaction made',
    "BEGIN; CREATE TABLE t (i integer PRIMARY KEY, e text, x text); INSERT INTO t SELECT id, email FROM customers; INSERT INTO t VALUES (1, 'x') ON CONFLICT (i) DO UPDATE SET x = t.e; COMMIT",
    'SELECT x FROM t WHERE x IS NOT NULL',
  ],
  [
    'a column that the transaction made, filled and gave another name',
    'BEGIN; CREATE TABLE t (e text); INSERT INTO t (e) SELECT email FROM customers; ALTER TABLE t RENAME COLUMN e TO x; COMMIT',
    'SELECT x FROM t',
  ],
  [
    'a column that the transaction computed of one that it made and filled',
    'BEGIN; CREATE TABLE t (e text); INSERT INTO t (e) SELECT email FROM customers; ALTER TABLE t ADD COLUMN x text GENERATED ALWAYS AS (e) STORED; COMMIT',
    'SELECT x FROM t',
  ],
  [
    'a column whose type the transaction changed by one that it made and filled',
    'BEGIN; CREATE TABLE t (e text, x int); INSERT INTO t (e) SELECT email FROM customers; ALTER TABLE t ALTER COLUMN x TYPE text USING e; COMMIT',
    'SELECT x FROM t',
  ],
  [
    'a column that the transaction added, filled and gave another name',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown ADD COLUMN e text; UPDATE grown SET e = (SELECT max(email) FROM customers); ALTER TABLE grown RENAME COLUMN e TO f; COMMIT",
    'SELECT f FROM grown',
  ],
  [
    'columns that the transaction made and filled, and whose names it swapped',
    'BEGIN; CREATE TABLE t (e text, x text); INSERT INTO t (e) SELECT email FROM customers; ALTER TABLE t RENAME COLUMN x TO y; ALTER TABLE t RENAME COLUMN e TO x; ALTER TABLE t RENAME COLUMN y TO e; COMMIT',
    'SELECT x FROM t',
  ],
  [
    'a table that is made where a temporary one had its name',
    'CREATE TEMP TABLE t AS SELECT 1 AS i; BEGIN; DROP TABLE t; CREATE TABLE t AS SELECT email AS e FROM customers; COMMIT',
    'SELECT e FROM t',
  ],
  [
    'a table that is made in front of one of its name',
    'SET search_path = other, public; CREATE TABLE kept AS SELECT email AS e FROM customers',
    'SELECT e FROM other.kept',
  ],
  [
    'SELECT INTO in front of a table of the name',
    'SET search_path = other, public; SELECT email AS e INTO kept FROM customers',
    'SELECT e FROM other.kept',
  ],
  [
    'a table that the transaction took out of the path',
    'BEGIN; ALTER TABLE customers SET SCHEMA other; INSERT INTO kept (b) SELECT email FROM other.customers; ALTER TABLE other.customers SET SCHEMA public; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a table that the transaction brought into the path, as it is read',
    'ALTER TABLE customers SET SCHEMA other; BEGIN; ALTER TABLE other.customers SET SCHEMA public; INSERT INTO kept (b) SELECT email FROM customers; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a table that the transaction brought into the path, as it is written',
    'ALTER TABLE grown SET SCHEMA other; BEGIN; ALTER TABLE other.grown SET SCHEMA public; INSERT INTO grown (x) SELECT email FROM customers; COMMIT',
    'SELECT x FROM grown',
  ],
  [
    'a table that the transaction took out of the path, filled and brought back',
    "INSERT INTO grown VALUES (1, 'x'); BEGIN; ALTER TABLE grown SET SCHEMA other; UPDATE other.grown SET x = (SELECT max(email) FROM customers); ALTER TABLE other.grown SET SCHEMA public; COMMIT",
    'SELECT x FROM grown',
  ],
  [
    'a table of a schema to which the transaction gave another name, as it is read',
    'ALTER TABLE customers SET SCHEMA other; BEGIN; ALTER SCHEMA other RENAME TO fresh; INSERT INTO kept (b) SELECT email FROM fresh.customers; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a table of a schema to which the transaction gave another name, as it is written',
    'ALTER TABLE grown SET SCHEMA other; BEGIN; ALTER SCHEMA other RENAME TO fresh; SET LOCAL search_path = fresh, public; INSERT INTO grown (x) SELECT email FROM customers; COMMIT',
    'SELECT x FROM fresh.grown',
  ],
]

/** What a transaction that changes tables leaves as it was, and where that is found then: `plain`. */
export const plainWays: readonly (readonly [string, string, string])[] = [
  [
    'a column beside the one that it adds and fills by its name',
    "UPDATE kept SET b = 'plain'; BEGIN; ALTER TABLE kept ADD COLUMN c text; UPDATE kept SET c = b || (SELECT max(email) FROM customers); COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a column that it fills with another beside a masked one',
    "CREATE TABLE people (first text, email text); INSERT INTO people VALUES ('plain', 'x'); BEGIN; ALTER TABLE people ADD COLUMN whole text; UPDATE people SET whole = first || '!'; COMMIT",
    'SELECT whole FROM people',
  ],
  [
    'a column that comes to a table later which it fills from one of its own',
    "BEGIN; CREATE TEMP TABLE step AS SELECT id FROM customers; INSERT INTO kept SELECT id FROM step; COMMIT; ALTER TABLE kept ADD COLUMN c text DEFAULT 'plain'",
    'SELECT c FROM kept',
  ],
  [
    'a column that comes to a table later which it fills from one that it changes by its names',
    "BEGIN; ALTER TABLE customers ADD COLUMN since date; INSERT INTO kept SELECT id, email FROM customers; COMMIT; ALTER TABLE kept ADD COLUMN c text DEFAULT 'plain'",
    'SELECT c FROM kept',
  ],
  [
    'a column beside the one that it fills in a table that it makes where it is not there',
    "UPDATE kept SET b = 'plain'; BEGIN; CREATE TABLE IF NOT EXISTS kept (a integer, b text, c text); INSERT INTO kept (a) SELECT id FROM customers WHERE email > ''; INSERT INTO kept SELECT count(email) FROM customers; COMMIT",
    "SELECT b FROM kept WHERE b = 'plain'",
  ],
  [
    'a column beside one of a table that it makes anew',
    "BEGIN; DROP TABLE grown; CREATE TABLE grown (id text, x text); INSERT INTO grown SELECT 'plain', email FROM customers; COMMIT",
    'SELECT id FROM grown',
  ],
  [
    'a column beside one of a table that it puts in the place of another',
    "BEGIN; CREATE TABLE fresh AS SELECT email AS x, 'plain'::text AS id FROM customers; ALTER TABLE grown RENAME TO old; ALTER TABLE fresh RENAME TO grown; UPDATE grown SET x = lower(x); COMMIT",
    'SELECT id FROM grown',
  ],
  [
    'columns of a materialized view that it makes anew, of a masked table by another column',
    "CREATE MATERIALIZED VIEW m AS SELECT id FROM customers; BEGIN; DROP MATERIALIZED VIEW m; CREATE MATERIALIZED VIEW m AS SELECT id, 'plain' || id AS x FROM customers WHERE email IS NOT NULL; COMMIT",
    'SELECT x FROM m',
  ],
  [
    'the part that a mask leaves of a materialized view which it refreshes beside a view of something else',
    "UPDATE customers SET email = 'mail@plain.example'; CREATE MATERIALIZED VIEW m AS SELECT email AS e FROM customers; BEGIN; CREATE VIEW others AS SELECT b FROM kept; REFRESH MATERIALIZED VIEW m; COMMIT",
    'SELECT e FROM m',
  ],
  [
    'a column beside a masked one in a table that refers to itself, with a default that cannot be followed',
    "SET app.tenant = 'plain'; CREATE TABLE staff (id integer PRIMARY KEY, email text, boss integer REFERENCES staff, tenant text DEFAULT current_setting('app.tenant')); INSERT INTO staff (id, email) VALUES (1, 'x')",
    'SELECT tenant FROM staff',
  ],
  [
    'a column with a default that cannot be followed, in a table that refers to another of the transaction',
    "SET app.tenant = 'plain'; BEGIN; CREATE TABLE people (id integer PRIMARY KEY, email text); CREATE TABLE orders_of (id integer, who integer REFERENCES people, tenant text DEFAULT current_setting('app.tenant')); INSERT INTO people VALUES (1, 'x'); INSERT INTO orders_of VALUES (1, 1); COMMIT",
    'SELECT tenant FROM orders_of',
  ],
  [
    'a column beside a masked one in a row that it returns',
    "CREATE TABLE people (email text, a text); BEGIN; ALTER TABLE people ADD COLUMN x integer; INSERT INTO people VALUES ('y', 'plain') RETURNING *; COMMIT",
    'SELECT a FROM people',
  ],
  [
    'a column beside a masked one in a copy, where it makes other things first',
    "CREATE TABLE source (email text, a text); INSERT INTO source VALUES ('x', 'plain'); CREATE TABLE archive (email text, a text); BEGIN; CREATE TYPE mood AS ENUM ('sad'); CREATE DOMAIN short AS text; CREATE SCHEMA apart; INSERT INTO archive SELECT * FROM source; COMMIT",
    'SELECT a FROM archive',
  ],
  [
    'a column beside a masked one in a table of the transaction, in a row that was in the way',
    "BEGIN; CREATE TABLE people (i integer PRIMARY KEY, email text, a text); INSERT INTO people VALUES (1, 'x', 'y'); INSERT INTO people VALUES (1, 'x', 'plain') ON CONFLICT (i) DO UPDATE SET a = excluded.a; COMMIT",
    'SELECT a FROM people',
  ],
]

/**
 * How values get elsewhere through views, and functions that no statement calls by name, and where they are found then. Inside of
 * bodies `@` stands for a semicolon.
 */
export const otherWays: readonly (readonly [string, string, string])[] = [
  [
    'a view of a function that reads',
    "CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; CREATE VIEW v AS SELECT f() AS e; CREATE VIEW w AS SELECT e FROM v; INSERT INTO kept (b) SELECT e FROM w",
    'SELECT b FROM kept',
  ],
  [
    'a materialized view of a function that reads something else by now',
    "CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM public.customers'; CREATE MATERIALIZED VIEW m AS SELECT f() AS e; CREATE OR REPLACE FUNCTION f() RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'x'::text$$",
    'SELECT e FROM m',
  ],
  [
    'a view of a function that writes',
    "CREATE FUNCTION f(v text) RETURNS boolean LANGUAGE sql AS 'INSERT INTO kept (b) VALUES ($1) RETURNING true'; CREATE VIEW v AS SELECT id FROM customers WHERE f(email); SELECT * FROM v",
    'SELECT b FROM kept',
  ],
  [
    'an operator whose function writes',
    "CREATE FUNCTION f(v text, w integer) RETURNS boolean LANGUAGE sql AS 'INSERT INTO kept (b) VALUES ($1) RETURNING true'; CREATE OPERATOR ### (FUNCTION = f, LEFTARG = text, RIGHTARG = integer); SELECT id FROM customers WHERE email ### 1",
    'SELECT b FROM kept',
  ],
  [
    'an operator whose function reads',
    "CREATE FUNCTION f(v integer, w integer) RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; CREATE OPERATOR ### (FUNCTION = f, LEFTARG = integer, RIGHTARG = integer); INSERT INTO kept (b) SELECT 1 ### 1",
    'SELECT b FROM kept',
  ],
  [
    'an aggregate whose function writes',
    "CREATE FUNCTION f(s integer, v text) RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) VALUES ($2) RETURNING 1'; CREATE AGGREGATE g(text) (SFUNC = f, STYPE = integer); SELECT g(email) FROM customers",
    'SELECT b FROM kept',
  ],
  [
    'a type whose check writes',
    "CREATE FUNCTION f(v text) RETURNS boolean LANGUAGE sql AS 'INSERT INTO kept (b) VALUES ($1) RETURNING true'; CREATE DOMAIN d AS text CHECK (f(VALUE)); SELECT email::d FROM customers",
    'SELECT b FROM kept',
  ],
  [
    'a view in the transaction that makes it',
    'BEGIN; CREATE VIEW v AS SELECT email AS e FROM customers; INSERT INTO kept (b) SELECT e FROM v; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a view that is gone before the transaction ends',
    'BEGIN; CREATE TEMP VIEW v AS SELECT email AS e FROM customers; ALTER VIEW v RENAME TO u; CREATE VIEW w AS SELECT e FROM u; INSERT INTO kept (b) SELECT e FROM w; DROP VIEW u CASCADE; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a view that is another one before and behind',
    "CREATE VIEW v AS SELECT 'x'::text AS e; BEGIN; CREATE OR REPLACE VIEW v AS SELECT email::text AS e FROM customers; INSERT INTO kept (b) SELECT e FROM v; CREATE OR REPLACE VIEW v AS SELECT 'x'::text AS e; COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'writing to a view in the transaction that makes it',
    'BEGIN; CREATE VIEW v AS SELECT b AS e FROM kept; INSERT INTO v (e) SELECT email FROM customers; DROP VIEW v; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a text put together that reads a view',
    "CREATE VIEW v AS SELECT email AS e FROM customers; DO $$ BEGIN EXECUTE 'INSERT INTO kept (b) SELECT e FROM ' || 'v' @ END $$",
    'SELECT b FROM kept',
  ],
  [
    'a function whose text reads a view',
    "CREATE VIEW v AS SELECT email AS e FROM customers; CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'INSERT INTO kept (b) SELECT e FROM v WHERE ' || t @ END $$; SELECT f('true')",
    'SELECT b FROM kept',
  ],
  [
    'a part of a table that computes a column of something else',
    "CREATE TABLE p (id integer, m text, note text, gen text GENERATED ALWAYS AS (upper(note)) STORED); CREATE TABLE c (id integer, m text, note text, gen text GENERATED ALWAYS AS (lower(m)) STORED); ALTER TABLE c INHERIT p; INSERT INTO c (id, m, note) SELECT id, email, 'x' FROM customers",
    'SELECT gen FROM p',
  ],
]

/**
 * How values get elsewhere through functions that no statement calls by name, and where they are found then. Inside of
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
]

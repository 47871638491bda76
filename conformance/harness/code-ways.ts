/**
 * How values get somewhere else by code that the database has: the way's name, the statements
 * with `@` for a semicolon in a body, and where the values are found then.
 */
export const codeWays: readonly (readonly [string, string, string])[] = [
  [
    'CALL of a procedure with a temporary table',
    'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE s AS SELECT email e FROM customers @ INSERT INTO kept (b) SELECT e FROM s @ DROP TABLE s @ END $$; CALL p()',
    'SELECT b FROM kept',
  ],
  [
    'CALL of a procedure that is given what it puts into a temporary table',
    'CREATE PROCEDURE p(v text) LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE s (e text) @ INSERT INTO s VALUES (v) @ END $$; CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql RETURN (SELECT max(email) FROM customers); CALL p(f()); INSERT INTO kept (b) SELECT e FROM s',
    'SELECT b FROM kept',
  ],
  [
    'CALL of a procedure that makes a table',
    'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE t AS SELECT id, email AS e FROM customers @ END $$; CALL p()',
    'SELECT e FROM t',
  ],
  [
    'two procedures with a temporary table between',
    'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE s AS SELECT email e FROM customers @ END $$; CREATE PROCEDURE q() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) SELECT e FROM s @ END $$; CALL p(); CALL q()',
    'SELECT b FROM kept',
  ],
  [
    "CALL of a procedure that reads the session's own temporary table",
    'CREATE PROCEDURE q() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) SELECT e FROM s @ END $$; BEGIN; CREATE TEMP TABLE s AS SELECT email e FROM customers; CALL q(); COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a function that reads a temporary table',
    'CREATE FUNCTION f() RETURNS text STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT max(e) FROM s) @ END $$; BEGIN; CREATE TEMP TABLE s AS SELECT email e FROM customers; INSERT INTO kept (b) SELECT f(); DROP TABLE s; COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'DO with a temporary table that hides another',
    'DO $$ BEGIN CREATE TEMP TABLE grown AS SELECT 1 AS id, email AS x FROM customers @ INSERT INTO kept (b) SELECT x FROM grown @ END $$',
    'SELECT b FROM kept',
  ],
  [
    'a trigger with a temporary table',
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE s AS SELECT NEW.email e @ INSERT INTO kept (b) SELECT e FROM s @ DROP TABLE s @ RETURN NEW @ END $$; CREATE TRIGGER t AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION f(); UPDATE customers SET notes = notes WHERE id = 1',
    'SELECT b FROM kept',
  ],
  [
    'triggers with a temporary table between, that are gone again',
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO s VALUES (NEW.email) @ RETURN NEW @ END $$; CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) SELECT e FROM s @ RETURN NULL @ END $$; CREATE TRIGGER t AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER u AFTER UPDATE ON customers FOR EACH STATEMENT EXECUTE FUNCTION g(); BEGIN; CREATE TEMP TABLE s (e text); UPDATE customers SET notes = notes WHERE id = 1; DROP TABLE s; COMMIT; DROP FUNCTION f() CASCADE; DROP FUNCTION g() CASCADE',
    'SELECT b FROM kept',
  ],
  [
    'a trigger that runs a text put together, with a table of many columns',
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'INSERT INTO ' || TG_ARGV[0] || ' (c1) SELECT $1' USING NEW.email @ RETURN NEW @ END $$; CREATE TRIGGER t AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION f('wide'); UPDATE customers SET notes = notes WHERE id = 1",
    'SELECT c1 FROM wide',
  ],
]

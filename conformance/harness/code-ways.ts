/**
 * How values get somewhere else by code that the database has: the way's name, the statements
 * with `@` for a semicolon in a body, and where the values are found then.
 */
export const codeWays: readonly (readonly [string, string, string])[] = [
  [
    'CALL of a procedure in SQL',
    "CREATE PROCEDURE p() LANGUAGE sql AS 'INSERT INTO kept (b) SELECT email FROM customers'; CALL p()",
    'SELECT b FROM kept',
  ],
  [
    'CALL of a procedure in PL/pgSQL',
    'CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) SELECT email FROM customers @ END $$; CALL p()',
    'SELECT b FROM kept',
  ],
  [
    'CALL of a procedure that is given the value',
    'CREATE PROCEDURE p(v text) LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) VALUES (v) @ END $$; CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql RETURN (SELECT max(email) FROM customers); CALL p(f())',
    'SELECT b FROM kept',
  ],
  [
    'CALL of a procedure that runs a text put together',
    "CREATE PROCEDURE p(t text) LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'INSERT INTO ' || t || ' (b) SELECT email FROM customers' @ PERFORM 1 FROM kept @ END $$; CALL p('kept')",
    'SELECT b FROM kept',
  ],
  [
    'a function that writes',
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) SELECT email FROM customers RETURNING 1'; SELECT f()",
    'SELECT b FROM kept',
  ],
  [
    'a function that writes what it is given',
    "CREATE FUNCTION f(v text) RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) VALUES ($1) RETURNING 1'; SELECT f(email) FROM customers",
    'SELECT b FROM kept',
  ],
  [
    'a function that calls one that writes',
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) SELECT email FROM customers RETURNING 1'; CREATE FUNCTION g() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN f() @ END $$; SELECT g()",
    'SELECT b FROM kept',
  ],
  [
    'a function that calls one back of which is known what it does',
    'CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN IF n > 0 THEN PERFORM g(n - 1) @ END IF @ INSERT INTO kept (b) SELECT email FROM customers @ RETURN 1 @ END $$; CREATE FUNCTION g(n integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN IF n > 0 THEN PERFORM f(n - 1) @ END IF @ RETURN 1 @ END $$; PREPARE p AS SELECT f(0); SELECT g(1)',
    'SELECT b FROM kept',
  ],
  [
    'a function that hands on what it is given',
    "CREATE FUNCTION f(v text) RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) VALUES ($1) RETURNING 1'; CREATE FUNCTION g(v text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN f(v) @ END $$; SELECT g(email) FROM customers",
    'SELECT b FROM kept',
  ],
  [
    'a function that calls another by a text put together',
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) SELECT email FROM customers RETURNING 1'; CREATE FUNCTION g() RETURNS integer LANGUAGE plpgsql AS $$ DECLARE n integer @ BEGIN EXECUTE 'SELECT ' || coalesce((SELECT b FROM kept WHERE a = 7), 'f') || '()' INTO n @ RETURN n @ END $$; SELECT g()",
    'SELECT b FROM kept',
  ],
  [
    'the default of a domain',
    "CREATE FUNCTION leak() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; CREATE DOMAIN d AS text DEFAULT leak(); CREATE TABLE t (i integer, b d); INSERT INTO t (i) VALUES (1)",
    'SELECT b FROM t',
  ],
  [
    'the default of a domain, in a column that is added',
    "CREATE FUNCTION leak() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; CREATE DOMAIN d AS text DEFAULT leak(); CREATE TABLE t (i integer); INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN b d",
    'SELECT b FROM t',
  ],
  [
    'the default of a domain, by a view of a column with another',
    "CREATE FUNCTION leak() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; CREATE DOMAIN d AS text DEFAULT leak(); CREATE TABLE t (i integer, b d DEFAULT 'x'); CREATE VIEW v AS SELECT * FROM t; INSERT INTO v (i) VALUES (1)",
    'SELECT b FROM t',
  ],
  [
    'the default of a domain that came later',
    "CREATE FUNCTION leak() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; CREATE DOMAIN d AS text; CREATE TABLE t (i integer, b d); INSERT INTO t (i) VALUES (1); ALTER DOMAIN d SET DEFAULT leak(); INSERT INTO t (i) VALUES (2); DELETE FROM t WHERE i = 1",
    'SELECT b FROM t',
  ],
  [
    'the default of an argument',
    "CREATE FUNCTION leak() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; CREATE FUNCTION f(a text DEFAULT leak()) RETURNS text LANGUAGE sql AS 'SELECT a'; INSERT INTO kept (b) SELECT f()",
    'SELECT b FROM kept',
  ],
  [
    'the default of an argument of a procedure, which writes it',
    "CREATE FUNCTION leak() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; CREATE PROCEDURE p(a text DEFAULT leak()) LANGUAGE sql AS 'INSERT INTO kept (b) VALUES ($1)'; CALL p()",
    'SELECT b FROM kept',
  ],
  [
    'the default of an argument of a function that the transaction made, which writes it',
    "CREATE FUNCTION leak() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; BEGIN; CREATE FUNCTION f(a text DEFAULT leak()) RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) VALUES ($1) RETURNING 1'; SELECT f(); COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a function that reads',
    "CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; INSERT INTO kept (b) SELECT f()",
    'SELECT b FROM kept',
  ],
  [
    'a trigger that is made now',
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) VALUES (NEW.email) @ RETURN NEW @ END $$; CREATE TRIGGER t AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION f(); UPDATE customers SET notes = notes WHERE id = 1',
    'SELECT b FROM kept',
  ],
  [
    'a trigger that is gone again',
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) VALUES (NEW.email) @ RETURN NEW @ END $$; CREATE TRIGGER t AFTER UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION f(); UPDATE customers SET notes = notes WHERE id = 1; DROP TRIGGER t ON customers; DROP FUNCTION f()',
    'SELECT b FROM kept',
  ],
  [
    'a rule that is made now',
    'CREATE RULE r AS ON UPDATE TO customers DO ALSO INSERT INTO kept (b) VALUES (NEW.email); UPDATE customers SET notes = notes WHERE id = 1',
    'SELECT b FROM kept',
  ],
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
  [
    'a function that is made, called and dropped in one transaction',
    'BEGIN; CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) SELECT email FROM customers @ END $$; SELECT f(); DROP FUNCTION f(); COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a procedure in SQL that is made, called and dropped in one transaction',
    "BEGIN; CREATE PROCEDURE p() LANGUAGE sql AS 'INSERT INTO kept (b) SELECT email FROM customers'; CALL p(); DROP PROCEDURE p(); COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a function of one transaction that is given the value',
    'BEGIN; CREATE FUNCTION f(v text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) VALUES (v) @ END $$; SELECT f(email) FROM customers; DROP FUNCTION f(text); COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a function of one transaction that reads',
    "BEGIN; CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM customers'; INSERT INTO kept (b) SELECT f(); DROP FUNCTION f(); COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'a function of one transaction whose body is no text',
    'BEGIN; CREATE FUNCTION f() RETURNS text STABLE RETURN (SELECT max(email) FROM customers); INSERT INTO kept (b) SELECT f(); DROP FUNCTION f(); COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'functions of one transaction that call one another',
    'BEGIN; CREATE FUNCTION g(v text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO kept (b) VALUES (v) @ END $$; CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM g(email) FROM customers @ END $$; SELECT f(); DROP FUNCTION f(); DROP FUNCTION g(text); COMMIT',
    'SELECT b FROM kept',
  ],
  [
    'a function of one transaction that runs a text put together',
    "BEGIN; CREATE FUNCTION f(t text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'INSERT INTO ' || t || ' (b) SELECT email FROM customers' @ PERFORM 1 FROM kept @ END $$; SELECT f('kept'); DROP FUNCTION f(text); COMMIT",
    'SELECT b FROM kept',
  ],
  [
    'EXPLAIN of a function that is declared immutable, and calls one that writes',
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) SELECT email FROM customers RETURNING 1'; CREATE FUNCTION g() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN f() @ END $$; EXPLAIN SELECT g()",
    'SELECT b FROM kept',
  ],
  [
    'EXPLAIN EXECUTE with what a function makes that writes',
    "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'INSERT INTO kept (b) SELECT email FROM customers RETURNING 1'; PREPARE p (integer) AS SELECT $1; EXPLAIN EXECUTE p (f())",
    'SELECT b FROM kept',
  ],
  [
    'DO with a variable',
    'DO $$ DECLARE v text @ BEGIN v := (SELECT max(email) FROM customers) @ INSERT INTO kept (b) VALUES (v) @ END $$',
    'SELECT b FROM kept',
  ],
  [
    'DO with a loop',
    'DO $$ DECLARE r record @ BEGIN FOR r IN SELECT * FROM customers LOOP UPDATE kept SET b = r.email @ END LOOP @ END $$',
    'SELECT b FROM kept',
  ],
  [
    'DO with a text that is put together of quoted values',
    "DO $$ BEGIN EXECUTE format('UPDATE kept SET b = %L', (SELECT max(email) FROM customers)) @ END $$",
    'SELECT b FROM kept',
  ],
  [
    'DO with values for a text',
    "DO $$ BEGIN EXECUTE 'UPDATE kept SET b = $1' USING (SELECT max(email) FROM customers) @ END $$",
    'SELECT b FROM kept',
  ],
]

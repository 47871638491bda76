\d
\d customers
\d+ customers
\d orders
\d customer_contacts
\d+ customer_contacts
\dt
\dt+
\dv
\df
\df pg_catalog.abs
\di
\dn
\dn+
\du
\dT
\dp
\dx
\l
\ds
\sf pg_catalog.abs
\sv customer_contacts
\dd
\db
\dconfig work_mem
\dF
\do pg_catalog.||
\encoding
\echo :SERVER_VERSION_NAME :ENCODING
SELECT 1 AS one, 'x' AS two \gset
\echo :one :two
CREATE TEMP SEQUENCE rounds;
-- \watch ends with the error of the third round.
SELECT 6 / (3 - nextval('rounds')) AS left_over \watch 0.1
\timing off
SELECT 1; SELECT 2; SELECT 3;
SELECT 1 \; SELECT 2;
BEGIN;
INSERT INTO products VALUES (100, 'x', 1);
SAVEPOINT s;
SELECT 1/0;
SELECT 1;
ROLLBACK TO s;
SELECT count(*) FROM products;
ROLLBACK;
SELECT count(*) FROM products;
SELEC 1;
SELECT * FROM nothing;
\errverbose
INSERT INTO products VALUES (1, 'dup', 1);
\set VERBOSITY verbose
INSERT INTO products VALUES (1, 'dup', 1);
INSERT INTO products VALUES (1, null, 1);
\set VERBOSITY default
DO $$ BEGIN RAISE NOTICE 'hello %', 1; RAISE WARNING 'warn' USING DETAIL='d', HINT='h'; END $$;
DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE='P0007', DETAIL='d', HINT='h'; END $$;
CREATE TABLE t1 (a int, b text);
\copy t1 FROM stdin
1	one
2	two
\.
\copy t1 TO stdout
\copy (select b, a from t1 order by a desc) TO stdout csv header
\copy t1 from '/nonexistent/x'
\copy t1 from stdin
x	y
\.
SELECT count(*) FROM t1;
COPY t1 TO STDOUT;
COPY t1 FROM STDIN;
3	three
\.
COPY t1 (a) FROM STDIN; SELECT count(*) FROM t1;
4
\.
TABLE t1;
\x
TABLE t1;
\x
\pset format csv
TABLE t1;
\pset format aligned
\gdesc
SELECT 1 AS x, 'y'::text AS y \gdesc
SELECT 'SELECT 1', 'SELECT 2' \gexec
SELECT 1 AS a, 2 AS b, 3 AS c \crosstabview
\lo_list
\set FETCH_COUNT 3
SELECT * FROM generate_series(1, 10);
\unset FETCH_COUNT
PREPARE p(int) AS SELECT $1 + 1;
EXECUTE p(1);
DEALLOCATE p;
BEGIN; DECLARE c CURSOR FOR SELECT * FROM generate_series(1,5) g; FETCH 2 FROM c; MOVE 1 FROM c; FETCH ALL FROM c; CLOSE c; COMMIT;
EXPLAIN (COSTS OFF) SELECT * FROM products WHERE id = 1;
SHOW search_path;
SET search_path = pg_catalog, public;
SHOW search_path;
\dt
RESET search_path;
LISTEN x;
NOTIFY x, 'hello';
SELECT 1;
UNLISTEN *;
CREATE TEMP TABLE tmp1 AS SELECT * FROM products;
SELECT count(*) FROM tmp1;
CREATE FUNCTION f1(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 1';
\df f1
\sf f1
SELECT f1(2);
DROP FUNCTION f1;
DROP TABLE t1;
VACUUM products;
ANALYZE products;
CREATE INDEX CONCURRENTLY ix ON products (title);
DROP INDEX CONCURRENTLY ix;
BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; SET LOCAL work_mem='5MB'; SHOW work_mem; COMMIT;
BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1; COMMIT;
SET statement_timeout = 100;
SELECT pg_sleep(5);
RESET statement_timeout;
SELECT 1;
;
-- only a comment
SELECT 'é', U&'\0041', E'\n', $q$x$q$;
SET client_encoding = latin1;
SELECT 'a';
SET client_encoding = utf8;
SET standard_conforming_strings = off;
SELECT 'a\\b';
RESET ALL;
DISCARD ALL;
SELECT current_user, session_user, current_database();
GRANT SELECT ON products TO public;
\dp products
REVOKE SELECT ON products FROM public;
MERGE INTO products p USING (VALUES (1)) v(i) ON p.id = v.i WHEN MATCHED THEN DO NOTHING;
INSERT INTO products VALUES (200, 'z', 1) RETURNING *;
DELETE FROM products WHERE id = 200 RETURNING id;
\c
SELECT 5;
\q

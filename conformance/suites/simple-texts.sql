-- nothing

-- one empty statement
;
-- only comments
/* nothing */ -- at all
-- empty statements between
;;SELECT 1;;SELECT 2;;
-- two results
SELECT 1; SELECT 2
-- a result and a tag
SELECT 1; INSERT INTO t VALUES (1)
-- division by zero in the middle
INSERT INTO t VALUES (1); SELECT 1/0; INSERT INTO t VALUES (2)
-- division by zero at the end
INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); SELECT 1/0
-- an unknown table in the middle
INSERT INTO t VALUES (1); SELECT * FROM nowhere; INSERT INTO t VALUES (2)
-- a syntax error at the end: nothing runs
INSERT INTO t VALUES (1); SELEC 2
-- a syntax error at the end behind a COMMIT: nothing runs
BEGIN; INSERT INTO t VALUES (1); COMMIT; SELEC 2
-- a transaction in one text
BEGIN; INSERT INTO t VALUES (1); COMMIT
-- a transaction in one text that fails
BEGIN; INSERT INTO t VALUES (1); SELECT 1/0; COMMIT
SELECT 1
COMMIT
-- a transaction left open
BEGIN; INSERT INTO t VALUES (1)
SELECT n FROM t
ROLLBACK
-- a failed transaction left open
BEGIN; INSERT INTO t VALUES (1); SELECT 1/0
INSERT INTO t VALUES (2); COMMIT
-- a failed transaction ended in the next text
BEGIN; SELECT 1/0
ROLLBACK; INSERT INTO t VALUES (3)
-- a COMMIT in the middle keeps what was before
INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); SELECT 1/0
-- BEGIN behind an implicit part takes it in
INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2); ROLLBACK; INSERT INTO t VALUES (3)
-- BEGIN and COMMIT, then an error
BEGIN; INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); SELECT 1/0
-- ROLLBACK in the middle
INSERT INTO t VALUES (1); ROLLBACK; INSERT INTO t VALUES (2)
-- COMMIT without a transaction
COMMIT; SELECT 1
-- two BEGINs
BEGIN; BEGIN; INSERT INTO t VALUES (1); COMMIT; COMMIT
-- COMMIT AND CHAIN
BEGIN; INSERT INTO t VALUES (1); COMMIT AND CHAIN; INSERT INTO t VALUES (2); ROLLBACK
-- COMMIT AND CHAIN in an implicit block
INSERT INTO t VALUES (1); COMMIT AND CHAIN
-- a savepoint within one text
BEGIN; INSERT INTO t VALUES (1); SAVEPOINT s; INSERT INTO t VALUES (2); ROLLBACK TO s; COMMIT
-- a savepoint brings a failed transaction back
BEGIN; SAVEPOINT s; INSERT INTO t VALUES (1)
SELECT 1/0; SELECT 2
ROLLBACK TO s; INSERT INTO t VALUES (2); COMMIT
-- SAVEPOINT in an implicit block
INSERT INTO t VALUES (1); SAVEPOINT s; INSERT INTO t VALUES (2)
-- RELEASE of an unknown savepoint
BEGIN; INSERT INTO t VALUES (1); RELEASE s; COMMIT
ROLLBACK
-- SET LOCAL in an implicit block
SET LOCAL statement_timeout = '7s'; SHOW statement_timeout
SHOW statement_timeout
-- SET that is taken back with its text
SET statement_timeout = '8s'; SELECT 1/0
SHOW statement_timeout
-- SET reported by ParameterStatus
SET application_name = 'first'; SET application_name = 'second'
SET application_name = 'third'; SELECT 1/0
RESET application_name
-- SET TRANSACTION first in a text
BEGIN; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SHOW transaction_isolation; COMMIT
-- SET TRANSACTION behind a query
SELECT 1; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
-- a read-only transaction refuses a write
BEGIN READ ONLY; INSERT INTO t VALUES (1); COMMIT
ROLLBACK
-- DDL and use of it
CREATE TABLE made (a int); INSERT INTO made VALUES (1); TABLE made; DROP TABLE made
-- DDL that is taken back
CREATE TABLE made (a int); SELECT 1/0
TABLE made
-- VACUUM cannot run in a block
SELECT 1; VACUUM t
-- VACUUM alone
VACUUM t
-- CREATE DATABASE cannot run in a block
INSERT INTO t VALUES (1); CREATE DATABASE nowhere
-- a cursor in one text
BEGIN; DECLARE c CURSOR FOR SELECT generate_series(1, 3); FETCH 2 FROM c; FETCH ALL FROM c; CLOSE c; COMMIT
-- a cursor in an implicit block
DECLARE c CURSOR FOR SELECT generate_series(1, 3); FETCH 2 FROM c; MOVE c; FETCH 1 FROM c
FETCH 1 FROM c
-- a cursor alone
DECLARE c CURSOR FOR SELECT 1
-- a held cursor goes on behind its transaction
BEGIN; DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT generate_series(1, 5); FETCH 1 FROM c; COMMIT
FETCH LAST FROM c; FETCH PRIOR FROM c; FETCH ABSOLUTE 2 FROM c; FETCH RELATIVE -1 FROM c; MOVE FORWARD ALL IN c
CLOSE c; FETCH 1 FROM c
-- a binary cursor
BEGIN; DECLARE c BINARY CURSOR FOR SELECT 258; FETCH 1 FROM c; COMMIT
-- a cursor that does not scroll back
BEGIN; DECLARE c NO SCROLL CURSOR FOR SELECT generate_series(1, 3); FETCH 2 FROM c; FETCH BACKWARD 1 FROM c
ROLLBACK
-- WHERE CURRENT OF
INSERT INTO t VALUES (1), (2)
BEGIN; DECLARE c CURSOR FOR SELECT n FROM t FOR UPDATE; FETCH 1 FROM c; DELETE FROM t WHERE CURRENT OF c; COMMIT
-- PREPARE and EXECUTE in one text
PREPARE p (int) AS SELECT $1 + 1; EXECUTE p (1); EXECUTE p (2); DEALLOCATE p
-- PREPARE survives the error behind it
PREPARE p AS SELECT 5; SELECT 1/0
EXECUTE p
DEALLOCATE ALL; EXECUTE p
-- PREPARE of a name that is taken
PREPARE p AS SELECT 5; PREPARE p AS SELECT 6
EXECUTE p
DEALLOCATE p
-- EXECUTE with the wrong number of values
PREPARE p (int) AS SELECT $1; EXECUTE p; EXECUTE p (1)
DEALLOCATE p
-- EXPLAIN of all kinds
EXPLAIN (COSTS OFF) SELECT 1; EXPLAIN (COSTS OFF, ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF) INSERT INTO t VALUES (1)
-- EXPLAIN ANALYZE EXECUTE
PREPARE p AS INSERT INTO t VALUES (9); EXPLAIN (COSTS OFF, ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF) EXECUTE p; DEALLOCATE p
-- a notice and an error
DO $$ BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two'; END $$; SELECT 1; DO $$ BEGIN RAISE EXCEPTION 'three'; END $$; SELECT 2
-- CALL with results of its own
CREATE PROCEDURE doubled(INOUT x int) LANGUAGE plpgsql AS $$ BEGIN x := x * 2; END $$
CALL doubled(4); CALL doubled(5)
DROP PROCEDURE doubled
-- CALL that commits, alone
CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); ROLLBACK; END $$
CALL commits()
-- CALL that commits, in a block
SELECT 1; CALL commits()
DROP PROCEDURE commits
-- RETURNING and a command tag of each kind
INSERT INTO t VALUES (1), (2) RETURNING n; UPDATE t SET n = n + 10 RETURNING n; DELETE FROM t WHERE n > 11 RETURNING n; SELECT 7 INTO made; DROP TABLE made
-- LISTEN and NOTIFY in one text
LISTEN here; NOTIFY here, 'one'; NOTIFY here, 'one'; SELECT pg_notify('here', 'two'); UNLISTEN *
-- NOTIFY is taken back with its text
LISTEN here
NOTIFY here, 'lost'; SELECT 1/0
NOTIFY here, 'kept'
UNLISTEN here; NOTIFY here, 'unheard'
-- a COPY OUT between
INSERT INTO t VALUES (1), (2); COPY t TO STDOUT; SELECT 3
-- two COPY OUT
COPY (SELECT 1) TO STDOUT; COPY (SELECT 2, NULL) TO STDOUT WITH (FORMAT csv, HEADER)
-- a COPY OUT that fails amid its rows
COPY (SELECT 1 / (2 - g) FROM generate_series(0, 4) g) TO STDOUT; SELECT 1
-- a text of literals that hide what splits
SELECT 'a;b', "x;y" FROM (SELECT 1 AS "x;y") s; SELECT $$;$$; SELECT E'\';' /* ; */; SELECT U&'\003B'
-- a function with a body that holds semicolons
CREATE FUNCTION body() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT body(); DROP FUNCTION body()
-- a rule that answers a write with a result
CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 'ruled'; SELECT 'twice'); INSERT INTO t VALUES (1); DROP RULE r ON t
-- deferred constraints fail at the end of the text
CREATE TABLE made (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)
INSERT INTO made VALUES (1); INSERT INTO made VALUES (1)
BEGIN; INSERT INTO made VALUES (1); INSERT INTO made VALUES (1); SELECT 5; COMMIT
TABLE made
DROP TABLE made
-- DISCARD ALL alone and in a block
DISCARD ALL
SELECT 1; DISCARD ALL
-- ten results
SELECT 1;SELECT 2;SELECT 3;SELECT 4;SELECT 5;SELECT 6;SELECT 7;SELECT 8;SELECT 9;SELECT 10;

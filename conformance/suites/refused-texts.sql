-- alone
SELECT * FROM vault
-- at the front
SELECT * FROM vault; INSERT INTO t VALUES (1)
-- in the middle of an implicit transaction: what came before is taken back
INSERT INTO t VALUES (1); SELECT * FROM vault; INSERT INTO t VALUES (2)
-- at the end
INSERT INTO t VALUES (1); SELECT 5; SELECT * FROM vault
-- behind a result
SELECT 5; SELECT * FROM vault; SELECT 6
-- in an open transaction
BEGIN
INSERT INTO t VALUES (1); SELECT * FROM vault; SELECT 6
SELECT 7
COMMIT
-- in a transaction of the text's own
BEGIN; INSERT INTO t VALUES (1); SELECT * FROM vault; COMMIT
SELECT 7
COMMIT
-- behind a COMMIT: what was committed stays
BEGIN; INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); SELECT * FROM vault
-- behind the COMMIT of an open transaction
BEGIN; INSERT INTO t VALUES (1)
INSERT INTO t VALUES (2); COMMIT; SELECT * FROM vault
-- behind a ROLLBACK
BEGIN; INSERT INTO t VALUES (1)
ROLLBACK; SELECT * FROM vault
-- behind a savepoint
BEGIN; INSERT INTO t VALUES (1); SAVEPOINT s; INSERT INTO t VALUES (2); SELECT * FROM vault
ROLLBACK TO s; INSERT INTO t VALUES (3); COMMIT
-- behind an error: the error is told
INSERT INTO t VALUES (1); SELECT 1/0; SELECT * FROM vault
-- in a failed transaction
BEGIN; SELECT 1/0
SELECT 5; SELECT * FROM vault
ROLLBACK
-- in front of a syntax error: nothing runs
BEGIN; INSERT INTO t VALUES (1); COMMIT; SELECT * FROM nowhere; SELEC
-- twice
INSERT INTO t VALUES (1); SELECT * FROM vault; SELECT * FROM vault
-- behind comments, strings and empty statements
/* ; */ ; SELECT 'a;b' /* SELECT * FROM vault; */ ; -- here
+; SELECT $x$;$x$; SELECT * FROM vault; SELECT 1
-- behind a COPY OUT
INSERT INTO t VALUES (1); COPY (SELECT 1) TO STDOUT; SELECT * FROM vault
-- by COPY
INSERT INTO t VALUES (1); COPY vault TO STDOUT; SELECT 1
-- by a write
INSERT INTO t VALUES (1); INSERT INTO vault VALUES (1); SELECT 1
-- a NOTIFY in front is not heard
LISTEN here
NOTIFY here, 'lost'; SELECT * FROM vault
UNLISTEN here
-- a setting in front is taken back
SET statement_timeout = '9s'; SELECT * FROM vault
SHOW statement_timeout
-- what was prepared in front stays
PREPARE p AS SELECT 5; SELECT * FROM vault
EXECUTE p
DEALLOCATE p

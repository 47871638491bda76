SELECT 1
--> select [read]
SELECT * FROM orders
--> select [read] public.orders:read
TABLE orders
--> select [read] public.orders:read
VALUES (1)
--> values [read]
SELECT * FROM orders FOR UPDATE
--> select [read write] public.orders:read
SELECT * FROM orders o FOR SHARE OF o
--> select [read write] public.orders:read
SELECT * FROM orders FOR KEY SHARE SKIP LOCKED
--> select [read write] public.orders:read
SELECT * INTO made FROM orders
--> select into [ddl read write] public.orders:read public.made:write
SELECT * INTO TEMP made FROM orders
--> select into [ddl read write] public.orders:read public.made:write
SELECT (SELECT max(id) FROM orders) FROM customers
--> select [read] public.customers:read public.orders:read
SELECT * FROM orders UNION SELECT * FROM contacts
--> select [read] public.orders:read public.contacts:read
WITH d AS (DELETE FROM orders WHERE id = 1 RETURNING id) SELECT * FROM d
--> select [read write] public.orders:read+write
WITH d AS (SELECT 1) SELECT * FROM d
--> select [read]
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r
--> select [read]
WITH orders AS (SELECT 1) SELECT * FROM orders
--> select [read]
WITH orders AS (SELECT * FROM orders) SELECT * FROM orders
--> select [read] public.orders:read
INSERT INTO orders (id) VALUES (1)
--> insert [write] public.orders:write
INSERT INTO orders DEFAULT VALUES
--> insert [write] public.orders:write
INSERT INTO orders SELECT * FROM contacts
--> insert [read write] public.contacts:read public.orders:write
INSERT INTO orders (id) VALUES (1) RETURNING note
--> insert [read write] public.orders:read+write
INSERT INTO orders (id) VALUES (1) ON CONFLICT DO NOTHING
--> insert [write] public.orders:write
INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET note = excluded.note || orders.note
--> insert [read write] public.orders:read+write
INSERT INTO orders (id) VALUES ((SELECT max(id) FROM customers))
--> insert [read write] public.customers:read public.orders:write
WITH c AS (SELECT id FROM customers) INSERT INTO orders (id) SELECT id FROM c
--> insert [read write] public.customers:read public.orders:write
UPDATE orders SET note = 'x'
--> update [write] public.orders:write
UPDATE orders SET total = total + 1
--> update [read write] public.orders:read+write
UPDATE orders SET note = 'x' WHERE id = 1
--> update [read write] public.orders:read+write
UPDATE orders SET note = c.name FROM customers c WHERE c.id = customer_id
--> update [read write] public.orders:read+write public.customers:read
UPDATE orders SET note = (SELECT name FROM customers LIMIT 1)
--> update [read write] public.orders:write public.customers:read
DELETE FROM orders
--> delete [write] public.orders:write
DELETE FROM orders WHERE id = 1
--> delete [read write] public.orders:read+write
DELETE FROM orders USING customers c WHERE c.id = orders.customer_id
--> delete [read write] public.orders:read+write public.customers:read
DELETE FROM ONLY orders WHERE id = 1 RETURNING *
--> delete [read write] public.orders:read+write
MERGE INTO orders USING contacts c ON c.customer_id = orders.customer_id WHEN MATCHED THEN DELETE
--> merge [read write] public.orders:read+write public.contacts:read
MERGE INTO orders o USING (SELECT * FROM customers) c ON c.id = o.customer_id WHEN MATCHED THEN UPDATE SET note = c.name WHEN NOT MATCHED THEN INSERT (id) VALUES (c.id)
--> merge [read write] public.orders:read+write public.customers:read
MERGE INTO orders o USING (VALUES (1)) v(a) ON o.id = v.a WHEN MATCHED THEN DO NOTHING
--> merge [read write] public.orders:read+write
MERGE INTO orders o USING (VALUES (1)) v(a) ON o.id = v.a WHEN MATCHED THEN DELETE RETURNING o.note
--> merge [read write] public.orders:read+write
TRUNCATE orders
--> truncate [ddl write] public.orders:write
TRUNCATE TABLE orders, contacts RESTART IDENTITY CASCADE
--> truncate [ddl write] public.orders:write public.contacts:write
COPY orders TO STDOUT
--> copy [read] public.orders:read
COPY orders FROM STDIN
--> copy [write] public.orders:write
COPY orders FROM STDIN WHERE id > 1
--> copy [read write] public.orders:read+write
COPY orders TO '/srv/x'
--> copy [file read] public.orders:read
COPY orders FROM '/srv/x'
--> copy [file write] public.orders:write
COPY orders TO PROGRAM 'cat'
--> copy [program read] public.orders:read
COPY orders FROM PROGRAM 'cat'
--> copy [program write] public.orders:write
COPY (SELECT * FROM orders) TO STDOUT
--> copy [read] public.orders:read
COPY (DELETE FROM orders RETURNING id) TO STDOUT
--> copy [read write] public.orders:read+write
EXPLAIN SELECT * FROM orders
--> explain [read] public.orders:read
EXPLAIN DELETE FROM orders
--> explain [read] public.orders:read
EXPLAIN SELECT purge(1), lo_unlink(2) FROM orders
--> explain [read write] public.orders:read
EXPLAIN UPDATE orders SET note = hushed(1) WHERE id = 1
--> explain [read write] public.orders:read
EXPLAIN MERGE INTO orders o USING customers c ON hushed(1) = c.id WHEN MATCHED THEN DELETE
--> explain [read write] public.orders:read public.customers:read
EXPLAIN INSERT INTO orders (created_at) VALUES (now())
--> explain [read] public.orders:read
EXPLAIN SELECT * FROM orders FOR UPDATE
--> explain [read] public.orders:read
EXPLAIN UPDATE pg_catalog.pg_class SET relname = 'x'
--> explain [read] pg_catalog.pg_class:read
EXPLAIN SELECT * FROM tick_v
--> explain [read unknown] public.tick_v:read
EXPLAIN ANALYZE SELECT * FROM orders
--> explain [read] public.orders:read
EXPLAIN ANALYZE DELETE FROM orders
--> explain [read write] public.orders:write
EXPLAIN (ANALYZE false) DELETE FROM orders
--> explain [read] public.orders:read
EXPLAIN (ANALYZE, BUFFERS) UPDATE orders SET note = 'x'
--> explain [read write] public.orders:write
EXPLAIN CREATE TABLE made AS SELECT * FROM orders
--> explain [read] public.made:read public.orders:read
EXPLAIN ANALYZE CREATE TABLE made AS SELECT * FROM orders
--> explain [ddl read write] public.made:write public.orders:read
CREATE TABLE made (a int)
--> create table [ddl] public.made:write
CREATE TABLE made (a int REFERENCES orders)
--> create table [ddl read] public.made:write public.orders:read
CREATE TABLE made (LIKE orders)
--> create table [ddl read] public.made:write public.orders:read
CREATE TABLE made (a int DEFAULT nextval('s'))
--> create table [ddl] public.made:write
CREATE TABLE made AS SELECT * FROM orders
--> create table [ddl read write] public.made:write public.orders:read
CREATE TABLE made AS VALUES (1)
--> create table [ddl write] public.made:write
CREATE TABLE made AS TABLE orders WITH NO DATA
--> create table [ddl read write] public.made:write public.orders:read
CREATE TEMP TABLE made (a int)
--> create table [ddl] public.made:write
CREATE TABLE made PARTITION OF orders DEFAULT
--> create table [ddl read] public.made:write public.orders:read
CREATE UNLOGGED TABLE made () INHERITS (orders)
--> create table [ddl read] public.made:write public.orders:read
CREATE FOREIGN TABLE made (a int) SERVER s
--> create foreign table [ddl] public.made:write
CREATE VIEW made AS SELECT * FROM orders
--> create view [ddl read] public.made:write public.orders:read
CREATE OR REPLACE TEMP VIEW made AS SELECT 1
--> create view [ddl] public.made:write
CREATE RECURSIVE VIEW made (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM made
--> create view [ddl] public.made:write
CREATE MATERIALIZED VIEW made AS SELECT * FROM orders
--> create materialized view [ddl read write] public.made:write public.orders:read
REFRESH MATERIALIZED VIEW customer_mv
--> refresh materialized view [ddl read write] public.customer_mv:write
REFRESH MATERIALIZED VIEW CONCURRENTLY customer_mv WITH DATA
--> refresh materialized view [ddl read write] public.customer_mv:write
CREATE INDEX ON orders (id)
--> create index [ddl] public.orders:write
CREATE UNIQUE INDEX CONCURRENTLY i ON orders (lower(note)) WHERE id > 0
--> create index [ddl read] public.orders:read+write
CREATE SEQUENCE s
--> create sequence [ddl]
CREATE TYPE mood AS ENUM ('a')
--> create type [ddl]
CREATE TYPE pair AS (a int, b int)
--> create type [ddl]
CREATE DOMAIN d AS text CHECK (value <> '')
--> create domain [ddl]
CREATE SCHEMA s
--> create schema [ddl]
CREATE SCHEMA s CREATE TABLE made (a int) CREATE VIEW v AS SELECT * FROM made
--> create schema [ddl read] s.made:read+write s.v:write
CREATE DATABASE d
--> create database [ddl]
CREATE EXTENSION pgcrypto
--> create extension [ddl]
CREATE ROLE ana LOGIN
--> create role [ddl]
CREATE USER ana PASSWORD 'x'
--> create role [ddl]
CREATE POLICY p ON orders USING (note = current_user)
--> create policy [ddl read] public.orders:read+write
CREATE TRIGGER t BEFORE INSERT ON orders EXECUTE FUNCTION f()
--> create trigger [ddl] public.orders:write
CREATE RULE r AS ON INSERT TO orders DO ALSO INSERT INTO audit_log (note) VALUES (new.note)
--> create rule [ddl] public.orders:write public.audit_log:write
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'
--> create function [ddl]
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM orders; END
--> create function [ddl read] public.orders:read
CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN END'
--> create procedure [ddl]
CREATE PUBLICATION p FOR TABLE orders
--> create publication [ddl read] public.orders:read
CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p
--> create subscription [ddl network]
IMPORT FOREIGN SCHEMA a FROM SERVER s INTO public
--> import foreign schema [ddl network]
CREATE STATISTICS st ON id, note FROM orders
--> create statistics [ddl read] public.orders:read
ALTER TABLE orders ADD COLUMN a int
--> alter table [ddl] public.orders:write
ALTER TABLE orders DROP COLUMN note
--> alter table [ddl] public.orders:write
ALTER TABLE orders RENAME TO gone
--> alter table [ddl] public.orders:write public.gone:write
ALTER TABLE orders RENAME COLUMN note TO n
--> alter table [ddl] public.orders:write
ALTER TABLE orders RENAME CONSTRAINT a TO b
--> alter table [ddl] public.orders:write
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers
--> alter table [ddl read] public.orders:write public.customers:read
ALTER TABLE orders ATTACH PARTITION contacts DEFAULT
--> alter table [ddl read] public.orders:write public.contacts:read
ALTER TABLE orders OWNER TO ana
--> alter table [ddl] public.orders:write
ALTER TABLE orders SET SCHEMA vault
--> alter table [ddl] public.orders:write vault.orders:write
ALTER TABLE orders ENABLE ROW LEVEL SECURITY
--> alter table [ddl] public.orders:write
ALTER INDEX i RENAME TO j
--> alter index [ddl]
ALTER VIEW customer_v RENAME TO v
--> alter view [ddl] public.customer_v:write public.v:write
ALTER ROLE ana SUPERUSER
--> alter role [ddl]
ALTER SYSTEM SET work_mem = '1GB'
--> alter system [admin]
ALTER DATABASE d SET search_path = 'x'
--> alter database [ddl]
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ana
--> grant [dcl]
DROP TABLE orders
--> drop table [ddl] public.orders:write
DROP TABLE IF EXISTS orders, contacts CASCADE
--> drop table [ddl] public.orders:write public.contacts:write
DROP VIEW customer_v
--> drop view [ddl] public.customer_v:write
DROP INDEX i
--> drop index [ddl]
DROP SCHEMA vault CASCADE
--> drop schema [ddl]
DROP TRIGGER t ON orders
--> drop trigger [ddl] public.orders:write
DROP POLICY p ON orders
--> drop policy [ddl] public.orders:write
DROP OWNED BY ana
--> drop owned [ddl]
DROP DATABASE d
--> drop database [ddl]
COMMENT ON TABLE orders IS 'x'
--> comment table [ddl] public.orders:write
COMMENT ON COLUMN orders.note IS 'x'
--> comment column [ddl] public.orders:write
COMMENT ON ROLE ana IS 'x'
--> comment role [ddl]
GRANT SELECT ON orders TO ana
--> grant [dcl] public.orders:write
GRANT SELECT (note), UPDATE ON orders, contacts TO ana WITH GRANT OPTION
--> grant [dcl] public.orders:write public.contacts:write
GRANT USAGE ON SCHEMA vault TO ana
--> grant [dcl]
GRANT ALL ON ALL TABLES IN SCHEMA vault TO ana
--> grant [dcl]
GRANT admins TO ana
--> grant [dcl]
REVOKE ALL ON orders FROM PUBLIC
--> revoke [dcl] public.orders:write
REASSIGN OWNED BY ana TO bob
--> reassign [dcl]
SECURITY LABEL ON TABLE orders IS 'x'
--> security label [dcl] public.orders:write
BEGIN
--> begin []
START TRANSACTION READ ONLY
--> begin []
COMMIT
--> commit []
END
--> commit []
ROLLBACK
--> rollback []
ABORT
--> rollback []
SAVEPOINT a
--> savepoint []
RELEASE a
--> release []
ROLLBACK TO a
--> rollback to []
PREPARE TRANSACTION 'x'
--> prepare transaction [write]
COMMIT PREPARED 'x'
--> commit prepared [write]
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
--> set transaction []
SET search_path = vault
--> set [session]
SET LOCAL statement_timeout = '5s'
--> set [session]
SET work_mem TO DEFAULT
--> set [session]
SET ROLE ana
--> set role [admin session]
SET SESSION AUTHORIZATION ana
--> set session authorization [admin session]
RESET ROLE
--> reset role [session]
RESET ALL
--> reset [session]
SET CONSTRAINTS ALL DEFERRED
--> set [session]
SHOW search_path
--> show [read]
SHOW ALL
--> show [read]
DISCARD ALL
--> discard [session]
PREPARE p AS DELETE FROM orders
--> prepare [session] public.orders:write
DEALLOCATE p
--> deallocate [session]
DECLARE c CURSOR FOR SELECT * FROM orders
--> declare [read session] public.orders:read
DECLARE c CURSOR FOR SELECT * FROM orders FOR UPDATE
--> declare [read session write] public.orders:read
FETCH ALL FROM c
--> fetch [read]
MOVE 1 FROM c
--> move [read]
CLOSE c
--> close [session]
LISTEN a
--> listen [session]
NOTIFY a, 'x'
--> notify [session]
UNLISTEN *
--> unlisten [session]
LOCK orders
--> lock [write] public.orders:write
LOCK TABLE orders, contacts IN SHARE MODE
--> lock [write] public.orders:write public.contacts:write
VACUUM
--> vacuum [admin]
VACUUM FULL orders
--> vacuum [admin] public.orders:read
ANALYZE orders (note)
--> analyze [admin] public.orders:read
CLUSTER orders USING i
--> cluster [admin] public.orders:read
REINDEX TABLE orders
--> reindex [admin] public.orders:read
REINDEX INDEX i
--> reindex [admin]
CHECKPOINT
--> checkpoint [admin]
LOAD 'lib'
--> load [admin program]
DO 'BEGIN END'
--> do []
CALL purge()
--> call [write]
CALL nowhere(1)
--> call [unknown]
SELECT nextval('s')
--> select [read write]
SELECT setval('s', 1)
--> select [read write]
SELECT currval('s')
--> select [read]
SELECT pg_advisory_lock(1)
--> select [read session]
SELECT pg_try_advisory_xact_lock(1)
--> select [read session]
SELECT lo_import('/etc/passwd')
--> select [file read]
SELECT lo_export(1, '/srv/x')
--> select [file read]
SELECT lo_get(1)
--> select [read]
SELECT lo_put(1, 0, 'x')
--> select [read write]
SELECT lo_unlink(1)
--> select [read write]
SELECT pg_read_file('/etc/passwd')
--> select [file read]
SELECT * FROM pg_ls_dir('/')
--> select [file read]
SELECT pg_stat_file('x')
--> select [file read]
SELECT * FROM dblink('host=x', 'SELECT 1') AS t (a int)
--> select [network read]
SELECT pg_terminate_backend(1)
--> select [admin read]
SELECT pg_cancel_backend(1)
--> select [admin read]
SELECT pg_reload_conf()
--> select [admin read]
SELECT set_config('work_mem', '1MB', true)
--> select [read session]
SELECT set_config('role', 'ana', false)
--> select [admin read session]
SELECT pg_notify('a', 'x')
--> select [read session]
SELECT pg_sleep(1)
--> select [read]
SELECT query_to_xml('SELECT * FROM orders', true, true, '')
--> select [read unknown]
SELECT table_to_xml('orders', true, true, '')
--> select [read unknown]
SELECT pg_logical_emit_message(true, 'a', 'b')
--> select [read write]
SELECT now(), current_user, version(), random()
--> select [read]
SELECT purge(1)
--> select [read write]
SELECT email_of(1)
--> select [read]
SELECT tidy('x')
--> select [read]
SELECT nowhere(1)
--> select [read unknown]
INSERT INTO orders (id) VALUES (nextval('s'))
--> insert [write] public.orders:write
UPDATE pg_catalog.pg_class SET relname = 'x'
--> update [admin write] pg_catalog.pg_class:write
SELECT * FROM pg_catalog.pg_class
--> select [read] pg_catalog.pg_class:read
SELECT * FROM tick_v
--> select [read unknown] public.tick_v:read
SELECT 1 WHERE EXISTS (SELECT 1 FROM orders)
--> select [read] public.orders:read
SELECT * FROM orders TABLESAMPLE system (1)
--> select [read] public.orders:read
SELECT * FROM nowhere.gone
--> select [read] nowhere.gone:read

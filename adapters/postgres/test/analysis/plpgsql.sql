DO $$ BEGIN NULL; END $$
--> do []
DO $$ BEGIN PERFORM 1 FROM orders; END $$
--> do [read] public.orders:read
DO LANGUAGE plpgsql 'BEGIN DELETE FROM orders; END'
--> do [write] public.orders:write
DO $$ DECLARE r record := tick(); BEGIN NULL; END $$
--> do [unknown]
DO $$ DECLARE total int := (SELECT count(*) FROM orders); BEGIN RAISE NOTICE '%', total; END $$
--> do [read] public.orders:read
DO $$ DECLARE id int; BEGIN SELECT o.id INTO id FROM orders o LIMIT 1; UPDATE contacts SET phone = id WHERE customer_id = id; END $$
--> do [read write] public.orders:read public.contacts:read+write
DO $$ DECLARE o orders%ROWTYPE; c customers.email%TYPE; BEGIN SELECT * INTO STRICT o FROM orders WHERE id = 1; c := o.note; END $$
--> do [read] public.orders:read
DO $$ BEGIN FOR i IN 1..3 LOOP INSERT INTO orders (id) VALUES (i); END LOOP; END $$
--> do [write] public.orders:write
DO $$ BEGIN FOR i IN REVERSE (SELECT max(id) FROM orders)..1 BY 2 LOOP NULL; END LOOP; END $$
--> do [read] public.orders:read
DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM customers LOOP INSERT INTO audit_log (note) VALUES (r.email); END LOOP; END $$
--> do [read write] public.audit_log:write public.customers:read
DO $$ DECLARE r record; BEGIN FOR r IN DELETE FROM orders WHERE id < 5 RETURNING * LOOP NULL; END LOOP; END $$
--> do [read write] public.orders:read+write
DO $$ DECLARE c CURSOR (k int) FOR SELECT * FROM orders WHERE id = k; BEGIN FOR r IN c(3) LOOP UPDATE contacts SET phone = r.note; END LOOP; END $$
--> do [read write] public.orders:read public.contacts:write
DO $$ DECLARE c CURSOR FOR SELECT * FROM orders; r record; BEGIN OPEN c; FETCH c INTO r; CLOSE c; END $$
--> do [read session] public.orders:read
DO $$ DECLARE c refcursor; BEGIN OPEN c FOR SELECT email FROM customers; END $$
--> do [read session] public.customers:read
DO $$ DECLARE c refcursor := 'mine'; r record; BEGIN FETCH c INTO r; END $$
--> do [read]
DO $$ DECLARE c CURSOR FOR SELECT * FROM orders FOR UPDATE; BEGIN FOR r IN c LOOP UPDATE orders SET note = '' WHERE CURRENT OF c; END LOOP; END $$
--> do [read write] public.orders:read+write
DO $$ DECLARE x int; BEGIN FOREACH x IN ARRAY (SELECT array_agg(id) FROM orders) LOOP NULL; END LOOP; END $$
--> do [read] public.orders:read
DO $$ BEGIN WHILE EXISTS (SELECT FROM orders) LOOP DELETE FROM orders WHERE id = 1; EXIT WHEN NOT FOUND; END LOOP; END $$
--> do [read write] public.orders:read+write
DO $$ BEGIN IF (SELECT true FROM orders) THEN NULL; ELSIF (SELECT true FROM contacts) THEN NULL; ELSE TRUNCATE audit_log; END IF; END $$
--> do [ddl read write] public.orders:read public.contacts:read public.audit_log:write
DO $$ BEGIN CASE (SELECT 1 FROM orders) WHEN 1 THEN PERFORM 1 FROM contacts; ELSE PERFORM 1 FROM employees; END CASE; END $$
--> do [read] public.orders:read public.contacts:read public.employees:read
DO $$ BEGIN INSERT INTO orders (id) VALUES (1); EXCEPTION WHEN unique_violation THEN UPDATE orders SET note = '' WHERE id = 1; WHEN OTHERS THEN INSERT INTO audit_log (note) VALUES (SQLERRM); END $$
--> do [read write] public.orders:read+write public.audit_log:write
DO $$ DECLARE n int; m text; BEGIN DELETE FROM orders WHERE id = 1; GET DIAGNOSTICS n = ROW_COUNT; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS m = MESSAGE_TEXT; END $$
--> do [read write] public.orders:read+write
DO $$ BEGIN EXECUTE 'DELETE FROM orders'; END $$
--> do [write] public.orders:write
DO $$ BEGIN EXECUTE 'DELETE FROM ' || 'orders' || ' WHERE id = $1' USING 3; END $$
--> do [read write] public.orders:read+write
DO $$ BEGIN EXECUTE format('DELETE FROM %I WHERE note = %L', 'orders', current_user); END $$
--> do [read write] public.orders:read+write
DO $$ BEGIN EXECUTE format('DELETE FROM orders WHERE note = ''%L''', current_user); END $$
--> do [unknown]
DO $$ BEGIN EXECUTE 'DELETE FROM orders WHERE note = ' || quote_literal(current_user); END $$
--> do [read write] public.orders:read+write
DO $$ BEGIN EXECUTE 'DELETE FROM orders WHERE note = ''' || quote_literal(current_user) || ''''; END $$
--> do [unknown]
DO $$ DECLARE t text := 'orders'; BEGIN EXECUTE format('DELETE FROM %I', t); END $$
--> do [unknown]
DO $$ DECLARE t text := 'orders'; BEGIN EXECUTE 'SELECT 1 FROM ' || t; END $$
--> do [unknown]
DO $$ BEGIN EXECUTE 'DELETE FROM orders; DELETE FROM contacts'; END $$
--> do [write] public.orders:write public.contacts:write
DO $$ DECLARE n int; BEGIN EXECUTE 'SELECT count(*) FROM orders WHERE id = $1' INTO n USING (SELECT max(customer_id) FROM contacts); END $$
--> do [read] public.contacts:read public.orders:read
DO $$ DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT * FROM orders' LOOP NULL; END LOOP; END $$
--> do [read] public.orders:read
DO $$ BEGIN EXECUTE E'DELETE \\FROM orders'; END $$
--> do [unknown]
DO $$ BEGIN EXECUTE format('INSERT INTO orders (note) SELECT %s::text FROM contacts t', true); END $$
--> do [unknown]
DO $$ BEGIN EXECUTE format('DELETE FROM %I', true); END $$
--> do [unknown]
DO $$ BEGIN EXECUTE 'DELETE FROM a' || 1e3; END $$
--> do [unknown]
DO $$ BEGIN EXECUTE 'DELETE FROM a' || 1.; END $$
--> do [unknown]
DO $$ BEGIN EXECUTE format('DELETE FROM a%s', B'1'); END $$
--> do [unknown]
DO $$ BEGIN EXECUTE format('SELECT id FROM orders LIMIT %s', 10); END $$
--> do [read] public.orders:read
DO $$ BEGIN EXECUTE 'SELECT id FROM orders LIMIT ' || 10; END $$
--> do [unknown]
DO $$ BEGIN DO 'BEGIN DELETE FROM orders; END'; END $$
--> do [write] public.orders:write
DO $a$ BEGIN DO $b$ BEGIN EXECUTE current_user; END $b$; END $a$
--> do [unknown]
DO $$ BEGIN CALL archive(1); END $$
--> do [write]
DO $$ BEGIN PERFORM purge(1); PERFORM vat(2); END $$
--> do [read write]
DO $$ BEGIN DELETE FROM orders; COMMIT; END $$
--> do [write] public.orders:write
DO $$ BEGIN SET search_path = vault; UPDATE orders SET note = ''; END $$
--> do [session unknown write] public.orders:write
DO $$ BEGIN PERFORM set_config('search_path', 'vault', false); UPDATE orders SET note = ''; END $$
--> do [read session unknown write] public.orders:write
DO $$ BEGIN ALTER TABLE orders RENAME TO o; DELETE FROM o; END $$
--> do [ddl unknown write] public.orders:write public.o:write
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'made') THEN CREATE TABLE made (id int); END IF; END $$
--> do [ddl read] pg_catalog.pg_class:read public.made:write
DO $$ BEGIN CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; PERFORM f(); END $$
--> do [ddl read unknown]
DO $$ BEGIN GRANT SELECT ON orders TO PUBLIC; END $$
--> do [dcl] public.orders:write
DO $$ BEGIN COPY orders TO '/srv/x'; END $$
--> do [file read] public.orders:read
DO $$ BEGIN PERFORM pg_notify('c', 'x'), nextval('s'); END $$
--> do [read session write]
DO $$ DECLARE a int[]; BEGIN a[(SELECT max(id) FROM orders)] := 1; a[1] = (SELECT 1 FROM contacts); END $$
--> do [read] public.orders:read public.contacts:read
DO $$ BEGIN ASSERT (SELECT true FROM orders), (SELECT note FROM audit_log); RAISE EXCEPTION 'x' USING HINT = (SELECT phone FROM contacts); END $$
--> do [read] public.orders:read public.audit_log:read public.contacts:read
DO $$ BEGIN PERFORM regexp_replace('a b', '\s', ''); END $$
--> do [read]
DO $$ BEGIN PERFORM set_config(current_user, 'admin', false); END $$
--> do [admin read session unknown]
DO $$ BEGIN PERFORM set_config('\x72ole', 'admin', false); END $$
--> do [admin read session unknown]
DO $$ BEGIN EXECUTE 'SELECT set_config(''' || '\x72ole' || ''', ''admin'', false)'; END $$
--> do [unknown]
DO $$ BEGIN DO 'BEGIN PERFORM ''\x27; DELETE FROM orders; --''; END'; END $$
--> do [unknown]
DO $$ BEGIN DO $b$ BEGIN PERFORM regexp_replace('a b', '\s', ''); END $b$; END $$
--> do [read]
DO 'BEGIN PERFORM regexp_replace(''a b'', ''\s'', ''''); END'
--> do [read]
DO $$ BEGIN PERFORM '\', '; DELETE FROM orders; --'; END $$
--> do [unknown]
DO $$ BEGIN not plpgsql; END $$
--> do [unknown]
DO LANGUAGE plpython3u 'pass'
--> do [unknown]
CALL archive(1)
--> call [write]
CALL mailing(1)
--> call [unknown]
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DELETE FROM orders; RETURN 1; END $$
--> create function [ddl]

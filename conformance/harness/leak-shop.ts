import { baselineText } from '@sluice/core/policy/packs/baseline'

/** Code that runs with writes, and copies, says or sends what it finds. */
const triggersAndRules = `
CREATE TABLE log (id integer, said text, word text);
CREATE TABLE watched (id integer, email text, n integer);
INSERT INTO watched SELECT id, email FROM customers;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO log (id, said) VALUES (OLD.id, OLD.email); RETURN NEW; END $$;
CREATE TRIGGER note AFTER UPDATE ON watched FOR EACH ROW EXECUTE FUNCTION note();
CREATE FUNCTION note_rows() RETURNS trigger LANGUAGE plpgsql AS
  $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM gone LOOP UPDATE log SET word = r.email; END LOOP; RETURN NULL; END $$;
CREATE TRIGGER note_rows AFTER UPDATE ON watched REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_rows();
CREATE TABLE kept_rows (id integer, a text, b text);
CREATE TABLE archived (id integer, email text);
INSERT INTO archived SELECT id, email FROM customers;
CREATE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE format('INSERT INTO kept_rows SELECT ($1).id, ($1).email', TG_TABLE_NAME) USING OLD; RETURN OLD; END $$;
CREATE TRIGGER keep_row BEFORE DELETE ON archived FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TABLE spelled (id integer, a text);
CREATE FUNCTION spell() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE 'INSERT INTO spelled SELECT id, email FROM ' || TG_ARGV[0]; RETURN NEW; END $$;
CREATE TABLE spells (id integer);
CREATE TRIGGER spell AFTER INSERT ON spells FOR EACH ROW EXECUTE FUNCTION spell('customers');
CREATE TABLE chosen (id integer, x text);
CREATE FUNCTION choose() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN SELECT max(email) INTO NEW.x FROM customers; RETURN NEW; END $$;
CREATE TRIGGER choose BEFORE INSERT ON chosen FOR EACH ROW EXECUTE FUNCTION choose();
CREATE TABLE other_row (id integer, x text);
CREATE FUNCTION other_row() RETURNS trigger LANGUAGE plpgsql AS
  $$ DECLARE r record; BEGIN SELECT id, email INTO r FROM customers WHERE id = 7; RETURN r; END $$;
CREATE TRIGGER other_row BEFORE INSERT ON other_row FOR EACH ROW EXECUTE FUNCTION other_row();
CREATE TABLE rung (id integer, email text, n integer);
INSERT INTO rung SELECT id, email FROM customers;
CREATE FUNCTION ring() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_notify('rung', OLD.email); RETURN NEW; END $$;
CREATE TRIGGER ring BEFORE UPDATE ON rung FOR EACH ROW EXECUTE FUNCTION ring();
CREATE TABLE loud (id integer, email text, n integer);
INSERT INTO loud SELECT id, email FROM customers;
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE NOTICE USING ERRCODE = '42601', MESSAGE = OLD.email; RETURN NEW; END $$;
CREATE TRIGGER shout BEFORE UPDATE ON loud FOR EACH ROW EXECUTE FUNCTION shout();
CREATE FUNCTION refuse_late() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION USING ERRCODE = '23514', MESSAGE = OLD.email; END $$;
CREATE TABLE late (id integer, email text, n integer);
INSERT INTO late SELECT id, email FROM customers;
CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_late();
CREATE FUNCTION said_as(code text) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN RAISE NOTICE 'said' USING ERRCODE = code; RETURN ''; END $$;
CREATE FUNCTION refuse_as(code text) RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = (SELECT max(email) FROM customers); END $$;
CREATE FUNCTION refuse_plainly() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = TG_ARGV[0], DETAIL = OLD.email; END $$;
CREATE TABLE denied (id integer, email text, n integer);
INSERT INTO denied SELECT id, email FROM customers;
CREATE TRIGGER denied BEFORE UPDATE ON denied FOR EACH ROW EXECUTE FUNCTION refuse_plainly('42501');
CREATE TABLE denied_late (id integer, email text, n integer);
INSERT INTO denied_late SELECT id, email FROM customers;
CREATE CONSTRAINT TRIGGER denied_late AFTER UPDATE ON denied_late DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION refuse_plainly('55000');
CREATE FUNCTION name_somebody() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '%', (SELECT max(name) FROM customers) USING ERRCODE = TG_ARGV[0]; END $$;
CREATE TABLE naming (id integer);
CREATE TRIGGER naming BEFORE INSERT ON naming FOR EACH ROW EXECUTE FUNCTION name_somebody('P0001');
CREATE TABLE naming_quietly (id integer);
CREATE TRIGGER naming BEFORE INSERT ON naming_quietly FOR EACH ROW EXECUTE FUNCTION name_somebody('55000');
CREATE TABLE naming_parts (id integer) PARTITION BY RANGE (id);
CREATE TABLE naming_part PARTITION OF naming_parts FOR VALUES FROM (1) TO (9);
CREATE TRIGGER naming BEFORE INSERT ON naming_part FOR EACH ROW EXECUTE FUNCTION name_somebody('55000');
CREATE TABLE naming_ruled (id integer);
CREATE RULE fails AS ON INSERT TO naming_ruled DO ALSO SELECT max(name)::integer FROM customers;
CREATE TABLE naming_default (id integer, x text DEFAULT raiser('55000'));
CREATE FUNCTION is_fine(integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM refuse_as('57014'); RETURN true; END $$;
CREATE TABLE naming_checked (id integer CHECK (is_fine(id)));
CREATE TABLE named_plans (id integer PRIMARY KEY, plan text);
INSERT INTO named_plans VALUES (1, 'a'), (2, 'b');
CREATE TABLE planned (id integer, email text, plan integer NOT NULL REFERENCES named_plans ON DELETE SET NULL);
INSERT INTO planned SELECT id, email, 1 FROM customers WHERE id < 4;
CREATE TABLE naming_keys (plan integer REFERENCES named_plans ON DELETE CASCADE);
INSERT INTO naming_keys VALUES (2);
CREATE TRIGGER naming BEFORE DELETE ON naming_keys FOR EACH ROW EXECUTE FUNCTION name_somebody('55000');
CREATE TABLE shown_base (id integer PRIMARY KEY, email text, name text, plan text NOT NULL);
INSERT INTO shown_base SELECT id, email, name, 'a' FROM customers WHERE id < 4;
CREATE VIEW plans_of AS SELECT id, plan FROM shown_base;
CREATE VIEW plans_of_plans AS SELECT * FROM plans_of;
CREATE TABLE heirs_base (id integer, n integer);
CREATE TABLE heirs (email text, name text, CHECK (n < 10)) INHERITS (heirs_base);
INSERT INTO heirs (id, n, email, name) SELECT id, 1, email, name FROM customers WHERE id < 4;
CREATE VIEW gate AS SELECT id, title AS x FROM products;
CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.x := (SELECT max(email) FROM customers); RETURN NEW; END $$;
CREATE TRIGGER gate INSTEAD OF INSERT ON gate FOR EACH ROW EXECUTE FUNCTION gate();
CREATE TABLE ruled (id integer);
CREATE RULE copies AS ON INSERT TO ruled DO ALSO INSERT INTO log (id, said) SELECT id, email FROM customers WHERE id = NEW.id;
CREATE TABLE ruled_back (id integer, x text);
CREATE RULE back AS ON INSERT TO ruled_back DO INSTEAD
  INSERT INTO mirror (id) VALUES (NEW.id) RETURNING id, (SELECT max(email) FROM customers);
CREATE TABLE ruled_rows (id integer);
CREATE RULE shows AS ON INSERT TO ruled_rows DO ALSO SELECT lower(email) FROM customers;
CREATE TABLE defaulted (id integer, x text DEFAULT reader());
CREATE TABLE letters (id integer, ref text REFERENCES addresses (email) ON UPDATE CASCADE);
INSERT INTO letters SELECT id, email FROM customers;
CREATE VIEW scratch_view AS SELECT x AS y FROM scratch;
CREATE FUNCTION spy(text) RETURNS boolean STABLE COST 0.0001 LANGUAGE plpgsql AS
  $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;
CREATE FUNCTION steady() RETURNS text IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN RETURN (SELECT max(email) FROM customers); END $$;
CREATE FUNCTION table_of() RETURNS TABLE (a text, b text) STABLE LANGUAGE sql AS 'SELECT email, phone FROM customers';
CREATE FUNCTION email_of(customers) RETURNS text STABLE LANGUAGE sql AS 'SELECT $1.email';
CREATE FUNCTION first_of(OUT a text, OUT b text) STABLE LANGUAGE sql AS 'SELECT email, phone FROM customers LIMIT 1';
`

/** Definitions that hold values, and constraints whose violation shows a row. */
const definitions = `
CREATE TABLE exclusive (email text, EXCLUDE USING hash (email WITH =));
INSERT INTO exclusive SELECT email FROM customers;
CREATE VIEW early AS SELECT * FROM customers WHERE id < 5 WITH CHECK OPTION;
CREATE TABLE by_address (email text) PARTITION BY LIST (email);
CREATE TABLE by_address_one PARTITION OF by_address FOR VALUES IN ('mail1.sentinel@shop.example');
INSERT INTO by_address VALUES ('mail1.sentinel@shop.example');
CREATE TABLE twice AS SELECT email FROM customers UNION ALL SELECT email FROM customers;
CREATE TABLE tuned (x text DEFAULT 'mail2.sentinel@shop.example', CHECK (x <> 'mail3.sentinel@shop.example'));
CREATE VIEW picked AS SELECT id FROM customers WHERE email = 'mail4.sentinel@shop.example';
CREATE INDEX tuned_some ON tuned (x) WHERE x <> 'mail5.sentinel@shop.example';
COMMENT ON TABLE tuned IS 'ask mail6.sentinel@shop.example';
CREATE TABLE misc AS SELECT id, 'ask ' || email AS x, ARRAY[email]::varchar(80)[] AS xs,
  format('{"m": "%s", "m": ""}', email)::json AS j FROM customers;
ALTER TABLE misc ADD UNIQUE (x);
`

/** What a database may have beside the shop, without code of which it cannot be told what it brings where. */
export const plainLeakSchema = `
CREATE SCHEMA archive;
CREATE TABLE archive.customer_contacts (id integer, contact text, call text);
INSERT INTO archive.customer_contacts VALUES (1, 'nothing', 'nothing');
CREATE TABLE scratch (x text);
CREATE TABLE mirror (id integer, email text);
INSERT INTO mirror VALUES (1, 'nobody@example.com');
CREATE FUNCTION mail_of(integer) RETURNS text STABLE LANGUAGE sql AS 'SELECT email FROM customers WHERE id = $1';
CREATE FUNCTION mails() RETURNS SETOF text STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT email FROM customers; END $$;
CREATE FUNCTION found_in(text, text) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 1 / strpos($1, $2)';
CREATE FUNCTION long_as(text) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 1 / length($1)';
CREATE TABLE paid (id integer, salary float8);
INSERT INTO paid VALUES (1, 52500);
CREATE SEQUENCE counter MAXVALUE 9223372036854775807;
CREATE TYPE mood AS ENUM ('calm');
CREATE TABLE checked (n integer UNIQUE CHECK (n >= 0), email text UNIQUE, d integer);
INSERT INTO checked SELECT id, email, id FROM customers WHERE id < 4;
CREATE TABLE addresses (email text PRIMARY KEY);
INSERT INTO addresses SELECT email FROM customers;
CREATE TABLE deferred (id integer, email text REFERENCES addresses (email) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO deferred SELECT id, email FROM customers;
CREATE TABLE signups (id integer, email text) PARTITION BY RANGE (id);
CREATE TABLE signups_one PARTITION OF signups FOR VALUES FROM (1) TO (1000);
INSERT INTO signups SELECT id, email FROM customers;
CREATE TABLE people_base (id integer, email text);
CREATE TABLE people_child () INHERITS (people_base);
INSERT INTO people_base SELECT id, email FROM customers;
INSERT INTO people_child SELECT id, email FROM customers;
CREATE TABLE computed (email text, shout text GENERATED ALWAYS AS (upper(email)) STORED);
INSERT INTO computed SELECT email FROM customers;
CREATE VIEW computed_view AS SELECT reverse(reverse(shout)) AS s FROM computed;
CREATE MATERIALIZED VIEW contacts_kept AS SELECT email || '' AS m FROM customers;
CREATE TABLE renamed AS SELECT id, email, name FROM customers;
CREATE TABLE retyped AS SELECT id, email FROM customers;
CREATE TABLE customer_history AS SELECT id, name FROM customers;
CREATE TABLE client_history AS SELECT id, name FROM customers;
CREATE TABLE employee_history AS SELECT id, name FROM customers;
CREATE TABLE member_history AS SELECT id, name FROM customers;
CREATE STATISTICS together (mcv) ON email, name FROM renamed;
ANALYZE;
SELECT lo_from_bytea(4242, string_agg(email, ',')::bytea) FROM customers;
SELECT lo_export(4242, 'leak.txt');
CREATE FUNCTION quietly() RETURNS text STABLE LANGUAGE plpgsql AS
  $$ BEGIN RETURN '--' || set_config('search_path', 'public', false); END $$;
CREATE FUNCTION opener() RETURNS refcursor STABLE LANGUAGE plpgsql AS
  $$ DECLARE c refcursor := 'opened'; BEGIN OPEN c FOR SELECT lower(email) FROM customers; RETURN c; END $$;
CREATE FUNCTION reader() RETURNS text STABLE LANGUAGE plpgsql AS
  $$ BEGIN RETURN (SELECT max(email) FROM customers); END $$;
CREATE FUNCTION raiser(code text DEFAULT 'P0001') RETURNS text IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION USING ERRCODE = code, MESSAGE = (SELECT max(email) FROM customers); END $$;
CREATE FUNCTION noticer(code text DEFAULT '00000') RETURNS text IMMUTABLE LANGUAGE plpgsql AS
  $$ BEGIN RAISE NOTICE USING ERRCODE = code, MESSAGE = (SELECT max(email) FROM customers); RETURN ''; END $$;
CREATE FUNCTION mover() RETURNS integer LANGUAGE sql AS 'INSERT INTO scratch (x) SELECT email FROM customers; SELECT 1';
CREATE FUNCTION planted() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN mover(); END $$;
CREATE PROCEDURE moving() LANGUAGE sql AS 'INSERT INTO scratch (x) SELECT email FROM customers';
CREATE VIEW picky AS SELECT id FROM customers WHERE email::regclass IS NOT NULL;
CREATE TABLE triggered (x text);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.x := (SELECT max(email) FROM customers); RETURN NEW; END $$;
CREATE TRIGGER fill BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION fill();
`

/** Values that functions stumble over; of some of them no XML can be made, which attacks on the whole database make. */
export const oddLeakValues = `
CREATE TABLE lives (id integer, date_of_birth date);
INSERT INTO lives VALUES (1, '1970-01-02'), (2, 'infinity');
CREATE DOMAIN word_list AS text[];
CREATE TYPE word_box AS (words text[], n integer);
CREATE TABLE split (id integer, listed text[], named word_list, boxed word_box);
COMMENT ON COLUMN split.listed IS 'sluice: secret.words';
COMMENT ON COLUMN split.named IS 'sluice: secret.words';
COMMENT ON COLUMN split.boxed IS 'sluice: secret.words';
INSERT INTO split SELECT n, a, a, ROW(a, n)::word_box FROM (VALUES (1, '{a,b}'::text[]), (2, '{a,b,c}')) v (n, a);
CREATE TYPE text_span AS RANGE (subtype = text);
CREATE TABLE shapes (id integer, days daterange, words text_span, place box, route path, spot point, half word_box, many integer);
DO $$ BEGIN EXECUTE (SELECT string_agg(format('COMMENT ON COLUMN shapes.%I IS ''sluice: secret.shape''', attname), ';')
  FROM pg_attribute WHERE attrelid = 'shapes'::regclass AND attnum > 1); END $$;
INSERT INTO shapes VALUES (1, '[1970-01-02,1971-02-03)', '[a,k)', '(0,0),(2,3)', '(0,0),(5,1)', '(1.25,3)', ROW('{a}', 1), 65),
  (2, '[1970-01-02,)', '[a,)', '(0,0),(2,5)', '(0,0),(5,1),(7,7)', '(1.25,3)', ROW(NULL, 1), 70000);
`

/** What an attack may look for: the ways around are all there. */
export const leakSchema = `
${plainLeakSchema}
${triggersAndRules}
${definitions}
`

/**
 * The baseline without the search for what looks like an address: it would hide what the proofs let through, and values
 * that have no form are not found by it.
 */
export const unscannedBaseline = baselineText.replace('scan: on', 'scan: off')

/** The same without the inference guard: it refuses much of what the proofs are tried with. */
export const unguarded = (policy: string): string => policy.replace('inference: balanced', 'inference: off')

/** A policy under which the masks alone protect: whatever may be asked, values do not arrive. */
export const looseMasks = `
version: 1
inference: off
rules:
  - { id: everything, effect: allow, when: "statement.opaque == '' || statement.opaque != ''" }
  - id: masked
    effect: mask
    columns: "column.labels.exists(l, l.startsWith('pii') || l.startsWith('secret') || l.startsWith('internal'))"
    with: { default: redact, pii.email: email, pii.card: { partial: { last: 4 } }, pii.phone: { partial: { last: 2 } } }
`

/** The same policy, with the inference guard at a level. */
export const guardedMasks = (level: 'balanced' | 'strict'): string =>
  looseMasks.replace('inference: off', `inference: ${level}`)

/** A policy under which nothing is masked for the data-protection officer, and everything is allowed. */
export const officerMasks: string = looseMasks.replace(
  'effect: mask',
  `effect: mask\n    unless: "'dpo' in principal.groups"`,
)

import { baselineText } from '@sluice/core/policy/packs/baseline'
/** What a database may have beside the shop, and what an attack may look for: the ways around are all there. */
export const leakSchema = `
CREATE SCHEMA archive;
CREATE TABLE archive.customer_contacts (id integer, contact text, call text);
INSERT INTO archive.customer_contacts VALUES (1, 'nothing', 'nothing');
CREATE TABLE scratch (x text);
CREATE TABLE mirror (id integer, email text);
INSERT INTO mirror VALUES (1, 'nobody@example.com');
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
CREATE PROCEDURE moving() LANGUAGE sql AS 'INSERT INTO scratch (x) SELECT email FROM customers';
CREATE VIEW picky AS SELECT id FROM customers WHERE email::regclass IS NOT NULL;
CREATE TABLE triggered (x text);
CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.x := (SELECT max(email) FROM customers); RETURN NEW; END $$;
CREATE TRIGGER fill BEFORE INSERT ON triggered FOR EACH ROW EXECUTE FUNCTION fill();
`

/**
 * The baseline without the search for what looks like an address: it would hide what the proofs let through, and values
 * that have no form are not found by it.
 */
export const unscannedBaseline = baselineText.replace('scan: on', 'scan: off')

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

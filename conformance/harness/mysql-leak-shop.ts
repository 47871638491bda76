/** What a database may have beside the shop, and what an attack may look for: the ways around are all there. */
export const mysqlLeakSchema = `
CREATE TABLE scratch (x text);
CREATE TABLE mirror (id integer, email varchar(100));
INSERT INTO mirror VALUES (1, 'nobody@example.com');
CREATE TABLE checked (n integer UNIQUE CHECK (n >= 0), email varchar(100) UNIQUE, d integer);
INSERT INTO checked SELECT id, email, id FROM customers WHERE id < 4;
CREATE TABLE signups (id integer, email varchar(100)) PARTITION BY RANGE (id)
  (PARTITION one VALUES LESS THAN (1000));
INSERT INTO signups SELECT id, email FROM customers;
CREATE TABLE computed (email varchar(100), shout varchar(100) AS (upper(email)) STORED, whisper varchar(100) AS (lower(email)) VIRTUAL);
INSERT INTO computed (email) SELECT email FROM customers;
CREATE VIEW computed_view AS SELECT reverse(reverse(shout)) AS s FROM computed;
CREATE ALGORITHM = TEMPTABLE VIEW kept_view AS SELECT email AS m FROM customers;
CREATE VIEW union_view AS SELECT email AS v FROM customers UNION ALL SELECT title FROM products;
CREATE VIEW subquery_view AS SELECT id, (SELECT max(email) FROM customers) AS top FROM products;
CREATE TABLE documents (id integer PRIMARY KEY, email varchar(100), doc json);
INSERT INTO documents SELECT id, email, json_object('mail', email) FROM customers;
CREATE TABLE bits (id integer PRIMARY KEY, email varchar(100), phone_bytes varbinary(100));
INSERT INTO bits SELECT id, email, phone FROM customers;
CREATE TABLE versions (id integer PRIMARY KEY, email varchar(100)) WITH SYSTEM VERSIONING;
INSERT INTO versions SELECT id, email FROM customers;
UPDATE versions SET email = 'nobody@example.com';
CREATE TABLE unlisted (id integer INVISIBLE, email varchar(100), note varchar(100));
INSERT INTO unlisted (id, email, note) SELECT id, email, 'a' FROM customers;
CREATE VIEW unlisted_view AS SELECT *, id AS n FROM unlisted;
CREATE FUNCTION reader() RETURNS varchar(100) READS SQL DATA RETURN (SELECT max(email) FROM customers);
CREATE FUNCTION \`var_pop\`(v integer) RETURNS varchar(100) READS SQL DATA RETURN (SELECT max(email) FROM customers);
CREATE FUNCTION same(v varchar(100)) RETURNS varchar(100) DETERMINISTIC RETURN v;
CREATE PROCEDURE shows() SELECT lower(email) FROM customers;
CREATE PROCEDURE shows_twice() BEGIN SELECT 1; SELECT lower(email) FROM customers; END;
CREATE PROCEDURE gives(OUT v varchar(100)) SET v = (SELECT max(email) FROM customers);
CREATE PROCEDURE runs(q text) BEGIN PREPARE s FROM q; EXECUTE s; END;
CREATE PROCEDURE raises() BEGIN DECLARE m text DEFAULT (SELECT max(email) FROM customers);
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = m; END;
CREATE PROCEDURE warns() BEGIN DECLARE m text DEFAULT (SELECT max(email) FROM customers);
  SIGNAL SQLSTATE '01000' SET MESSAGE_TEXT = m; END;
CREATE PROCEDURE pivots() BEGIN DECLARE q text DEFAULT (SELECT concat('SELECT ', group_concat('1 AS \`', email, '\`')) FROM customers);
  PREPARE s FROM q; EXECUTE s; END;
CREATE PROCEDURE sets_variable() SET @stolen = (SELECT max(email) FROM customers);
CREATE TABLE moved (x text);
CREATE PROCEDURE moving() INSERT INTO moved (x) SELECT email FROM customers;
CREATE TABLE tuned (x varchar(100) DEFAULT 'mail2.sentinel@shop.example', CHECK (x <> 'mail3.sentinel@shop.example'))
  COMMENT 'ask mail6.sentinel@shop.example';
CREATE VIEW picked AS SELECT id FROM customers WHERE email = 'mail4.sentinel@shop.example';
CREATE PROCEDURE naming() SELECT id FROM customers WHERE email = 'mail5.sentinel@shop.example';
CREATE EVENT later ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO DELETE FROM scratch WHERE x = 'mail7.sentinel@shop.example';
CREATE TABLE by_address (email varchar(100)) PARTITION BY LIST COLUMNS (email)
  (PARTITION one VALUES IN ('mail1.sentinel@shop.example'));
INSERT INTO by_address VALUES ('mail1.sentinel@shop.example');
CREATE TABLE misc (id integer PRIMARY KEY, x varchar(100) UNIQUE, j json);
INSERT INTO misc SELECT id, concat('ask ', email), concat('{"m": "', email, '", "m": ""}') FROM customers;
CREATE TABLE chosen (x enum('mail1.sentinel@shop.example'));
CREATE VIEW early AS SELECT * FROM customers WHERE id < 5 WITH CHECK OPTION;
CREATE TABLE documents_of (id integer PRIMARY KEY, email varchar(100), place point, FULLTEXT (email)) ENGINE = InnoDB;
INSERT INTO documents_of SELECT id, email, point(id, id) FROM customers;
CREATE SEQUENCE counter;
CREATE TRIGGER noisy BEFORE INSERT ON chosen FOR EACH ROW SIGNAL SQLSTATE '45000'
  SET MESSAGE_TEXT = 'mail1.sentinel@shop.example';
CREATE TABLE denied (id integer PRIMARY KEY, email varchar(100), n integer);
INSERT INTO denied SELECT id, email, 0 FROM customers;
CREATE TRIGGER denies BEFORE UPDATE ON denied FOR EACH ROW SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1142, MESSAGE_TEXT = OLD.email;
CREATE TABLE naming_base (id integer, x text);
CREATE TABLE naming_log (name varchar(100) PRIMARY KEY);
INSERT INTO naming_log SELECT max(name) FROM customers;
CREATE TRIGGER logs BEFORE INSERT ON naming_base FOR EACH ROW INSERT INTO naming_log SELECT max(name) FROM customers;
CREATE VIEW naming_view AS SELECT id FROM naming_base;
CREATE TABLE shown_base (id integer PRIMARY KEY, email varchar(100), plan varchar(10), UNIQUE (plan, email));
INSERT INTO shown_base SELECT 1, email, 'a' FROM customers WHERE id = 1;
INSERT INTO shown_base SELECT 2, email, 'b' FROM customers WHERE id = 1;
CREATE VIEW plans_of AS SELECT id, plan FROM shown_base;
CREATE TABLE triggered (x text);
CREATE TRIGGER fill BEFORE INSERT ON triggered FOR EACH ROW SET NEW.x = (SELECT max(email) FROM customers);
CREATE TABLE addresses (address varchar(100) PRIMARY KEY COMMENT 'sluice: pii.email');
INSERT INTO addresses SELECT email FROM customers;
CREATE TABLE letters (id integer, ref varchar(100), FOREIGN KEY (ref) REFERENCES addresses (address) ON UPDATE CASCADE);
INSERT INTO letters SELECT id, email FROM customers;
CREATE TABLE filled (email varchar(100), x varchar(100) DEFAULT (reverse(reverse(email))));
INSERT INTO filled (email) SELECT email FROM customers;
CREATE TABLE heard (id integer, a varchar(100));
CREATE TABLE heard_log (b text);
CREATE VIEW heard_view AS SELECT id AS i, a AS c FROM heard;
CREATE TRIGGER hears AFTER INSERT ON heard FOR EACH ROW INSERT INTO heard_log (b) VALUES (NEW.a);
CREATE TABLE touched (id integer PRIMARY KEY, email varchar(100));
INSERT INTO touched SELECT id, email FROM customers;
CREATE TRIGGER touches BEFORE UPDATE ON touched FOR EACH ROW SET @last = OLD.email;
ANALYZE TABLE customers PERSISTENT FOR ALL;
`

/** Tables that attacks fill: what earlier ones left there must not count for later ones. */
export const cleaning = 'DELETE FROM scratch; DELETE FROM triggered; DELETE FROM moved;'

/** A small shop in which every sensitive value is unique, so that a leak can be searched for. */
export const shopSchema = `
CREATE TABLE customers (
  id integer PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL,
  phone text NOT NULL,
  card varchar(19) NOT NULL,
  national_id text NOT NULL,
  date_of_birth date NOT NULL,
  notes text
);
CREATE TABLE products (id integer PRIMARY KEY, title text NOT NULL, price numeric(10, 2) NOT NULL);
CREATE TABLE orders (
  id integer PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers (id),
  product_id integer NOT NULL REFERENCES products (id),
  quantity integer NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE VIEW customer_contacts AS SELECT id, email AS contact, upper(phone) AS call FROM customers;
CREATE VIEW contacts_of_contacts AS SELECT contact AS c FROM customer_contacts;
INSERT INTO customers SELECT i, 'Name' || i || 'sentinel', 'mail' || i || '.sentinel@shop.example', '+4930555' || (1000 + i),
  '4111-2222-3333-' || (4000 + i), 'NID-' || (70000 + i), date '1970-01-01' + i, 'note sentinel ' || i
  FROM generate_series(1, 20) i;
INSERT INTO products SELECT i, 'Product ' || i, i * 1.5 FROM generate_series(1, 10) i;
INSERT INTO orders SELECT i, 1 + i % 20, 1 + i % 10, 1 + i % 3 FROM generate_series(1, 100) i;
ANALYZE customers;
`

/** What no masked principal may ever receive. */
export const sentinels: readonly RegExp[] = [/sentinel/i, /\+4930555/, /4111-2222/, /NID-7/, /1970-0/]

/** The shop of `shop.ts` on MariaDB: the same values, so that the same search finds them. */
export const mysqlShopSchema = `
CREATE TABLE customers (
  id integer PRIMARY KEY,
  name varchar(100) NOT NULL,
  email varchar(100) NOT NULL,
  phone varchar(40) NOT NULL,
  card varchar(19) NOT NULL,
  national_id varchar(40) NOT NULL,
  date_of_birth date NOT NULL,
  notes text
);
CREATE TABLE products (id integer PRIMARY KEY, title varchar(100) NOT NULL, price numeric(10, 2) NOT NULL);
CREATE TABLE orders (
  id integer PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES customers (id),
  product_id integer NOT NULL REFERENCES products (id),
  quantity integer NOT NULL,
  placed_at timestamp NOT NULL DEFAULT current_timestamp
);
CREATE VIEW customer_contacts AS SELECT id, email AS contact, upper(phone) AS \`call\` FROM customers;
CREATE VIEW contacts_of_contacts AS SELECT contact AS c FROM customer_contacts;
INSERT INTO customers SELECT seq, concat('Name', seq, 'sentinel'), concat('mail', seq, '.sentinel@shop.example'),
  concat('+4930555', 1000 + seq), concat('4111-2222-3333-', 4000 + seq), concat('NID-', 70000 + seq),
  date_add('1970-01-01', interval seq day), concat('note sentinel ', seq) FROM seq_1_to_20;
INSERT INTO products SELECT seq, concat('Product ', seq), seq * 1.5 FROM seq_1_to_10;
INSERT INTO orders (id, customer_id, product_id, quantity) SELECT seq, 1 + seq % 20, 1 + seq % 10, 1 + seq % 3 FROM seq_1_to_100;
`

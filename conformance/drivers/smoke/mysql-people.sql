CREATE TABLE people (
  id int PRIMARY KEY, email varchar(100) NOT NULL, phone_number bigint, phone varchar(40), card_number decimal(19, 0), iban char(34),
  date_of_birth date, birth_date datetime(3), birthday date NOT NULL, address json, password_hash binary(8), ssn int NOT NULL,
  api_key blob, home_address text, first_name varchar(40), salary double, quantity smallint, ordered_at timestamp(3) NULL, picture varbinary(8)
);
CREATE TABLE people_masked LIKE people;
INSERT INTO people VALUES (1, 'mail1.sentinel@shop.example', 49305551001, '+49305551001', 4111222233334001, 'DE89370400440532013000',
  '1970-01-02', '1970-01-02 03:04:05.678', '1970-01-02', '{"street": "Sentinel street 1"}', x'0102030405060708', 123456789,
  x'00ff1002', 'Sentinel street 1', 'Sentinel', 12345.5, 7, '2024-01-02 03:04:05.678', x'00ff'),
  (2, 'mail2.sentinel@shop.example', NULL, NULL, NULL, NULL, NULL, NULL, '1970-01-03', NULL, NULL, 223456789, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL);
INSERT INTO people_masked VALUES (1, 'm***@shop.example', NULL, '**********01', NULL, '[redacted]', NULL, NULL, '2000-01-01',
  '"[redacted]"', NULL, 0, NULL, '[redacted]', '[redacted]', NULL, 7, '2024-01-02 03:04:05.678', x'00ff'),
  (2, 'm***@shop.example', NULL, NULL, NULL, NULL, NULL, NULL, '2000-01-01', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

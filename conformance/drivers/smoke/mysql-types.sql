CREATE TABLE every_type (
  id int PRIMARY KEY, a_tinyint tinyint, a_smallint smallint unsigned, a_mediumint mediumint, an_int int unsigned zerofill,
  a_bigint bigint unsigned, a_float float, a_double double, a_decimal decimal(30, 9), a_bit bit(12), a_year year, a_date date,
  a_time time(6), a_datetime datetime(3), a_timestamp timestamp(6) NULL, a_char char(6), a_varchar varchar(40), a_text text,
  a_longtext longtext, a_binary binary(4), a_varbinary varbinary(20), a_blob blob, an_enum enum('red', 'varying blue'),
  a_set set('x', 'y', 'varying z'), a_json json, a_point point, a_uuid uuid, an_inet6 inet6, a_null varchar(10)
);
INSERT INTO every_type VALUES (1, -128, 65535, -8388608, 42, 18446744073709551615, 1.5, 1e-300, 12345678901234567890.123456789,
  b'101010101010', 2071, '2020-02-29', '-838:59:58.999999', '2020-02-29 01:02:03.456', '2020-02-29 01:02:03.456789', 'fixed',
  'varying äöü ☃ '' "', 'varying text', 'varying long text', x'00ff10', x'00ff1001', x'00ff1002', 'varying blue', 'x,varying z',
  '{"varying": [1, null, "x"]}', point(1, 2.5), 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2001:db8::77', NULL);

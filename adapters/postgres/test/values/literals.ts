/** Literals of each built-in type, as its input reads them; a type that is not listed has one that reads anything. */
export const literals: Readonly<Record<string, readonly string[]>> = {
  bool: ['t', 'f'],
  bytea: ['\\x00ff41', '\\x', 'ab\\\\c'],
  char: ['x'],
  int8: ['0', '-5', '9223372036854775807', '123456789012'],
  int2: ['0', '-32768', '32767'],
  int4: ['0', '2147483647', '-2147483648', '123456789'],
  int2vector: ['1 2 3', '1'],
  oidvector: ['1 2 3', '1'],
  regproc: ['now'],
  oid: ['0', '4294967295', '1234567'],
  tid: ['(0,1)', '(5,7)'],
  xid: ['5'],
  cid: ['5'],
  json: [
    '{"a": 1, "b": {"ssn": "123-45-6789", "n": 12345678901234567890.5}}',
    '"ana@example.com"',
    'null',
    '[1,"x"]',
  ],
  jsonb: ['{"a": 1, "b": {"ssn": "123-45-6789", "n": 12345678901234567890.5}}', '"ana@example.com"', '5'],
  xml: ['<a b="c">d &amp; e</a>', 'plain'],
  point: ['(1.5,-2)'],
  lseg: ['[(1,2),(3,4)]'],
  path: ['[(1,2),(3,4)]', '((1,2),(3,4))'],
  box: ['(3,4),(1,2)'],
  polygon: ['((1,2),(3,4),(5,0))'],
  line: ['{1,2,3}'],
  circle: ['<(1,2),3>'],
  float4: ['1.5', '0.1', 'NaN', 'Infinity', '-3e30', '0'],
  float8: ['1.5', '0.1', 'NaN', '-Infinity', '1e300', '0', '61250.75'],
  money: ['12.50', '-3'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  inet: ['10.1.2.3', '10.1.2.0/24', '2001:db8::1', '::ffff:1.2.3.4'],
  cidr: ['10.1.2.0/24', '2001:db8::/32'],
  name: ['ana@example.com', ''],
  text: [
    'ana@example.com',
    'Zoë',
    '',
    '4111 1111 1111 1111',
    '1984-07-19',
    '61250',
    '{"a": 1}',
    'say "hi", {x} \\ y',
    'NULL',
  ],
  varchar: ['ana@example.com', "o'neil, jr"],
  bpchar: ['ana@example.com', 'x'],
  unknown: ['ana'],
  refcursor: ['c1'],
  date: ['1984-07-19', 'infinity', '0044-03-15 BC', '2024-02-29', '12024-01-01'],
  time: ['10:11:12.345'],
  timetz: ['10:11:12.345+02'],
  timestamp: ['1984-07-19 10:11:12.345678', '-infinity', '1969-12-31 23:59:59.999999', '4000-01-01 BC'],
  timestamptz: ['1984-12-31 23:30:00-05', 'infinity', '1984-07-19 10:11:12+05:45'],
  interval: ['1 year 2 mons 3 days 04:05:06.7', '-1 day'],
  bit: ['1', '0'],
  varbit: ['10110', ''],
  numeric: [
    '0',
    '-1.50',
    '12345678901234567890.123456789',
    '1e-20',
    'NaN',
    '0.00012',
    '10000',
    '99990000',
    '1e400',
  ],
  uuid: ['0f8fad5b-d9cb-469f-a165-70867728950e'],
  pg_lsn: ['16/B374D848'],
  tsvector: ["'fat':2 'rat':3A"],
  tsquery: ["'fat' & ('rat' | 'cat')"],
  jsonpath: ['$.a[*]'],
  txid_snapshot: ['10:20:10,14,15'],
  pg_snapshot: ['10:20:10,14,15'],
  xid8: ['42'],
  aclitem: ['postgres=r/postgres'],
  regprocedure: ['now()'],
  regoper: ['!~'],
  regoperator: ['+(integer,integer)'],
  regclass: ['pg_class'],
  regtype: ['integer'],
  regrole: ['postgres'],
  regnamespace: ['pg_catalog'],
  regconfig: ['english'],
  regdictionary: ['simple'],
  regcollation: ['"C"'],
  int4range: ['[1,5)', 'empty', '(,7]', '[-1500,2500]'],
  int8range: ['[1,5)'],
  numrange: ['[1.5,2.5]', '(1,)'],
  daterange: ['[1984-07-19,1985-01-01)', 'empty'],
  tsrange: ['[1984-07-19 10:00:00,1985-01-01)'],
  tstzrange: ['[1984-07-19 10:00:00+02,infinity]', '(,)'],
  int4multirange: ['{[1,5),[1700,1800)}', '{}'],
  int8multirange: ['{[1,5)}'],
  nummultirange: ['{[1.5,2.5]}'],
  datemultirange: ['{[1984-07-19,1985-01-01),[1986-01-01,)}'],
  tsmultirange: ['{[1984-07-19 10:00:00,1985-01-01)}'],
  tstzmultirange: ['{[1984-07-19 10:00:00+02,)}'],
}

/** Types that users and extensions make, of every kind, and literals of them. */
export const SCHEMA = `
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('so so', 'good');
CREATE DOMAIN app.email AS text;
CREATE DOMAIN app.must AS int NOT NULL;
CREATE DOMAIN app.must_mood AS app.mood NOT NULL;
CREATE DOMAIN app.must_deep AS app.must;
CREATE TYPE app.place AS (street text, zip int, at date, moods app.mood[], key app.must, mail app.email);
CREATE TYPE app.person AS (name text, home app.place, "other places" app.place[], gone numeric);
ALTER TYPE app.person DROP ATTRIBUTE gone;
CREATE DOMAIN app.must_place AS app.place NOT NULL;
CREATE TYPE app.spans AS RANGE (subtype = numeric);
CREATE TYPE app.words AS RANGE (subtype = text);
CREATE TABLE app.people (id int, p app.person);
CREATE EXTENSION IF NOT EXISTS citext SCHEMA app;
CREATE EXTENSION IF NOT EXISTS hstore SCHEMA app;
CREATE EXTENSION IF NOT EXISTS ltree SCHEMA app;
CREATE EXTENSION IF NOT EXISTS cube SCHEMA app;
`

const place = (mail: string): string =>
  `("Main, 5 ""b"" \\\\ c",10115,1984-07-19,"{""so so"",good}",7,${mail})`
const inside = (text: string): string => `"${text.replace(/["\\]/g, '$&$&')}"`
const element = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** Literals of the types in `SCHEMA`, by the name `format_type` gives them. */
export const userLiterals: Readonly<Record<string, readonly string[]>> = {
  'app.mood': ['so so', 'good'],
  'app.mood[]': ['{"so so",NULL}'],
  'app.email': ['ana@example.com'],
  'app.must': ['123456789'],
  'app.must[]': ['{1,2}'],
  'app.must_mood': ['good'],
  'app.must_deep': ['5'],
  'app.place': [place('ana@example.com'), '(,,,,1,)'],
  'app.place[]': [`{${element(place('ana@example.com'))},NULL}`],
  'app.must_place': [place('ana@example.com')],
  'app.person': [
    `(Ana,${inside(place('ana@example.com'))},${inside(`{${element(place('bo@example.com'))}}`)})`,
    '("",,{})',
  ],
  'app.people': [`(1,${inside(`(Ana,${inside(place('ana@example.com'))},)`)})`],
  'app.spans': ['[1.5,2500)', 'empty'],
  'app.spans[]': ['{"[1.5,2500)"}'],
  'app.words': ['[ana,bo)'],
  'app.citext': ['Ana@Example.com'],
  'app.citext[]': ['{Ana@Example.com,x}'],
  'app.hstore': ['a=>1, "b c"=>NULL'],
  'app.ltree': ['Top.Science'],
  'app.cube': ['(1,2,3)'],
}

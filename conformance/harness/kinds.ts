/** What a type holds in one database, and in another that is alike but for these values; and constants of it. */
type Kind = {
  readonly one: readonly string[]
  readonly other: readonly string[]
  readonly constants: readonly string[]
}

/**
 * Every kind of value that a column may have, by the type's name in `pg_type`. The one database has ordinary values; the
 * other has what functions may stumble over: empty, infinite, negative, nested, not a number. The very ends of a type's
 * range are not among them: there `abs` and casts of dates fail.
 */
export const KINDS: Readonly<Record<string, Kind>> = {
  text: {
    one: ['abcdef', 'ghijkl', 'mnopqr'],
    other: ['', 'a\'b\\ "%_ {1} é', '  77  '],
    constants: ["'a'", "'k'", "''", "'%Y'", "'year'", "'base64'"],
  },
  varchar: { one: ['abcdef', 'ghijkl', 'mnopqr'], other: ['', '{"k":1}', '77'], constants: ["'a'::varchar"] },
  bpchar: { one: ['abcdef', 'ghijkl', 'mnopqr'], other: ['', 'x', 'true'], constants: ["'a'::bpchar"] },
  name: { one: ['abcdef', 'ghijkl', 'mnopqr'], other: ['', 'pg_catalog', 'Q q'], constants: ["'a'::name"] },
  int2: { one: ['11', '12', '13'], other: ['0', '-3', '32767'], constants: ['1::int2', '0::int2'] },
  int4: { one: ['11', '12', '13'], other: ['0', '-3', '2147483647'], constants: ['1', '0', '2'] },
  int8: { one: ['11', '12', '13'], other: ['0', '-3', '9223372036854775807'], constants: ['1::int8'] },
  float4: { one: ['1.5', '2.5', '3.5'], other: ['NaN', '-Infinity', '0'], constants: ['1::float4'] },
  float8: {
    one: ['1.5', '2.5', '3.5'],
    other: ['NaN', 'Infinity', '0'],
    constants: ['1.5::float8', '0.5::float8'],
  },
  numeric: { one: ['1.5', '2.5', '3.5'], other: ['NaN', '-1e30', '0'], constants: ['1.5::numeric'] },
  bool: { one: ['t', 't', 'f'], other: ['f', 'f', 't'], constants: ['true'] },
  date: {
    one: ['1971-02-03', '1972-03-04', '1973-04-05'],
    other: ['infinity', '0044-03-15 BC', '0001-01-01'],
    constants: ["'2000-01-01'::date"],
  },
  timestamp: {
    one: ['1971-02-03', '1972-03-04', '1973-04-05'],
    other: ['infinity', '-infinity', '0044-03-15 BC'],
    constants: ["'2000-01-01'::timestamp"],
  },
  timestamptz: {
    one: ['1971-02-03', '1972-03-04', '1973-04-05'],
    other: ['infinity', '-infinity', '0001-01-01'],
    constants: ["'2000-01-01'::timestamptz"],
  },
  time: {
    one: ['10:11', '10:12', '10:13'],
    other: ['00:00', '24:00', '23:59:59.999'],
    constants: ["'10:00'::time"],
  },
  timetz: {
    one: ['10:11+00', '10:12+00', '10:13+00'],
    other: ['00:00+15', '24:00-15', '01:00+01'],
    constants: ["'10:00+00'::timetz"],
  },
  interval: {
    one: ['1 day', '2 days', '3 days'],
    other: ['0', '-17 years', '1 mon -1 day 00:00:00.1'],
    constants: ["'1 day'::interval"],
  },
  uuid: {
    one: [
      '5eedab1e-0000-4000-8000-000000000001',
      '5eedab1e-0000-4000-8000-000000000002',
      '5eedab1e-0000-4000-8000-000000000003',
    ],
    other: [
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      '0190163d-8694-739b-aea5-966c26f8ad91',
    ],
    constants: [],
  },
  bytea: {
    one: ['\\x616263', '\\x646566', '\\x676869'],
    other: ['', '\\x00', '\\xff00ff'],
    constants: ["'\\x61'::bytea"],
  },
  json: {
    one: ['{"k": "v"}', '{"k": "w"}', '{"k": "x"}'],
    other: ['[]', 'null', '{"k": null, "z": [1, {"k": 2}]}'],
    constants: ["'{}'::json"],
  },
  jsonb: {
    one: ['{"k": "v"}', '{"k": "w"}', '{"k": "x"}'],
    other: ['[]', 'null', '{"k": null, "z": [1, {"k": 2}]}'],
    constants: ["'{}'::jsonb"],
  },
  jsonpath: {
    one: ['$.k', '$.k', '$.k'],
    other: ['$', 'strict $.z.q', '$[*]'],
    constants: ["'$.k'::jsonpath"],
  },
  xml: { one: ['<a>1</a>', '<a>2</a>', '<a>3</a>'], other: ['', '<b/>', 'x'], constants: ["'<a/>'::xml"] },
  inet: {
    one: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    other: ['::1', '0.0.0.0/0', '255.255.255.255'],
    constants: ["'10.0.0.0/8'::inet"],
  },
  cidr: {
    one: ['10.0.0.0/8', '11.0.0.0/8', '12.0.0.0/8'],
    other: ['::/0', '0.0.0.0/0', '255.255.255.255'],
    constants: ["'10.0.0.0/8'::cidr"],
  },
  macaddr: {
    one: ['08:00:2b:01:02:03', '08:00:2b:01:02:04', '08:00:2b:01:02:05'],
    other: ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:00:00:00:00:00'],
    constants: [],
  },
  macaddr8: {
    one: ['08:00:2b:ff:fe:01:02:03', '08:00:2b:ff:fe:01:02:04', '08:00:2b:ff:fe:01:02:05'],
    other: ['00:00:00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff:ff:ff', '01:02:03:04:05:06:07:08'],
    constants: [],
  },
  bit: { one: ['1', '1', '0'], other: ['0', '0', '1'], constants: ["B'1'"] },
  varbit: {
    one: ['101', '110', '111'],
    other: ['', '0', '0000000000000000000000000000000000000001'],
    constants: ["B'1'::varbit"],
  },
  money: {
    one: ['1.50', '2.50', '3.50'],
    other: ['0', '-3', '92233720368547758.07'],
    constants: ["'1'::money"],
  },
  point: {
    one: ['(1,2)', '(2,3)', '(3,4)'],
    other: ['(0,0)', '(NaN,1)', '(Infinity,2)'],
    constants: ["'(1,1)'::point"],
  },
  box: {
    one: ['(1,2),(0,0)', '(2,3),(0,0)', '(3,4),(0,0)'],
    other: ['(0,0),(0,0)', '(9,9),(8,8)', '(1,1),(-1,-1)'],
    constants: ["'(1,1),(0,0)'::box"],
  },
  lseg: {
    one: ['[(0,0),(1,1)]', '[(0,0),(2,1)]', '[(0,0),(3,1)]'],
    other: ['[(0,0),(0,0)]', '[(1,0),(2,0)]', '[(0,1),(0,2)]'],
    constants: ["'[(0,0),(1,1)]'::lseg"],
  },
  line: {
    one: ['{1,2,3}', '{1,3,3}', '{1,4,3}'],
    other: ['{0,1,0}', '{1,0,0}', '{1,-1,0}'],
    constants: ["'{1,2,3}'::line"],
  },
  path: {
    one: ['[(0,0),(1,1)]', '[(0,0),(2,1)]', '[(0,0),(3,1)]'],
    other: ['((0,0),(1,1),(2,0))', '[(0,0)]', '((0,0))'],
    constants: [],
  },
  polygon: {
    one: ['((0,0),(1,1),(1,0))', '((0,0),(2,1),(1,0))', '((0,0),(3,1),(1,0))'],
    other: ['((0,0))', '((0,0),(1,1))', '((5,5),(6,6),(7,5))'],
    constants: [],
  },
  circle: {
    one: ['<(0,0),1>', '<(0,0),2>', '<(0,0),3>'],
    other: ['<(0,0),0>', '<(9,9),1>', '<(0,0),Infinity>'],
    constants: [],
  },
  tsvector: {
    one: ["'ab' 'cd'", "'ef'", "'gh'"],
    other: ['', "'a':1A", "'b':2 'c':3"],
    constants: ["'a'::tsvector"],
  },
  tsquery: { one: ["'ab'", "'cd'", "'ef'"], other: ['', "'a' & 'b'", "!'c'"], constants: ["'a'::tsquery"] },
  int4range: {
    one: ['[1,5)', '[2,6)', '[3,7)'],
    other: ['empty', '(,)', '[1,)'],
    constants: ["'[1,3)'::int4range"],
  },
  daterange: {
    one: ['[1971-01-01,1972-01-01)', '[1972-01-01,1973-01-01)', '[1973-01-01,1974-01-01)'],
    other: ['empty', '(,)', '[1999-01-01,infinity)'],
    constants: [],
  },
  numrange: { one: ['[1,5)', '[2,6)', '[3,7)'], other: ['empty', '(,)', '[1,NaN)'], constants: [] },
  tsrange: {
    one: ['[1971-01-01,1972-01-01)', '[1972-01-01,1973-01-01)', '[1973-01-01,1974-01-01)'],
    other: ['empty', '(,)', '[1999-01-01,infinity)'],
    constants: [],
  },
  _text: {
    one: ['{a,b}', '{c,d}', '{e,f}'],
    other: ['{}', '{NULL}', '{{a,b},{c,d}}'],
    constants: ["'{a}'::text[]"],
  },
  _int4: {
    one: ['{1,2}', '{3,4}', '{5,6}'],
    other: ['{}', '{NULL,1}', '[0:1]={7,8}'],
    constants: ["'{1}'::int4[]"],
  },
  _numeric: { one: ['{1,2}', '{3,4}', '{5,6}'], other: ['{}', '{NULL,NaN}', '[0:1]={7,8}'], constants: [] },
  mood: { one: ['calm', 'glad', 'calm'], other: ['grim', 'grim', 'calm'], constants: ["'calm'::mood"] },
  addr: {
    one: ['(a,1)', '(b,2)', '(c,3)'],
    other: ['(,)', '("",0)', '(x,)'],
    constants: ["ROW('a', 1)::addr"],
  },
  oid: { one: ['11', '12', '13'], other: ['0', '1', '4294967295'], constants: ['1::oid'] },
  pg_lsn: { one: ['0/11', '0/12', '0/13'], other: ['0/0', 'FFFFFFFF/FFFFFFFF', '0/1'], constants: [] },
  word_list: { one: ['{a,b}', '{c,d}', '{e,f}'], other: ['{}', '{NULL}', '{{a,b},{c,d}}'], constants: [] },
  word_box: {
    one: ['("{a,b}",1)', '("{c,d}",2)', '("{e,f}",3)'],
    other: ['({},1)', '(,2)', '("{{a,b},{c,d}}",)'],
    constants: [],
  },
}

/** The types of the users' own among them, and a table with a column of each. */
export const KINDS_SCHEMA = `
CREATE TYPE mood AS ENUM ('calm', 'glad', 'grim');
CREATE TYPE addr AS (street text, nr integer);
CREATE DOMAIN word_list AS text[];
CREATE TYPE word_box AS (words text[], n integer);
CREATE TABLE kinds (id integer PRIMARY KEY, ${Object.keys(KINDS)
  .map((type) => `c_${type} ${type}`)
  .join(', ')});
${Object.keys(KINDS)
  .map((type) => `COMMENT ON COLUMN kinds.c_${type} IS 'sluice: secret.kind';`)
  .join('\n')}`

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Three rows of the values of a database, and one of NULLs. */
export const kindsRows = (side: 'one' | 'other'): string =>
  [0, 1, 2]
    .map((i) => Object.values(KINDS).map((kind) => quoted(kind[side][i] ?? '')))
    .map((values, i) => `INSERT INTO kinds VALUES (${i + 1}, ${values.join(', ')});`)
    .join('\n')
    .concat('INSERT INTO kinds (id) VALUES (4);')

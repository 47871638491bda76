// PostgreSQL documentation, "Data Types". Captured with `select 'text'::type, typsend('text'::type)` from a server.
import type { Constant } from './constants/constant.ts'

/** The OID of `bit`, whose zero has as many bits as are declared. */
export const BIT = 1560

/** `oid name text hex`: a value of each built-in type that tells nothing. */
const ZEROS: readonly (readonly [number, string, string, string])[] = [
  [16, 'bool', 'f', '00'],
  [17, 'bytea', '\\x', ''],
  [18, 'char', '', '00'],
  [19, 'name', '', ''],
  [20, 'int8', '0', '0000000000000000'],
  [21, 'int2', '0', '0000'],
  [22, 'int2vector', '0', '0000000100000000000000150000000100000000000000020000'],
  [23, 'int4', '0', '00000000'],
  [24, 'regproc', '-', '00000000'],
  [25, 'text', '', ''],
  [26, 'oid', '0', '00000000'],
  [27, 'tid', '(0,0)', '000000000000'],
  [28, 'xid', '0', '00000000'],
  [29, 'cid', '0', '00000000'],
  [30, 'oidvector', '0', '00000001000000000000001a00000001000000000000000400000000'],
  [114, 'json', 'null', '6e756c6c'],
  [142, 'xml', '', ''],
  [600, 'point', '(0,0)', '00'.repeat(16)],
  [601, 'lseg', '[(0,0),(0,0)]', '00'.repeat(32)],
  [602, 'path', '[(0,0)]', `0000000001${'00'.repeat(16)}`],
  [603, 'box', '(0,0),(0,0)', '00'.repeat(32)],
  [604, 'polygon', '((0,0))', `00000001${'00'.repeat(16)}`],
  [628, 'line', '{1,0,0}', `3ff0000000000000${'00'.repeat(16)}`],
  [650, 'cidr', '0.0.0.0/32', '0220010400000000'],
  [700, 'float4', '0', '00000000'],
  [701, 'float8', '0', '0000000000000000'],
  [718, 'circle', '<(0,0),0>', '00'.repeat(24)],
  [774, 'macaddr8', '00:00:00:00:00:00:00:00', '0000000000000000'],
  [790, 'money', '0.00', '0000000000000000'],
  [829, 'macaddr', '00:00:00:00:00:00', '000000000000'],
  [869, 'inet', '0.0.0.0', '0220000400000000'],
  [1042, 'bpchar', '', ''],
  [1043, 'varchar', '', ''],
  [1082, 'date', '2000-01-01', '00000000'],
  [1083, 'time', '00:00:00', '0000000000000000'],
  [1114, 'timestamp', '2000-01-01 00:00:00', '0000000000000000'],
  [1184, 'timestamptz', '2000-01-01 00:00:00+00', '0000000000000000'],
  [1186, 'interval', '00:00:00', '00'.repeat(16)],
  [1266, 'timetz', '00:00:00+00', '00'.repeat(12)],
  [BIT, 'bit', '0', '0000000100'],
  [1562, 'varbit', '', '00000000'],
  [1700, 'numeric', '0', '0000000000000000'],
  [1790, 'refcursor', '', ''],
  [2202, 'regprocedure', '-', '00000000'],
  [2203, 'regoper', '0', '00000000'],
  [2204, 'regoperator', '0', '00000000'],
  [2205, 'regclass', '-', '00000000'],
  [2206, 'regtype', '-', '00000000'],
  [2950, 'uuid', '00000000-0000-0000-0000-000000000000', '00'.repeat(16)],
  [2970, 'txid_snapshot', '1:1:', '0000000000000000000000010000000000000001'],
  [3220, 'pg_lsn', '0/0', '0000000000000000'],
  [3614, 'tsvector', '', '00000000'],
  [3615, 'tsquery', '', '00000000'],
  [3734, 'regconfig', '-', '00000000'],
  [3769, 'regdictionary', '-', '00000000'],
  [3802, 'jsonb', 'null', '016e756c6c'],
  [4072, 'jsonpath', '$', '0124'],
  [4089, 'regnamespace', '-', '00000000'],
  [4096, 'regrole', '-', '00000000'],
  [4191, 'regcollation', '-', '00000000'],
  [5038, 'pg_snapshot', '1:1:', '0000000000000000000000010000000000000001'],
  [5069, 'xid8', '0', '0000000000000000'],
]

const zeros = new Map(
  ZEROS.map(([oid, , text, hex]): [number, Constant] => [oid, { text, binary: Buffer.from(hex, 'hex') }]),
)

/** The value of a built-in type that stands where a NULL may not; undefined for types that are not listed. */
export const zeroOf = (type: number): Constant | undefined => zeros.get(type)

/** The OIDs of the built-in plain types by their own names. */
export const plainTypes: ReadonlyMap<string, number> = new Map(ZEROS.map(([oid, name]) => [name, oid]))

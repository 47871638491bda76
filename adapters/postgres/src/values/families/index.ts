import { cidr, inet, macaddr, macaddr8 } from '../scalars/network.ts'
import { float, integer, numeric, unsigned } from '../scalars/numbers.ts'
import { date, timestamp } from '../scalars/times.ts'
import { typeOids } from '../type-names.ts'
import { byteaFamily } from './bytea.ts'
import { constantFamily } from './constant.ts'
import type { TypeFamily } from './family.ts'
import { jsonFamily } from './json.ts'
import { scalarFamily } from './scalar.ts'
import { textFamily } from './text.ts'
import { uuidFamily } from './uuid.ts'
import { xmlFamily } from './xml.ts'

const families = new Map<number, TypeFamily>([
  [typeOids.text, textFamily],
  [typeOids.varchar, textFamily],
  [typeOids.bpchar, textFamily],
  [typeOids.name, textFamily],
  [typeOids.unknown, textFamily],
  [typeOids.refcursor, textFamily],
  [typeOids.json, jsonFamily],
  [typeOids.jsonb, jsonFamily],
  [typeOids.xml, xmlFamily],
  [typeOids.uuid, uuidFamily],
  [typeOids.bytea, byteaFamily],
  [typeOids.int2, scalarFamily(integer(2))],
  [typeOids.int4, scalarFamily(integer(4))],
  [typeOids.int8, scalarFamily(integer(8))],
  [typeOids.oid, scalarFamily(unsigned)],
  [typeOids.float4, scalarFamily(float(4))],
  [typeOids.float8, scalarFamily(float(8))],
  [typeOids.numeric, (request) => scalarFamily(numeric(request.modifier))(request)],
  [typeOids.date, scalarFamily(date)],
  [typeOids.timestamp, scalarFamily(timestamp(''))],
  [typeOids.timestamptz, scalarFamily(timestamp('+00'))],
  [typeOids.inet, scalarFamily(inet)],
  [typeOids.cidr, scalarFamily(cidr)],
  [typeOids.macaddr, scalarFamily(macaddr)],
  [typeOids.macaddr8, scalarFamily(macaddr8)],
])

/** How a plain built-in type is masked: one that is not listed has room for a constant at most. */
export const familyOf = (type: number): TypeFamily => families.get(type) ?? constantFamily

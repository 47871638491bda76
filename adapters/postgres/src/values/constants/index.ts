import { typeOids } from '../type-names.ts'
import { readBool } from './bool.ts'
import { readBytea } from './bytea.ts'
import type { Constant, ConstantReader } from './constant.ts'
import { readCidr, readInet, readMacaddr, readMacaddr8 } from './network.ts'
import { readFloat, readInteger, readUnsigned } from './number.ts'
import { readNumeric } from './numeric.ts'
import { readDate, readTime, readTimestamp } from './time.ts'
import { readUuid } from './uuid.ts'

const readers = new Map<number, ConstantReader>([
  [typeOids.bool, readBool],
  [typeOids.bytea, readBytea],
  [typeOids.int2, readInteger(2)],
  [typeOids.int4, readInteger(4)],
  [typeOids.int8, readInteger(8)],
  [typeOids.float4, readFloat(4)],
  [typeOids.float8, readFloat(8)],
  [typeOids.numeric, readNumeric],
  [typeOids.date, readDate],
  [typeOids.time, readTime],
  [typeOids.timestamp, readTimestamp('')],
  [typeOids.timestamptz, readTimestamp('+00')],
  [typeOids.inet, readInet],
  [typeOids.cidr, readCidr],
  [typeOids.macaddr, readMacaddr],
  [typeOids.macaddr8, readMacaddr8],
  [typeOids.oid, readUnsigned],
  [typeOids.uuid, readUuid],
])

/** The constant as a value of the type, null where it is none or the type is not listed here. */
export const constantOf = (type: number, value: string): Constant | null => readers.get(type)?.(value) ?? null

import { typeOids } from '../type-names.ts'
import { readBool } from './bool.ts'
import { readBytea } from './bytea.ts'
import type { Constant, ConstantReader } from './constant.ts'
import { readTime } from './time.ts'
import { readUuid } from './uuid.ts'

const readers = new Map<number, ConstantReader>([
  [typeOids.bool, readBool],
  [typeOids.bytea, readBytea],
  [typeOids.time, readTime],
  [typeOids.uuid, readUuid],
])

/** The constant as a value of the type, null where it is none or the type is not listed here: scalars read their own. */
export const constantOf = (type: number, value: string): Constant | null => readers.get(type)?.(value) ?? null

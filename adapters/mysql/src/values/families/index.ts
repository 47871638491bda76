import { columnFlag, columnType } from '../../messages/column-types.ts'
import { BINARY_CHARSET } from '../charset.ts'
import { type Described, declaredWord } from '../column.ts'
import { inet4, inet6, uuid } from '../scalars/network.ts'
import { bit, decimal, float, integer, year } from '../scalars/numbers.ts'
import { date, moment, span, timestamp } from '../scalars/times.ts'
import { bytesFamily } from './bytes.ts'
import { enumFamily } from './enum.ts'
import type { TypeFamily } from './family.ts'
import { geometryFamily } from './geometry.ts'
import { jsonFamily } from './json.ts'
import { scalarFamily } from './scalar.ts'
import { textFamily } from './text.ts'
import { vectorFamily } from './vector.ts'

const moments = scalarFamily(moment)
const timestamps = scalarFamily(timestamp)
const decimals = scalarFamily(decimal)

const families = new Map<number, TypeFamily>([
  [columnType.TINY, scalarFamily(integer(1))],
  [columnType.SHORT, scalarFamily(integer(2))],
  [columnType.INT24, scalarFamily(integer(4, 24))],
  [columnType.LONG, scalarFamily(integer(4))],
  [columnType.LONGLONG, scalarFamily(integer(8))],
  [columnType.YEAR, scalarFamily(year)],
  [columnType.FLOAT, scalarFamily(float(4))],
  [columnType.DOUBLE, scalarFamily(float(8))],
  [columnType.DECIMAL, decimals],
  [columnType.NEWDECIMAL, decimals],
  [columnType.DATE, scalarFamily(date)],
  [columnType.NEWDATE, scalarFamily(date)],
  [columnType.DATETIME, moments],
  [columnType.DATETIME2, moments],
  [columnType.TIMESTAMP, timestamps],
  [columnType.TIMESTAMP2, timestamps],
  [columnType.TIME, scalarFamily(span)],
  [columnType.TIME2, scalarFamily(span)],
  [columnType.BIT, scalarFamily(bit)],
  [columnType.JSON, jsonFamily],
  [columnType.ENUM, enumFamily],
  [columnType.SET, enumFamily],
  [columnType.GEOMETRY, geometryFamily],
  [columnType.VECTOR, vectorFamily],
])

/** Types that are sent as texts or bytes, by the word they are declared with. */
const declaredFamilies = new Map<string, TypeFamily>([
  ['json', jsonFamily],
  ['enum', enumFamily],
  ['set', enumFamily],
  ['uuid', scalarFamily(() => uuid)],
  ['inet4', scalarFamily(() => inet4)],
  ['inet6', scalarFamily(() => inet6)],
  ['vector', vectorFamily],
])

/** How the values of a column are masked. */
export const familyOf = (column: Described): TypeFamily => {
  const known = families.get(column.type)
  if (known !== undefined) return known
  if ((column.flags & (columnFlag.ENUM | columnFlag.SET)) !== 0) return enumFamily
  const declared = declaredFamilies.get(declaredWord(column.declared))
  if (declared !== undefined) return declared
  return column.charset === BINARY_CHARSET ? bytesFamily : textFamily
}

// PostgreSQL: `src/include/catalog/pg_type.dat` and `pg_range.dat`: fixed for all versions. Captured from a server with
// `select oid, typelem, typdelim …` over pg_type and pg_range where the type is the system's own.
import type { TypeShape, TypeShapes } from '@sluice/core/catalog/type-shape'

/** Arrays: `oid:element`, and the delimiter where it is not a comma. */
const ARRAYS = `143:142 199:114 271:5069 629:628 651:650 719:718 775:774 791:790 1000:16 1001:17 1002:18 1003:19 1005:21
  1006:22 1007:23 1008:24 1009:25 1010:27 1011:28 1012:29 1013:30 1014:1042 1015:1043 1016:20 1017:600 1018:601 1019:602
  1020:603; 1021:700 1022:701 1027:604 1028:26 1034:1033 1040:829 1041:869 1115:1114 1182:1082 1183:1083 1185:1184
  1187:1186 1231:1700 1263:2275 1270:1266 1561:1560 1563:1562 2201:1790 2207:2202 2208:2203 2209:2204 2210:2205 2211:2206
  2949:2970 2951:2950 3221:3220 3643:3614 3644:3642 3645:3615 3735:3734 3770:3769 3807:3802 3905:3904 3907:3906 3909:3908
  3911:3910 3913:3912 3927:3926 4073:4072 4090:4089 4097:4096 4192:4191 5039:5038 6150:4451 6151:4532 6152:4533 6153:4534
  6155:4535 6157:4536`

/** Ranges: `range:subtype:multirange`, and what comes before `range` and `multirange` in their names. */
const RANGES = `3904:23:4451:int4 3906:1700:4532:num 3908:1114:4533:ts 3910:1184:4534:tstz 3912:1082:4535:date
  3926:20:4536:int8`

const builtIn = (): TypeShapes => {
  const shapes: TypeShape[] = []
  for (const entry of ARRAYS.split(/\s+/)) {
    const [id = 0, element = 0] = entry.replace(';', '').split(':').map(Number)
    shapes.push({ id, name: '', kind: 'array', element, delimiter: entry.endsWith(';') ? ';' : ',' })
  }
  for (const entry of RANGES.split(/\s+/)) {
    const [id = 0, subtype = 0, multirange = 0] = entry.split(':').map(Number)
    const name = entry.slice(entry.lastIndexOf(':') + 1)
    shapes.push(
      { id, name: `${name}range`, kind: 'range', subtype },
      { id: multirange, name: `${name}multirange`, kind: 'multirange', range: id },
    )
  }
  return new Map(shapes.map((shape) => [shape.id, shape]))
}

const BUILT_IN = builtIn()

/** The OIDs of the built-in ranges and multiranges by their names. */
export const builtInRanges: ReadonlyMap<string, number> = new Map(
  Array.from(BUILT_IN.values()).flatMap(({ id, name }): [string, number][] =>
    name === '' ? [] : [[name, id]],
  ),
)

/** What a type is put together from: a built-in one's own, else the catalog's. Undefined for plain types. */
export const shapeOf = (type: number, types: TypeShapes | undefined): TypeShape | undefined =>
  BUILT_IN.get(type) ?? types?.get(type)

/** The built-in array of a built-in type; 0 where there is none. */
export const arrayOf = (element: number): number => {
  for (const shape of BUILT_IN.values())
    if (shape.kind === 'array' && shape.element === element) return shape.id
  return 0
}

/** The most types that are followed into one another: arrays of rows of domains … */
export const NESTING_MOST = 16

/** Whether a type is the one of that name that an extension of that name made, in whatever schema. */
export const isOfExtension = (shape: Extract<TypeShape, { kind: 'base' }>, name: string): boolean =>
  shape.extension === name && shape.name.slice(shape.name.lastIndexOf('.') + 1) === name

// MySQL Reference Manual, "Supported Spatial Data Formats": a reference system's id, then WKB
import { makesNull } from '@sluice/core/mask/within'
import { declaredWord } from '../column.ts'
import type { TypeFamily } from './family.ts'

const LITTLE_ENDIAN = 1
const SRID_BYTES = 4

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, at * 4)
  return bytes
}

const doubles = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 8)
  for (const [at, value] of values.entries()) bytes.writeDoubleLE(value, at * 8)
  return bytes
}

const wkb = (type: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.of(LITTLE_ENDIAN), words(type), ...parts])

const POINT = wkb(1, doubles(0, 0))
const LINE = wkb(2, words(2), doubles(0, 0, 1, 1))
const POLYGON = wkb(3, words(1), words(4), doubles(0, 0, 1, 0, 1, 1, 0, 0))

/** A shape of each type that tells nothing; WKB's numbers of types. */
const SHAPES: Readonly<Record<string, Buffer>> = {
  point: POINT,
  linestring: LINE,
  polygon: POLYGON,
  multipoint: wkb(4, words(1), POINT),
  multilinestring: wkb(5, words(1), LINE),
  multipolygon: wkb(6, words(1), POLYGON),
}

const COLLECTION = wkb(7, words(0))

/** Geometries have room for nothing. */
export const geometryFamily: TypeFamily = {
  mask: () => makesNull,
  zero: ({ declared }) => {
    const shape =
      SHAPES[declaredWord(declared)] ?? (declaredWord(declared) === 'geometry' ? POINT : COLLECTION)
    return Buffer.concat([Buffer.alloc(SRID_BYTES), shape])
  },
}

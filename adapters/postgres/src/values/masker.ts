import type { CellMaskerFor } from '@sluice/core/mask/plan'
import { byteaFamily } from './families/bytea.ts'
import { constantFamily } from './families/constant.ts'
import { makesNull, type TypeFamily } from './families/family.ts'
import { jsonFamily } from './families/json.ts'
import { textFamily } from './families/text.ts'
import { uuidFamily } from './families/uuid.ts'
import { xmlFamily } from './families/xml.ts'
import { typeOids } from './type-names.ts'

/** What a deployment knows of types beyond the built-in ones. */
export type ExtraTypes = {
  /** OIDs of types whose input takes any text and whose binary form is that text: citext's. */
  readonly text: ReadonlySet<number>
}

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
])

/**
 * Masks cells of PostgreSQL's types in both formats. Every cell it makes is a value of the column's own type; a type
 * that has no room for the transform, and one that is not known (enums, composites, arrays, extensions' types, type 0),
 * becomes NULL. Throws for an empty key.
 */
export const maskerFor = (key: Uint8Array, extra: ExtraTypes = { text: new Set() }): CellMaskerFor => {
  if (key.length === 0) throw new Error('the masking key is empty: set a masking key of at least 32 bytes')
  return (transform, { type, format }) => {
    if (transform.kind === 'null') return makesNull
    const family = extra.text.has(type) ? textFamily : (families.get(type) ?? constantFamily)
    return family({ transform, type, format, key })
  }
}

import { jsonMasker } from '@sluice/core/mask/json-cells'
import type { CellMasker } from '@sluice/core/mask/plan'
import { typeOids } from '../type-names.ts'
import { makesNull, type TypeFamily } from './family.ts'

/** PostgreSQL: `jsonb_send`, the version byte before the text. */
const JSONB_VERSION = Buffer.of(1)

/** json and jsonb: a JSON string in place of the document. A constant that is JSON is taken as it is. */
export const jsonFamily: TypeFamily = ({ transform, key, type, format }) => {
  if (transform.kind === 'null') return makesNull
  const mask = jsonMasker(transform, key)
  return type === typeOids.jsonb && format === 'binary' ? behindVersion(mask) : mask
}

const behindVersion =
  (mask: CellMasker): CellMasker =>
  (cell) => {
    const made = mask(cell.subarray(JSONB_VERSION.length))
    return made === null ? null : Buffer.concat([JSONB_VERSION, made])
  }

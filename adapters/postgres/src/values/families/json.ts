import { jsonMasker, REDACTED_JSON } from '@sluice/core/mask/json-cells'
import type { CellMasker } from '@sluice/core/mask/plan'
import { makesNull } from '@sluice/core/mask/within'
import type { TextEncoding } from '@sluice/wire/text'
import { typeOids } from '../type-names.ts'
import { isOfSession, type TypeFamily } from './family.ts'

/** PostgreSQL: `jsonb_send`, the version byte before the text. */
const JSONB_VERSION = Buffer.of(1)

/** json and jsonb: a JSON string in place of the document. A constant that is JSON is taken as it is. */
export const jsonFamily: TypeFamily = ({ transform, key, type, format, encoding }) => {
  if (transform.kind === 'null') return makesNull
  const mask = inSession(jsonMasker(transform, key), encoding)
  return type === typeOids.jsonb && format === 'binary' ? behindVersion(mask) : mask
}

const inSession = (mask: CellMasker, encoding: TextEncoding): CellMasker => {
  if (encoding === 'utf8') return mask
  return (cell) => {
    const made = mask(cell)
    return made === null || isOfSession(made, encoding) ? made : REDACTED_JSON
  }
}

const behindVersion =
  (mask: CellMasker): CellMasker =>
  (cell) => {
    const made = mask(cell.subarray(JSONB_VERSION.length))
    return made === null ? null : Buffer.concat([JSONB_VERSION, made])
  }

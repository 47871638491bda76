import { isUtf8 } from 'node:buffer'
import type { CellMasker } from '@sluice/core/mask/plan'
import { keyedHash } from '@sluice/core/mask/transforms/hash'
import { compileTransform } from '@sluice/core/mask/transforms/index'
import { REDACTED } from '@sluice/core/mask/transforms/redact'
import { typeOids } from '../type-names.ts'
import { asBuffer, type MaskRequest, makesBytes, makesNull, type TypeFamily } from './family.ts'

/** PostgreSQL: `jsonb_send`, the version byte before the text. */
const JSONB_VERSION = 1

/** json and jsonb: a JSON string in place of the document. A constant that is JSON is taken as it is. */
export const jsonFamily: TypeFamily = (request) => {
  const { transform, key } = request
  switch (transform.kind) {
    case 'null':
      return makesNull
    case 'constant':
      return constant(request, transform.value)
    case 'hash': {
      const hmac = keyedHash(key)
      const head = headBytes(request)
      return (cell) => document(request, `"${hmac(cell.subarray(head))}"`)
    }
    case 'json':
      return inside(request)
    // What part of a document is a name or an address is not known here: nothing of it is kept.
    case 'redact':
    case 'partial':
    case 'email':
    case 'fpe':
    case 'date':
    case 'number':
      return makesBytes(document(request, JSON.stringify(REDACTED)))
  }
}

const inside = (request: MaskRequest): CellMasker => {
  const apply = compileTransform(request.transform, request.key)
  const head = headBytes(request)
  const redacted = document(request, JSON.stringify(REDACTED))
  return (cell) => {
    const bytes = asBuffer(cell).subarray(head)
    const made = isUtf8(bytes) ? apply(bytes.toString('utf8')) : null
    return made === null ? redacted : document(request, made)
  }
}

const constant = (request: MaskRequest, value: string): CellMasker => {
  const json = constantJson(value)
  return json === null ? makesNull : makesBytes(document(request, json))
}

const headBytes = ({ type, format }: MaskRequest): number =>
  type === typeOids.jsonb && format === 'binary' ? 1 : 0

const document = (request: MaskRequest, json: string): Buffer =>
  headBytes(request) === 0
    ? Buffer.from(json, 'utf8')
    : Buffer.concat([Buffer.of(JSONB_VERSION), Buffer.from(json, 'utf8')])

/** What JSON has room for but jsonb has not: U+0000 and half a surrogate pair. */
const NOT_IN_JSONB = /\\u(?:0000|d[89a-f])/

const constantJson = (value: string): string | null => {
  const json = JSON.stringify(parsedOr(value))
  return NOT_IN_JSONB.test(json) ? null : json
}

const parsedOr = (value: string): unknown => {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

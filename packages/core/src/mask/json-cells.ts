import { Buffer, isUtf8 } from 'node:buffer'
import type { CellMasker } from './plan.ts'
import type { TransformSpec } from './transform.ts'
import { keyedHash } from './transforms/hash.ts'
import { compileTransform } from './transforms/index.ts'
import { REDACTED } from './transforms/redact.ts'

const makesNull: CellMasker = () => null

/** Documents in UTF-8: a JSON string in place of the document. A constant that is JSON is taken as it is. */
export const jsonMasker = (transform: TransformSpec, key: Uint8Array): CellMasker => {
  switch (transform.kind) {
    case 'null':
      return makesNull
    case 'constant':
      return constant(transform.value)
    case 'hash': {
      const hmac = keyedHash(key)
      return (cell) => Buffer.from(`"${hmac(cell)}"`, 'latin1')
    }
    case 'json':
      return inside(compileTransform(transform, key))
    // What part of a document is a name or an address is not known here: nothing of it is kept.
    case 'redact':
    case 'partial':
    case 'email':
    case 'fpe':
    case 'date':
    case 'number':
      return () => REDACTED_JSON
  }
}

/** Stands for a document of which nothing is shown. */
export const REDACTED_JSON = Buffer.from(JSON.stringify(REDACTED))

const inside =
  (apply: (text: string) => string | null): CellMasker =>
  (cell) => {
    const made = isUtf8(cell) ? apply(asText(cell)) : null
    return made === null ? REDACTED_JSON : Buffer.from(made, 'utf8')
  }

const asText = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString('utf8')

const constant = (value: string): CellMasker => {
  const json = constantJson(value)
  if (json === null) return makesNull
  const bytes = Buffer.from(json, 'utf8')
  return () => bytes
}

/** What JSON has room for but the databases' own types have not: U+0000 and half a surrogate pair. */
const NOT_IN_DATABASES = /\\u(?:0000|d[89a-f])/

const constantJson = (value: string): string | null => {
  const json = JSON.stringify(parsedOr(value))
  return NOT_IN_DATABASES.test(json) ? null : json
}

const parsedOr = (value: string): unknown => {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

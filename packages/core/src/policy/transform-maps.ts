import { JSON_PATH_STEPS, parseJsonPath } from '../mask/json-path.ts'
import { alphabets, dateUnits, type JsonPathMask, type TransformSpec } from '../mask/transform.ts'
import { BUCKET_LIMIT } from '../mask/transforms/number.ts'
import type { Fields } from './fields.ts'
import type { YamlKey, YamlNode } from './yaml-source.ts'

/** The most characters that `partial` may keep at either end. */
const maxPartialCharacters = 32
/** The longest text of `constant`. */
const maxConstantCharacters = 256
/** The most paths of one `json`. */
const maxJsonPaths = 64

/** Reads the value below a transform's name; undefined where something is wrong with it. */
type MapReader = (fields: Fields, node: YamlNode, nested: NestedReader) => TransformSpec | undefined
/** Reads a transform inside another. */
type NestedReader = (node: YamlNode) => TransformSpec | undefined

const alphabetNames = Object.keys(alphabets) as (keyof typeof alphabets)[]

const constant: MapReader = (fields, node) => {
  const { value } = node
  if (typeof value === 'string' && value.length <= maxConstantCharacters) return { kind: 'constant', value }
  return fields.wrong(node, `must be a text of up to ${maxConstantCharacters} characters, in quotes`)
}

const partial: MapReader = (fields, node) => {
  const kept: Record<string, number> = { first: 0, last: 0 }
  for (const { key, node: value } of node.entries) {
    if (!Object.hasOwn(kept, key.name)) return unknownKey(fields, key, value, '`first` and `last`')
    const count = fields.whole(value, 0, maxPartialCharacters)
    if (count === undefined) return undefined
    kept[key.name] = count
  }
  const { first = 0, last = 0 } = kept
  if (first + last > 0) return { kind: 'partial', first, last }
  return fields.wrong(node, 'keeps nothing; write e.g. `{ last: 4 }`, or `redact` to keep nothing')
}

const fpe: MapReader = (fields, node) => {
  const [entry, ...more] = node.entries
  if (entry === undefined || more.length > 0)
    return fields.wrong(node, 'say which characters to encrypt, e.g. `{ fpe: { alphabet: digits } }`')
  if (entry.key.name !== 'alphabet') return unknownKey(fields, entry.key, entry.node, '`alphabet`')
  const alphabet = fields.oneOf(entry.node, alphabetNames)
  return alphabet === undefined ? undefined : { kind: 'fpe', alphabet }
}

const date: MapReader = (fields, node) => {
  const unit = fields.oneOf(node, dateUnits)
  return unit === undefined ? undefined : { kind: 'date', unit }
}

const number: MapReader = (fields, node) => {
  const bucket = fields.whole(node, 2, BUCKET_LIMIT)
  return bucket === undefined ? undefined : { kind: 'number', bucket }
}

const json: MapReader = (fields, node, nested) => {
  if (node.entries.length === 0 || node.entries.length > maxJsonPaths)
    return fields.wrong(
      node,
      `must have 1 to ${maxJsonPaths} paths, each with a transform, e.g. \`{ json: { $.ssn: redact } }\``,
    )
  const paths: JsonPathMask[] = []
  for (const { key, node: value } of node.entries) {
    if (parseJsonPath(key.name) === undefined)
      return fields.wrong(
        at(key, value),
        `is no path; write e.g. \`$.customer.ssn\`, \`$.phones[*].number\` or \`$..email\` (up to ${JSON_PATH_STEPS} steps, one \`..\`)`,
      )
    const transform = nested(value)
    if (transform === undefined) return undefined
    if (transform.kind === 'json')
      return fields.wrong(value, '`json` does not nest; write the whole path instead')
    paths.push({ path: key.name, transform })
  }
  return { kind: 'json', paths }
}

/** Transforms that are written as a map of one key, by that key. */
export const transformMaps: Readonly<Record<string, MapReader>> = {
  constant,
  partial,
  fpe,
  date,
  number,
  json,
}

/** What to write where only the name of a transform stands. */
export const mapExamples: Readonly<Record<string, string>> = {
  constant: 'say the value, e.g. `{ constant: hidden }`',
  partial: 'say what to keep, e.g. `{ partial: { last: 4 } }`',
  fpe: 'say which characters to encrypt, e.g. `{ fpe: { alphabet: digits } }`',
  date: 'say what to round down to, e.g. `{ date: year }`',
  number: 'say the size of the buckets, e.g. `{ number: 1000 }`',
  json: 'say what to mask inside the document, e.g. `{ json: { $.ssn: redact } }`',
}

const kept = { type: 'integer', minimum: 0, maximum: maxPartialCharacters }

/** JSON Schema of what stands below each of them. */
export const mapSchemas: Readonly<Record<string, unknown>> = {
  constant: { type: 'string', maxLength: maxConstantCharacters },
  partial: {
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    properties: { first: kept, last: kept },
  },
  fpe: {
    type: 'object',
    required: ['alphabet'],
    additionalProperties: false,
    properties: { alphabet: { enum: alphabetNames } },
  },
  date: { enum: dateUnits },
  number: { type: 'integer', minimum: 2, maximum: BUCKET_LIMIT },
  json: {
    type: 'object',
    minProperties: 1,
    maxProperties: maxJsonPaths,
    propertyNames: { pattern: '^\\$' },
    additionalProperties: { $ref: '#/$defs/transform' },
  },
}

const at = (key: YamlKey, node: YamlNode): YamlNode => ({ ...node, start: key.start, path: key.path })

const unknownKey = (fields: Fields, key: YamlKey, node: YamlNode, known: string): undefined =>
  fields.wrong(at(key, node), `unknown key \`${key.name}\`; use ${known}`)

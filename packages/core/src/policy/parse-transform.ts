import type { TransformSpec } from '../mask/transform.ts'
import type { Transforms } from './document.ts'
import type { Fields } from './fields.ts'
import { suggest } from './nearest.ts'
import type { YamlNode } from './yaml-source.ts'

/** The most characters that `partial` may keep at either end. */
export const maxPartialCharacters = 32
const maxConstantCharacters = 256

/** Transforms that are written as one word. */
export const plainTransforms = ['redact', 'null', 'email', 'hash'] as const

/** Reads `with`: one transform for every column, or one per label and a `default`. */
export const parseTransforms = (fields: Fields): Transforms | undefined => {
  const node = fields.required('with', 'say how to mask, e.g. `with: redact`')
  if (node === undefined) return undefined
  if (node.kind !== 'map' || isTransformMap(node)) {
    const only = parseTransform(fields, node)
    return only === undefined ? undefined : { otherwise: only, byLabel: new Map() }
  }
  if (node.entries.length === 0)
    return fields.wrong(node, 'the rule masks with nothing; write `with: redact` or a transform per label')
  const byLabel = new Map<string, TransformSpec>()
  let otherwise: TransformSpec = { kind: 'redact' }
  for (const { key, node: value } of node.entries) {
    const transform = parseTransform(fields, value)
    if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(key.name))
      fields.wrong(
        { ...value, start: key.start, path: key.path },
        'must be `default` or a label such as `pii.email`',
      )
    else if (transform !== undefined && key.name === 'default') otherwise = transform
    else if (transform !== undefined) byLabel.set(key.name, transform)
  }
  return { otherwise, byLabel }
}

const isTransformMap = (node: YamlNode): boolean =>
  node.entries.length === 1 && ['partial', 'constant'].includes(node.entries[0]?.key.name ?? '')

const parseTransform = (fields: Fields, node: YamlNode): TransformSpec | undefined => {
  if (node.kind === 'map') return parseTransformMap(fields, node)
  // YAML reads a bare `null` as no value; here it is the name of a transform, except where nothing is written at all.
  const word = node.value === null && node.end > node.start ? 'null' : node.value
  const kind = plainTransforms.find((name) => name === word)
  if (kind !== undefined) return { kind }
  const known = [...plainTransforms, 'partial', 'constant']
  if (word === 'partial') return fields.wrong(node, 'say what to keep, e.g. `{ partial: { last: 4 } }`')
  if (word === 'constant') return fields.wrong(node, 'say the value, e.g. `{ constant: hidden }`')
  const instead = typeof word === 'string' ? suggest(word, known) : 'write e.g. `redact`'
  return fields.wrong(node, `is no transform; ${instead}`)
}

const parseTransformMap = (fields: Fields, node: YamlNode): TransformSpec | undefined => {
  const [entry] = node.entries
  if (node.entries.length === 1 && entry?.key.name === 'constant') {
    const { value } = entry.node
    if (typeof value === 'string' && value.length <= maxConstantCharacters) return { kind: 'constant', value }
    return fields.wrong(entry.node, `must be a text of up to ${maxConstantCharacters} characters, in quotes`)
  }
  if (node.entries.length === 1 && entry?.key.name === 'partial') return parsePartial(fields, entry.node)
  return fields.wrong(node, 'is no transform; write `{ partial: { last: 4 } }` or `{ constant: hidden }`')
}

const parsePartial = (fields: Fields, node: YamlNode): TransformSpec | undefined => {
  const kept: Record<string, number> = { first: 0, last: 0 }
  for (const { key, node: value } of node.entries) {
    if (!Object.hasOwn(kept, key.name))
      return fields.wrong(
        { ...value, start: key.start, path: key.path },
        `unknown key \`${key.name}\`; use \`first\` and \`last\``,
      )
    const count = fields.whole(value, 0, maxPartialCharacters)
    if (count === undefined) return undefined
    kept[key.name] = count
  }
  const { first = 0, last = 0 } = kept
  if (first + last > 0) return { kind: 'partial', first, last }
  return fields.wrong(node, 'keeps nothing; write e.g. `{ last: 4 }`, or `redact` to keep nothing')
}

import type { TransformSpec } from '../mask/transform.ts'
import type { Transforms } from './document.ts'
import type { Fields } from './fields.ts'
import { suggest } from './nearest.ts'
import { mapExamples, transformMaps } from './transform-maps.ts'
import type { YamlNode } from './yaml-source.ts'

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

const isTransformMap = (node: YamlNode): boolean => {
  const [entry, ...more] = node.entries
  return entry !== undefined && more.length === 0 && Object.hasOwn(transformMaps, entry.key.name)
}

const parseTransform = (fields: Fields, node: YamlNode): TransformSpec | undefined => {
  if (node.kind === 'map') return parseTransformMap(fields, node)
  // YAML reads a bare `null` as no value; here it is the name of a transform, except where nothing is written at all.
  const word = node.value === null && node.end > node.start ? 'null' : node.value
  const kind = plainTransforms.find((name) => name === word)
  if (kind !== undefined) return { kind }
  if (typeof word !== 'string') return fields.wrong(node, 'is no transform; write e.g. `redact`')
  if (Object.hasOwn(mapExamples, word)) return fields.wrong(node, mapExamples[word] ?? '')
  return fields.wrong(
    node,
    `is no transform; ${suggest(word, [...plainTransforms, ...Object.keys(transformMaps)])}`,
  )
}

const parseTransformMap = (fields: Fields, node: YamlNode): TransformSpec | undefined => {
  const [entry, ...more] = node.entries
  const name = entry?.key.name ?? ''
  const read = Object.hasOwn(transformMaps, name) ? transformMaps[name] : undefined
  if (entry === undefined || more.length > 0 || read === undefined)
    return fields.wrong(
      node,
      'is no transform; write e.g. `{ partial: { last: 4 } }` or `{ constant: hidden }`',
    )
  return read(fields, entry.node, (nested) => parseTransform(fields, nested))
}

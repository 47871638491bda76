import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
} from 'yaml'
import type { Problem } from './problem.ts'

/** A YAML file with its positions. */
export type YamlSource = {
  readonly root: YamlNode
  /** What the YAML syntax itself has wrong; positions of `root` are not to be trusted then. */
  readonly problems: readonly Problem[]
  problem(at: YamlNode | YamlKey | undefined, message: string): Problem
  /** A problem at `offset` characters into a scalar's value. */
  problemInside(at: YamlNode, offset: number, message: string): Problem
}

/** A key of a map. `start` is an offset into the text. */
export type YamlKey = { readonly name: string; readonly start: number; readonly path: string }

/** One value of the file. `start` and `end` are offsets into the text. */
export type YamlNode = {
  readonly path: string
  readonly start: number
  readonly end: number
  readonly kind: 'map' | 'list' | 'scalar'
  /** The scalar's value; undefined for maps and lists. */
  readonly value?: unknown
  readonly entries: readonly { readonly key: YamlKey; readonly node: YamlNode }[]
  readonly items: readonly YamlNode[]
}

/** A configuration file longer than this is refused. */
export const maxFileCharacters = 1_048_576
/** Nesting beyond this is refused. */
const maxDepth = 32

/** How much a file may hold. */
type YamlSize = {
  readonly characters: number
  /** Values, so that aliases cannot multiply into anything. */
  readonly values: number
}

const configurationSize: YamlSize = { characters: maxFileCharacters, values: 50_000 }

/** Reads YAML 1.2 with positions. Never throws: what is wrong is in `problems`. */
export const readYaml = (text: string, file: string, most: YamlSize = configurationSize): YamlSource => {
  const lines = new LineCounter()
  const at = (start: number, path: string, message: string): Problem => {
    const { line, col } = lines.linePos(start)
    return { file, line: Math.max(1, line), column: Math.max(1, col), path, message }
  }
  const empty: YamlNode = { path: '', start: 0, end: 0, kind: 'scalar', value: null, entries: [], items: [] }
  const source = (root: YamlNode, problems: readonly Problem[]): YamlSource => ({
    root,
    problems,
    problem: (where, message) => at(where?.start ?? 0, where?.path ?? '', message),
    problemInside: (where, offset, message) => at(align(text, where, offset), where.path, message),
  })
  if (text.length > most.characters)
    return source(empty, [
      at(0, '', `the file has more than ${most.characters} characters; split it or shorten it`),
    ])
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const found = [...document.errors, ...document.warnings].map((error) =>
    at(error.pos[0], '', `${lowerFirst(error.message)}; write valid YAML`),
  )
  if (found.length > 0) return source(empty, found)
  const walk = new Walk(most.values, (node) => (isAlias(node) ? node.resolve(document) : node))
  const root = walk.node(document.contents, '', 0, 0)
  return source(
    root,
    walk.refused === undefined ? [] : [at(walk.refused.start, walk.refused.path, walk.refused.message)],
  )
}

class Walk {
  refused: { readonly start: number; readonly path: string; readonly message: string } | undefined
  private count = 0
  private readonly most: number
  private readonly resolve: (node: unknown) => Node | undefined

  constructor(most: number, resolve: (node: unknown) => unknown) {
    this.most = most
    this.resolve = (node) => resolve(node) as Node | undefined
  }

  /** `start` stands in for nodes that have no place of their own, such as an absent value. */
  node(raw: unknown, path: string, start: number, depth: number): YamlNode {
    const from = (raw as Node | null)?.range?.[0] ?? start
    const node = this.resolve(raw)
    const base = { path, start: from, end: (raw as Node | null)?.range?.[1] ?? from, entries: [], items: [] }
    this.count += 1
    if (depth > maxDepth || this.count > this.most) {
      this.refused ??= {
        start: from,
        path,
        message: 'nested too deep or repeated too often; write it out flat',
      }
      return { ...base, kind: 'scalar', value: null }
    }
    if (isMap(node)) {
      const entries = node.items.map((pair) => this.entry(pair, path, from, depth))
      return { ...base, kind: 'map', entries }
    }
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.node(item, `${path}[${index}]`, from, depth + 1))
      return { ...base, kind: 'list', items }
    }
    return { ...base, kind: 'scalar', value: isScalar(node) ? node.value : null }
  }

  private entry(pair: Pair, path: string, start: number, depth: number): YamlNode['entries'][number] {
    const key = pair.key instanceof Scalar ? pair.key : undefined
    const name = key === undefined ? '?' : String(key.value)
    const at = key?.range?.[0] ?? start
    const inner = path === '' ? name : `${path}.${name}`
    return {
      key: { name, start: at, path: inner },
      node: this.node(pair.value, inner, key?.range?.[1] ?? at, depth + 1),
    }
  }
}

/** The value below `name` of a map, or undefined. */
export const entryOf = (node: YamlNode, name: string): YamlNode | undefined =>
  node.entries.find((entry) => entry.key.name === name)?.node

/** The plain value, for schemas that decode it. */
export const plainValue = (node: YamlNode): unknown => {
  if (node.kind === 'list') return node.items.map(plainValue)
  if (node.kind === 'scalar') return node.value
  // `__proto__` must be an ordinary key that the schema then refuses.
  return Object.fromEntries(node.entries.map(({ key, node: value }) => [key.name, plainValue(value)]))
}

/**
 * Where in the file the character at `offset` of a scalar's value stands. Quotes, folded lines and indents are skipped
 * by walking both texts together; an escape may leave it a little early, never outside the scalar.
 */
const align = (text: string, node: YamlNode, offset: number): number => {
  const value = String(node.value)
  let at = bodyStart(text, node)
  for (let index = 0; index < Math.min(offset, value.length); index += 1) {
    at = skipTo(text, at, node.end, value[index] ?? '')
    if (at >= node.end) return node.start
    at += 1
  }
  return Math.min(skipTo(text, at, node.end, value[offset] ?? ''), node.end)
}

/** Past the opening quote, or past the header line of a block scalar. */
const bodyStart = (text: string, node: YamlNode): number => {
  const first = text[node.start]
  if (first === '"' || first === "'") return node.start + 1
  if (first !== '|' && first !== '>') return node.start
  const lineEnd = text.indexOf('\n', node.start)
  return lineEnd < 0 ? node.end : lineEnd + 1
}

const skipTo = (text: string, from: number, end: number, wanted: string): number => {
  if (wanted === '') return from
  const blank = /\s/.test(wanted)
  for (let at = from; at < end; at += 1)
    if (blank ? /\s/.test(text[at] ?? '') : text[at] === wanted) return at
  return from
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

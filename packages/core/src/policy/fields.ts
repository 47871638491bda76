import { listNames, suggest } from './nearest.ts'
import type { Problem } from './problem.ts'
import { entryOf, type YamlNode, type YamlSource } from './yaml-source.ts'

/** Reads the entries of one YAML map and collects what is wrong with them, with places. */
export class Fields {
  private readonly source: YamlSource
  private readonly node: YamlNode
  private readonly problems: Problem[]

  constructor(source: YamlSource, node: YamlNode, problems: Problem[]) {
    this.source = source
    this.node = node
    this.problems = problems
  }

  wrong(at: YamlNode, message: string): undefined {
    this.problems.push(this.source.problem(at, message))
    return undefined
  }

  wrongInside(at: YamlNode, offset: number, message: string): void {
    this.problems.push(this.source.problemInside(at, offset, message))
  }

  isMap(instead: string): boolean {
    if (this.node.kind === 'map') return true
    this.wrong(this.node, `must be a map; ${instead}`)
    return false
  }

  /** Every key that is not among `known` is a problem; `elsewhere` explains keys that other maps of the kind have. */
  only(known: readonly string[], elsewhere: Readonly<Record<string, string>> = {}): void {
    for (const { key } of this.node.entries) {
      if (known.includes(key.name)) continue
      const reason = Object.hasOwn(elsewhere, key.name) ? elsewhere[key.name] : undefined
      const message = reason ?? `unknown key \`${key.name}\`; ${suggest(key.name, known)}`
      this.problems.push(this.source.problem({ ...this.node, start: key.start, path: key.path }, message))
    }
  }

  optional(name: string): YamlNode | undefined {
    return entryOf(this.node, name)
  }

  required(name: string, instead: string): YamlNode | undefined {
    const found = this.optional(name)
    return found ?? this.wrong(this.node, `\`${name}\` is missing; ${instead}`)
  }

  text(node: YamlNode | undefined, instead: string): string | undefined {
    if (node === undefined) return undefined
    if (typeof node.value === 'string' && node.value !== '') return node.value
    return this.wrong(node, `must be a text; ${instead}`)
  }

  oneOf<Name extends string>(node: YamlNode | undefined, names: readonly Name[]): Name | undefined {
    if (node === undefined) return undefined
    const found = names.find((name) => name === node.value)
    if (found !== undefined) return found
    const value = node.kind === 'scalar' ? String(node.value) : ''
    return this.wrong(
      node,
      value === ''
        ? `must be one of ${listNames(names)}`
        : `\`${value}\` is not known; ${suggest(value, names)}`,
    )
  }

  /** A whole number between `least` and `most`. */
  whole(node: YamlNode | undefined, least: number, most: number): number | undefined {
    if (node === undefined) return undefined
    const { value } = node
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    return this.wrong(node, `must be a whole number from ${least} to ${most}`)
  }
}

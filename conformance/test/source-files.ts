import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Comment, type Node, type Program, parseSync } from 'oxc-parser'

/** The folder of the whole repository. */
export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const GENERATED = new Set(['node_modules', 'dist', 'coverage', '.git', '.turbo', '.sluice'])

/** Every file of the repository that is not generated, relative to it, with forward slashes. */
export function repositoryFiles(folder = repository): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (GENERATED.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return repositoryFiles(path)
    return entry.isFile() ? [relative(repository, path)] : []
  })
}

/** A parsed TypeScript file. */
export type SourceFile = {
  readonly path: string
  readonly text: string
  readonly program: Program
  readonly comments: readonly Comment[]
  readonly lineAt: (offset: number) => number
}

/** Reads and parses one file; throws where it does not parse. */
export function parseSource(path: string): SourceFile {
  const text = readFileSync(join(repository, path), 'utf8')
  const { program, comments, errors } = parseSync(path, text)
  if (errors[0]) throw new Error(`\`${path}\` does not parse: ${errors[0].message}`)
  return { path, text, program, comments, lineAt: (offset) => text.slice(0, offset).split('\n').length }
}

/** The product's own source: `src` of every package and adapter. */
export function productSources(): readonly SourceFile[] {
  return repositoryFiles()
    .filter((path) => /^(packages|adapters)\/[^/]+\/src\/.*\.ts$/.test(path))
    .map(parseSource)
}

/** Calls `visit` with every node below `node`, itself first. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Every module specifier that the file imports, re-exports or loads dynamically by a constant, with its line. */
export function importsOf(
  source: SourceFile,
): readonly { readonly specifier: string; readonly line: number }[] {
  const found: { specifier: string; line: number }[] = []
  walk(source.program, (node) => {
    if (!('source' in node) || typeof node.source !== 'object' || node.source === null) return
    const { source: specifier } = node
    if (!('value' in specifier) || typeof specifier.value !== 'string') return
    found.push({ specifier: specifier.value, line: source.lineAt(node.start) })
  })
  return found
}

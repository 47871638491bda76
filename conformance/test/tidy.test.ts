import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Node } from 'oxc-parser'
import {
  parseSource,
  productSources,
  repository,
  repositoryFiles,
  type SourceFile,
  walk,
} from './source-files.ts'

// House numbers of the project.
const FILE_USUAL_LINES = 300
const FILE_MOST_LINES = 500
const FUNCTION_USUAL_LINES = 30
const FUNCTION_MOST_LINES = 70
const USUAL_SHARE = 0.9
/** A literal with this many entries is a table: its lines do not count towards its function. */
const TABLE_ENTRIES = 10

const files = repositoryFiles()
const sources = productSources()

type Measured = { readonly where: string; readonly lines: number }

describe('house numbers', () => {
  const sizes = files
    .filter((path) => /\.(ts|mjs)$/.test(path) && !path.includes('/fixtures/'))
    .map((path) => ({
      where: path,
      lines: readFileSync(join(repository, path), 'utf8').split('\n').length - 1,
    }))
  const functions = sources.flatMap(functionsOf)

  test(`no file is over ${FILE_MOST_LINES} lines`, () => {
    expect(longest(sizes, FILE_MOST_LINES)).toEqual([])
  })

  test(`nine files in ten are within ${FILE_USUAL_LINES} lines`, () => {
    expectUsual(sizes, FILE_USUAL_LINES)
  })

  test(`no function is over ${FUNCTION_MOST_LINES} lines`, () => {
    expect(longest(functions, FUNCTION_MOST_LINES)).toEqual([])
  })

  test(`nine functions in ten are within ${FUNCTION_USUAL_LINES} lines`, () => {
    expectUsual(functions, FUNCTION_USUAL_LINES)
  })
})

describe('documents', () => {
  test('every exported name has a doc comment', () => {
    expect(sources.flatMap(undocumentedExports)).toEqual([])
  })

  test('every package has a README that says what it is and what it is not', () => {
    const packages = files
      .filter((path) => /^(packages|adapters)\/[^/]+\/package\.json$/.test(path))
      .map(dirname)
    const wanting = packages.filter((folder) => {
      const readme = join(repository, folder, 'README.md')
      return !existsSync(readme) || !/\bnot\b/.test(readFileSync(readme, 'utf8'))
    })
    expect(wanting).toEqual([])
  })

  test('every path in backticks exists', () => {
    const offenders = files.filter((path) => path.endsWith('.md')).flatMap(missingPaths)
    expect(offenders).toEqual([])
  })

  test('every script of ours that a document names exists', () => {
    const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
      readonly scripts: object
    }
    const builtin = new Set(['install', 'exec', 'add', 'run'])
    const offenders = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) => {
        const text = readFileSync(join(repository, path), 'utf8')
        return [...text.matchAll(/\bpnpm(?:@[\d.]+)?(?: --silent)? ([a-z]\w*)/g)]
          .map((match) => match[1] ?? '')
          .filter((name) => !builtin.has(name) && !(name in manifest.scripts))
          .map((name) => `${path}: pnpm ${name}`)
      })
    expect(offenders).toEqual([])
  })
})

describe('no trace of one machine', () => {
  // Put together here, so that this file does not find itself.
  const machinePaths = ['work', 'root', 'tmp', 'home/\\w+'].map((name) => `/${name}/`).join('|')
  const machinePath = new RegExp(`(?<![\\w.:/})-])(${machinePaths})`)
  const registry = new RegExp(
    `https?://[^/\\s'"]*(${['registry', 'artifactory', 'verdaccio', 'nexus'].join('|')})`,
  )
  const texts = files.filter((path) => !/\/fixtures\/|\.(png|ico|wasm|bin)$/.test(path))

  test.each([
    ['path', machinePath],
    ['registry', registry],
  ])('no %s of this machine in any file', (_, pattern) => {
    const offenders = texts.flatMap((path) =>
      readFileSync(join(repository, path), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 100)}`] : [],
        ),
    )
    expect(offenders).toEqual([])
  })
})

function longest(measured: readonly Measured[], limit: number): readonly string[] {
  return measured
    .filter(({ lines }) => lines > limit)
    .toSorted((a, b) => b.lines - a.lines)
    .map(({ where, lines }) => `${where}: ${lines} lines`)
}

/** Fails with the offenders named where fewer than nine in ten are within the limit. */
function expectUsual(measured: readonly Measured[], limit: number): void {
  const over = longest(measured, limit)
  const mostOver = Math.floor(measured.length * (1 - USUAL_SHARE))
  expect(over.length > mostOver ? over : []).toEqual([])
}

function functionsOf(source: SourceFile): readonly Measured[] {
  const found: Measured[] = []
  walk(source.program, (node) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return
    const name = 'id' in node && node.id && 'name' in node.id ? node.id.name : 'a function'
    found.push({
      where: `${source.path}:${source.lineAt(node.start)} ${name}`,
      lines: linesOf(source, node) - tableLines(source, node),
    })
  })
  return found
}

function linesOf(source: SourceFile, node: Node): number {
  return source.lineAt(node.end) - source.lineAt(node.start) + 1
}

/** Lines of the outermost tables inside a function. */
function tableLines(source: SourceFile, node: Node): number {
  let lines = 0
  let end = 0
  walk(node, (inner) => {
    const entries =
      inner.type === 'ObjectExpression'
        ? inner.properties
        : inner.type === 'ArrayExpression'
          ? inner.elements
          : []
    if (entries.length < TABLE_ENTRIES || inner.start < end) return
    lines += linesOf(source, inner) - 1
    end = inner.end
  })
  return lines
}

/** Exports without a comment. One-liners directly below each other share the comment of the first. */
function undocumentedExports(source: SourceFile): readonly string[] {
  const seen = new Set<string>()
  let groupLine = 0
  return source.program.body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' && statement.type !== 'ExportDefaultDeclaration')
      return []
    const { declaration } = statement
    if (!declaration || declaration.type === 'Identifier') return []
    const name = nameOf(declaration)
    const line = source.lineAt(statement.start)
    // The second and later signatures of an overloaded function need no comment of their own.
    const isDocumented = seen.has(name) || line === groupLine + 1 || hasDocComment(source, statement)
    seen.add(name)
    if (isDocumented && source.lineAt(statement.end) === line) groupLine = line
    return isDocumented ? [] : [`${source.path}:${line} ${name}`]
  })
}

function nameOf(declaration: Node): string {
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.map(({ id }) => ('name' in id ? id.name : 'a pattern')).join(', ')
  return 'id' in declaration && declaration.id && 'name' in declaration.id ? declaration.id.name : 'default'
}

function hasDocComment(source: SourceFile, statement: Node): boolean {
  return source.comments.some(
    (comment) =>
      comment.type === 'Block' &&
      comment.value.startsWith('*') &&
      comment.end <= statement.start &&
      source.text.slice(comment.end, statement.start).trim() === '',
  )
}

/** Paths in backticks that are neither in the repository nor beside the document. */
function missingPaths(document: string): readonly string[] {
  const text = readFileSync(join(repository, document), 'utf8').replaceAll(/```[\s\S]*?```/g, '')
  const folder = join(repository, dirname(document))
  return [...text.matchAll(/`([^`\s]+)`/g)]
    .map((match) => match[1] ?? '')
    .filter(looksLikePath)
    .filter((path) => !existsSync(join(repository, path)) && !existsSync(join(folder, path)))
    .map((path) => `${document}: ${path}`)
}

/** Something below one of our folders; not a package name, an address, a pattern or a generated folder. */
function looksLikePath(text: string): boolean {
  return (
    /^(\.\/|\.\.\/|\.ci\/)?(packages|adapters|conformance|docs|scripts|bench|src|test|run|deploy)(\/[\w.-]+)*\/?$/.test(
      text,
    ) && text.includes('/')
  )
}

test('the scanner sees what it should', () => {
  const source = parseSource('conformance/test/source-files.ts')
  expect(undocumentedExports(source)).toEqual([])
  expect(functionsOf(source).some(({ where }) => where.endsWith('repositoryFiles'))).toBe(true)
})

import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, normalize } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { importsOf, productSources, repository, type SourceFile, walk } from './source-files.ts'

/** What each room may import of ours (design, "Rooms"); a pattern matches the specifier without `@sluice/`. */
const PORTS = /^gateway\/ports\//
const CORE = /^core\//
const WIRE = /^wire\//
const ANY_GATEWAY = /^gateway\//
const ALLOWED: Readonly<Record<string, readonly RegExp[]>> = {
  'packages/core': [],
  'packages/wire': [],
  'packages/telemetry': [],
  'packages/gateway': [CORE, WIRE],
  'packages/identity': [CORE, PORTS],
  'packages/audit': [CORE, PORTS, /^telemetry\//],
  'packages/config': [CORE, PORTS],
  'packages/reading': [CORE, PORTS],
  'packages/store': [CORE, PORTS],
  'packages/server': [/^(?!testkit\/|demo\/)/],
  'packages/testkit': [CORE, ANY_GATEWAY],
  'packages/demo': [/^/],
  'adapters/*': [CORE, WIRE, ANY_GATEWAY, /^reading\//],
}

/** Who may read files and the environment beside `config`, and why. */
const READERS: readonly RegExp[] = [
  /^packages\/config\//,
  /^packages\/server\/src\/(main\.ts|commands\/)/, // the command hands its environment and flags on
  /^packages\/(demo|testkit)\//, // start real servers
  /^packages\/(audit|store)\//, // the journal is a file, and so are the labels
  /^packages\/server\/src\/unix-socket\.ts$/, // a Unix socket has a name in the file system: found stale, it is taken away
  /^adapters\/postgres\/src\/cancel\/neighbours\.ts$/, // as above, one for each gateway of the host
]

const sources = productSources()
const roomOf = (source: SourceFile): string => source.path.split('/').slice(0, 2).join('/')
const at = (source: SourceFile, line: number, what: string): string => `${source.path}:${line} ${what}`

function rulesFor(room: string): readonly RegExp[] | undefined {
  return ALLOWED[room] ?? (room.startsWith('adapters/') ? ALLOWED['adapters/*'] : undefined)
}

describe('boundaries', () => {
  test('every room is listed', () => {
    expect([...new Set(sources.map(roomOf))].filter((room) => !rulesFor(room))).toEqual([])
  })

  test('imports among our packages keep to the direction', () => {
    const offenders = sources.flatMap((source) =>
      importsOf(source)
        .filter(({ specifier }) => specifier.startsWith('@sluice/'))
        .filter(({ specifier }) => {
          const target = specifier.slice('@sluice/'.length)
          const allowed = rulesFor(roomOf(source)) ?? []
          return !allowed.some((pattern) => pattern.test(target))
        })
        .map(({ specifier, line }) => at(source, line, `imports \`${specifier}\``)),
    )
    expect(offenders).toEqual([])
  })

  test('no relative import leaves its package', () => {
    const offenders = sources.flatMap((source) =>
      importsOf(source)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .filter(({ specifier }) => {
          const target = normalize(join(source.path, '..', specifier))
          return !target.startsWith(`${roomOf(source)}/src/`)
        })
        .map(({ specifier, line }) => at(source, line, `imports \`${specifier}\``)),
    )
    expect(offenders).toEqual([])
  })

  test('every package that is imported is declared', () => {
    const offenders = sources.flatMap((source) => {
      const declared = dependenciesOf(roomOf(source))
      return importsOf(source)
        .filter(({ specifier }) => !/^(\.|node:)/.test(specifier))
        .filter(({ specifier }) => !declared.has(packageOf(specifier)))
        .map(({ specifier, line }) => at(source, line, `imports \`${specifier}\`: not in package.json`))
    })
    expect(offenders).toEqual([])
  })

  test('core and wire, but for its room of sockets, are pure: no socket, file, process, clock, chance or environment', () => {
    const pure = sources.filter((source) => /^packages\/(core|wire\/(?!src\/socket\/))/.test(source.path))
    const offenders = pure.flatMap((source) => [
      ...importsOf(source)
        .filter(({ specifier }) => isBuiltin(specifier) && !isPure(source, specifier))
        .map(({ specifier, line }) => at(source, line, `imports \`${specifier}\``)),
      ...mentions(source, /^(process\.\w+|Date\.now|Math\.random|performance\.now|setTimeout|setInterval)$/),
    ])
    expect(offenders).toEqual([])
  })

  test('only config reads files and the environment', () => {
    const others = sources.filter((source) => !READERS.some((pattern) => pattern.test(source.path)))
    const offenders = others.flatMap((source) => [
      ...importsOf(source)
        .filter(({ specifier }) => /^(node:)?fs(\/promises)?$/.test(specifier))
        .map(({ specifier, line }) => at(source, line, `imports \`${specifier}\``)),
      ...mentions(source, /^process\.env$/),
    ])
    expect(offenders).toEqual([])
  })

  test('gateway never names a database', () => {
    const database = /postgres|mysql|mariadb|sql ?server|mssql|tedious|\btds\b/i
    const offenders = sources
      .filter((source) => source.path.startsWith('packages/gateway/'))
      .flatMap((source) =>
        words(source)
          .filter(({ word }) => database.test(word))
          .map(({ word, line }) => at(source, line, word)),
      )
    expect(offenders).toEqual([])
  })
})

function dependenciesOf(room: string): ReadonlySet<string> {
  const manifest = JSON.parse(readFileSync(join(repository, room, 'package.json'), 'utf8')) as {
    readonly dependencies?: object
    readonly optionalDependencies?: object
  }
  return new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Built-in modules that only compute. */
function isPure(source: SourceFile, builtin: string): boolean {
  if (builtin === 'node:stream') return roomOf(source) === 'packages/wire'
  return builtin === 'node:crypto' || builtin === 'node:buffer'
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier)
}

/** Where code (not a comment) reads `a.b`, or calls `a`, that matches. */
function mentions(source: SourceFile, pattern: RegExp): readonly string[] {
  const found: string[] = []
  walk(source.program, (node) => {
    const called = node.type === 'CallExpression' ? node.callee : node
    const names =
      called.type === 'Identifier' ? node.type === 'CallExpression' : called.type === 'MemberExpression'
    const text = source.text.slice(called.start, called.end)
    if (names && pattern.test(text)) found.push(at(source, source.lineAt(node.start), `uses \`${text}\``))
  })
  return [...new Set(found)]
}

/** Identifiers, strings and template texts of the code. */
function words(source: SourceFile): readonly { readonly word: string; readonly line: number }[] {
  const found: { word: string; line: number }[] = []
  walk(source.program, (node) => {
    const word =
      node.type === 'Identifier'
        ? node.name
        : node.type === 'Literal' && typeof node.value === 'string'
          ? node.value
          : node.type === 'TemplateElement'
            ? node.value.raw
            : undefined
    if (word !== undefined) found.push({ word, line: source.lineAt(node.start) })
  })
  return found
}

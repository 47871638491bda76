import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { readCorpus } from '@sluice/testkit/corpora'
import { printGate } from '@sluice/testkit/gate-table'
import { loadModule, parseSync, scanSync } from 'libpg-query'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import { Lexer } from '../../src/dialect/lexer/lexer.ts'

const corpus = readCorpus('postgres')
const suite = corpus === undefined ? describe.skip : describe

/**
 * libpg's scanner hands comments out as tokens, so a `--` comment between the parts of a continued string breaks the
 * string for it. PostgreSQL itself goes on (scan.l, quotecontinue), and so do we.
 */
const libpgDiffers = (sql: string) => /'\s*--[^\n]*\n\s*'/.test(sql)

const accepted = (sql: string): boolean => {
  try {
    parseSync(sql)
    return true
  } catch {
    return false
  }
}

/** Anything that hangs on where or how literals are written. */
const ignored = /location$|^(?:list_start|list_end|rexpr_list_start|rexpr_list_end|stmt_len|version)$/

const distinct = (items: readonly unknown[]): unknown[] => [
  ...new Map(items.map((item) => [JSON.stringify(item), item])).values(),
]

/** libpg's tree without literal values, and with equal list elements once. */
const shape = (value: unknown, key = '', parent: Record<string, unknown> = {}): unknown => {
  if (Array.isArray(value)) {
    const items = value.map((item) => shape(item))
    const list = key === 'valuesLists' || (key === 'items' && parent.inList === true)
    return list ? distinct(items) : items
  }
  if (typeof value !== 'object' || value === null) return value
  const body = value as Record<string, unknown>
  if ('A_Const' in body) return { constant: constantType(body.A_Const as Record<string, unknown>) }
  // Numbers in types (`timestamp(3)`) become 1 as well.
  if ('typmod' in body && 'op' in body) return { ...body, typmod: 0, location: 0 }
  const entries = Object.entries(body).filter(([name]) => !ignored.test(name))
  const inList = key === 'List' && parent.kind === 'AEXPR_IN'
  return Object.fromEntries(
    entries.map(([name, field]) => [
      name,
      shape(field, name, { ...body, ...(inList ? { inList } : {}), ...kindOf(parent, key) }),
    ]),
  )
}

/** `rexpr` of an IN holds its list one level down. */
const kindOf = (parent: Record<string, unknown>, key: string) =>
  key === 'rexpr' ? { kind: parent.kind } : {}

const constantType = (value: Record<string, unknown>): string => {
  const type = Object.keys(value).find((key) => key !== 'location') ?? ''
  if (type === 'boolval') return JSON.stringify(value.boolval)
  return type === 'fval' ? 'ival' : type
}

const shapes = (sql: string): string[] =>
  (parseSync(sql).stmts ?? []).map((statement) => JSON.stringify(shape(statement.stmt)))

suite('the corpus of PostgreSQL statements', () => {
  const statements = corpus ?? []
  // Killing a slow parse is tested elsewhere; here a busy machine must not look like an unreadable statement.
  const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
  beforeAll(loadModule)
  afterAll(() => dialect.close())

  test('is read: at least 99.5 % of what applications send, 95 % of the suites; nothing that is not SQL', async () => {
    const table = new Map<string, { kind: string; valid: number; opaque: number }>()
    const readThough: string[] = []
    for (const { source, kind, valid, sql } of statements) {
      const reading = await dialect.read(sql, { standardConformingStrings: true })
      const opaque = reading.some(({ statement }) => statement.kind === 'opaque')
      const row = table.get(source) ?? { kind, valid: 0, opaque: 0 }
      table.set(source, row)
      if (valid) {
        row.valid++
        if (opaque) row.opaque++
      } else if (!opaque && !accepted(sql) && !libpgDiffers(sql)) readThough.push(sql)
    }
    const rate = (kind: string) => {
      const rows = [...table.values()].filter((row) => row.kind === kind)
      const valid = rows.reduce((sum, row) => sum + row.valid, 0)
      return (valid - rows.reduce((sum, row) => sum + row.opaque, 0)) / valid
    }
    printGate(
      [...table].map(([corpus, { valid, opaque }]) => ({
        dialect: 'postgresql',
        corpus,
        valid,
        understood: valid - opaque,
      })),
    )
    expect(readThough).toEqual([])
    expect(rate('app')).toBeGreaterThanOrEqual(0.995)
    expect(rate('suite')).toBeGreaterThanOrEqual(0.95)
  }, 90_000)

  test('falls into the tokens of PostgreSQL’s own scanner', () => {
    const different: string[] = []
    for (const { sql } of statements) {
      // libpg counts bytes; and what its grammar refuses may hold characters that are no token.
      if (!/^[\0-\x7f]*$/.test(sql) || libpgDiffers(sql) || !accepted(sql)) continue
      const theirs = scanSync(sql)
        .tokens.filter(({ tokenName }) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT')
        .map(({ start, end }) => `${start}-${end}`)
      const lexer = new Lexer(sql, true)
      const ours: string[] = []
      while (lexer.next() !== 0) ours.push(`${lexer.start}-${lexer.end}`)
      if (ours.join(' ') !== theirs.join(' ')) different.push(sql)
    }
    expect(different).toEqual([])
  })

  test('keeps its trees in the canonical text', () => {
    const different: string[] = []
    let count = 0
    for (const { sql } of statements) {
      if (!accepted(sql)) continue
      count++
      const ours = canonicalStatements(sql, true, defaultLimits).flatMap(({ text }) => shapes(text))
      if (ours.join('\n') !== shapes(sql).join('\n')) different.push(sql)
    }
    expect(different).toEqual([])
    expect(count).toBeGreaterThan(20_000)
  })

  test('has each literal where its slot says', () => {
    for (const { sql } of statements) {
      if (!accepted(sql)) continue
      for (const { text, slots, literals } of canonicalStatements(sql, true, defaultLimits)) {
        if (literals) continue
        const placeholders = { string: "'?'", number: '1', bit: "b'0'" }
        for (const { type, at } of slots) expect(text.startsWith(placeholders[type], at)).toBe(true)
      }
    }
  })
})

import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from '@jest/globals'
import { explainLines } from '../src/explain/lines.ts'

const catalog = {
  tables: [
    { schema: 'shop', name: 'Users', columns: [{ name: 'Id' }, { name: 'Email' }] },
    { schema: 'vault', name: 'secrets', columns: [{ name: 'token' }] },
  ],
}

type Explained = {
  readonly opaque?: string
  readonly verb: string
  readonly tables: readonly { readonly name: string }[]
  readonly lineage: readonly { readonly from: readonly string[]; readonly unknown: boolean }[] | string
}

/** What the last statement of a script is understood as. */
const last = async (sql: string): Promise<string> => {
  const input = new PassThrough()
  const output = new PassThrough()
  const answered = text(output)
  input.end(JSON.stringify({ sql }))
  await explainLines(input, output, { dialect: 'mysql', catalog, asker: undefined })
  output.end()
  const { statements } = JSON.parse(await answered) as { statements: readonly Explained[] }
  const { opaque, verb, tables, lineage } = statements.at(-1) as Explained
  if (opaque !== undefined) return `opaque: ${opaque}`
  const from =
    typeof lineage === 'string' ? [lineage] : lineage.map((o) => (o.unknown ? '?' : o.from.join('+')))
  return `${verb} ${tables.map(({ name }) => name).join(' ')} <- ${from.join(', ')}`
}

describe('the last statement of', () => {
  test.each([
    ['SELECT email, ID FROM Users', 'select shop.Users <- shop.Users.Email, shop.Users.Id'],
    [
      'SET NAMES utf8mb4; USE vault; SELECT token FROM secrets',
      'select vault.secrets <- vault.secrets.token',
    ],
    ['BEGIN; USE vault; ROLLBACK; SELECT token FROM secrets', 'select vault.secrets <- vault.secrets.token'],
    [`SET sql_mode = 'ANSI_QUOTES'; SELECT "email" FROM "Users"`, 'select shop.Users <- shop.Users.Email'],
    [
      "PREPARE s FROM 'SELECT email FROM Users'; ROLLBACK; EXECUTE s",
      'execute shop.Users <- shop.Users.Email',
    ],
    ["PREPARE s FROM 'SELECT 1'; DEALLOCATE PREPARE s; EXECUTE s", expect.stringContaining('opaque: ')],
    [
      'CREATE TEMPORARY TABLE t AS SELECT email FROM Users; ROLLBACK; SELECT email FROM t',
      'select shop.t <- shop.t.email',
    ],
    ['CREATE TEMPORARY TABLE Users AS SELECT 1 AS email; SELECT email FROM Users', 'select shop.Users <- ?'],
    ['SET NAMES sjis; SELECT "x" FROM Users', expect.stringContaining('character set `sjis` is refused')],
    ['CALL p(); SELECT email FROM Users', expect.stringContaining('opaque: ')],
  ])('%s', async (sql, expected) => {
    expect(await last(sql)).toEqual(expected)
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { allowAll } from '../harness/gateway.ts'
import { comparableLines, fullLine, type Script, scriptsOf } from '../harness/message-scripts.ts'
import { line, RawClient } from '../harness/raw-client.ts'
import { onDatabase, type Side, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'

const suites = join(import.meta.dirname, '..', 'suites')
const read = (name: string): readonly Script[] => scriptsOf(readFileSync(join(suites, name), 'utf8'))
const allowed = read('simple-texts.sql')
const refused = read('refused-texts.sql')

/** The database itself refuses the clerk what the gateway refuses by policy. */
const vaultClosed = `${allowAll}
  - { id: vault, effect: deny, when: "statement.tables.exists(t, t.name == 'vault')" }
`

let sides: SideBySide

beforeAll(async () => {
  sides = await startSideBySide('embedded')
  for (const { database } of [sides.direct, sides.through]) {
    await onDatabase(
      sides.server,
      database,
      'CREATE TABLE t (n integer); CREATE TABLE vault (v integer); GRANT ALL ON t TO PUBLIC',
    )
  }
  await onDatabase(sides.server, 'postgres', `CREATE ROLE clerk LOGIN PASSWORD '${sides.direct.password}'`)
}, 120_000)

afterAll(() => sides?.close())

/** All that a client hears of a script, and what is left of it in the database. */
async function heard(side: Side, { texts }: Script, lineOf = line): Promise<readonly string[]> {
  const client = await RawClient.login(side)
  client.lineOf = lineOf
  const lines: string[] = []
  for (const text of texts) lines.push(`> ${text}`, ...(await client.query(text)))
  lines.push(...(await client.query('ROLLBACK')), ...(await client.query('TABLE t')))
  lines.push(...(await client.query('DELETE FROM t')))
  client.close()
  return comparableLines(lines)
}

async function same(script: Script, user: string, lineOf = line): Promise<readonly string[]> {
  const direct = await heard({ ...sides.direct, user }, script, lineOf)
  expect(await heard(sides.through, script, lineOf)).toEqual(direct)
  return direct
}

describe('a simple Query of several statements is answered as by the database itself', () => {
  beforeAll(() => sides.gateway.usePolicy(allowAll))
  test.each(allowed.map((script) => [script.name, script] as const))('%s', async (_name, script) => {
    await same(script, sides.direct.user, fullLine)
  })
})

describe('a refusal in it aborts as the database’s own would:', () => {
  beforeAll(() => sides.gateway.usePolicy(vaultClosed))
  test.each(refused.map((script) => [script.name, script] as const))('%s', async (_name, script) => {
    const lines = await same(script, 'clerk')
    expect(lines.join()).toMatch(/ErrorResponse/)
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { comparableLines, fullLine, play, type Script, scriptsOf } from '../harness/message-scripts.ts'
import { RawClient } from '../harness/raw-client.ts'
import { onDatabase, type Side, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'

const scripts = scriptsOf(readFileSync(join(import.meta.dirname, '..', 'suites', 'messages.txt'), 'utf8'))

let sides: SideBySide

beforeAll(async () => {
  sides = await startSideBySide('embedded')
  for (const { database } of [sides.direct, sides.through]) {
    await onDatabase(sides.server, database, 'CREATE TABLE t (n integer)')
  }
}, 120_000)

afterAll(() => sides?.close())

async function heard(side: Side, script: Script, pieces: 'one' | 'each'): Promise<readonly string[]> {
  const client = await RawClient.login(side)
  client.lineOf = fullLine
  const lines = await play(client, script, pieces)
  lines.push(...(await client.query('ROLLBACK')), ...(await client.query('DELETE FROM t')))
  client.close()
  return comparableLines(lines)
}

describe.each(['one', 'each'] as const)(
  'messages sent in %s piece are answered as by the database itself:',
  (pieces) => {
    test.each(scripts.map((script) => [script.name, script] as const))(
      '%s',
      async (_name, script) => {
        const direct = await heard(sides.direct, script, pieces)
        expect(await heard(sides.through, script, pieces)).toEqual(direct)
      },
      10_000,
    )
  },
)

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { olderMajors, type PostgresVersion } from '@sluice/testkit/postgres-binaries'
import { allowAll } from '../harness/gateway.ts'
import { comparableLines, fullLine, play, type Script, scriptsOf } from '../harness/message-scripts.ts'
import { line, RawClient } from '../harness/raw-client.ts'
import { onDatabase, type Side, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'

const scripts = scriptsOf(readFileSync(join(import.meta.dirname, '..', 'suites', 'messages.txt'), 'utf8'))

/** Replication has to be named by a rule. */
const allowReplication = `${allowAll}
  - { id: copies, effect: allow, when: "statement.verb == 'replication' && statement.opaque != ''" }
`

let sides: SideBySide

async function start(version: PostgresVersion): Promise<void> {
  sides = await startSideBySide(version)
  for (const { database } of [sides.direct, sides.through]) {
    await onDatabase(sides.server, database, 'CREATE TABLE t (n integer)')
  }
  sides.gateway.usePolicy(allowReplication)
}

async function heard(side: Side, script: Script, pieces: 'one' | 'each'): Promise<readonly string[]> {
  const client = await RawClient.login(side)
  client.lineOf = fullLine
  const lines = await play(client, script, pieces)
  lines.push(...(await client.query('ROLLBACK')), ...(await client.query('DELETE FROM t')))
  client.close()
  return comparableLines(lines.map(unplaced))
}

/** The gateway says of which parameter a format is refused; PostgreSQL 13 does not. */
function unplaced(one: string): string {
  return one.includes('unsupported format code') ? one.replace(/,\["W",.*?"\]/, '') : one
}

/** What a physical and a logical standby ask first. Where the log stands differs from one question to the next. */
async function replicated(side: Side, mode: 'true' | 'database'): Promise<readonly string[]> {
  const client = await RawClient.login({ ...side, parameters: { replication: mode } })
  const lines = (await client.query('IDENTIFY_SYSTEM')).map((one) => one.replace(/^(DataRow) .*/, '$1'))
  client.lineOf = line
  lines.push(...(await client.query('SHOW server_version_num')))
  lines.push(
    ...(await client.query('TIMELINE_HISTORY 99')),
    ...(await client.query('READ_REPLICATION_SLOT none')),
  )
  lines.push(...(await client.query('START_REPLICATION SLOT none PHYSICAL 0/0')))
  client.close()
  return lines
}

const runs: readonly (readonly [PostgresVersion, 'one' | 'each'])[] = [
  ['embedded', 'one'],
  ['embedded', 'each'],
  ...olderMajors().map((major) => [major, 'one'] as const),
]

describe.each(runs)(
  'on PostgreSQL %s, messages sent in %s piece are answered as by the database itself:',
  (version, pieces) => {
    beforeAll(() => start(version), 120_000)
    afterAll(() => sides?.close())

    test.each(scripts.map((script) => [script.name, script] as const))(
      '%s',
      async (_name, script) => {
        const direct = await heard(sides.direct, script, pieces)
        expect(await heard(sides.through, script, pieces)).toEqual(direct)
      },
      10_000,
    )

    test.each(['true', 'database'] as const)('replication=%s', async (mode) => {
      const direct = await replicated(sides.direct, mode)
      expect(await replicated(sides.through, mode)).toEqual(direct)
      expect(direct).toContain('DataRow')
    })
  },
)

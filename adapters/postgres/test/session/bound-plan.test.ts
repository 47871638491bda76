import { describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeDescribe } from '../../src/messages/describe.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeParameterDescription } from '../../src/messages/parameter-description.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { Carried } from './carried.ts'
import { described, row } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: pii, effect: mask, columns: "column.name == 'email'", with: redact }
`

const shop = shopSessions()
/** What the session knows to be the newest. */
let newest: Catalog | undefined
let session: Carried

const ready = encodeReadyForQuery({ status: 'I' })
const readies =
  (many: number) =>
  (names: readonly string[]): boolean =>
    names.filter((name) => name === 'ReadyForQuery').length === many

/** A session with a prepared statement that was described. */
const prepared = async (): Promise<void> => {
  newest = shop.catalog
  const governance = shop.governed({ policy })
  session = await shop.carried({ ...governance, catalog: { ...governance.catalog, current: () => newest } })
  const id = shop.catalog.relation('public', 'customers')?.id ?? 0
  session.client.say(
    encodeParse({ name: 's', sql: 'SELECT id, email FROM customers', parameterTypes: [] }),
    encodeDescribe({ target: 'statement', name: 's' }),
    encodeSync(),
  )
  await session.database.until((names) => names.includes('Sync'))
  session.database.say(
    encodeParseComplete(),
    encodeParameterDescription({ types: [] }),
    encodeRowDescription({ fields: [described('id', id, 1), described('email', id, 3)] }),
    ready,
  )
  await session.client.until(readies(1))
  session.client.say(
    encodeBind({ portal: '', statement: 's', parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: '', maxRows: 0 }),
    encodeSync(),
  )
  await session.database.until((names) => names.filter((name) => name === 'Sync').length === 2)
}

const shown = async (): Promise<string> => {
  session.database.say(row('seven', 'ann@shop.example'), encodeCommandComplete({ tag: 'SELECT 1' }), ready)
  await session.client.until(readies(2))
  return session.client.heard.find(({ name }) => name === 'DataRow')?.payload.toString('latin1') ?? ''
}

describe('rows of a prepared statement, when tables change while it runs', () => {
  test('behind the answer to Bind, are masked as they were planned', async () => {
    await prepared()
    session.database.say(encodeBindComplete())
    await session.client.until((names) => names.includes('BindComplete'))
    newest = undefined
    const text = await shown()
    expect(text).toContain('seven')
    expect(text).not.toContain('ann')
  })

  test('before it, are masked whole: the database may have planned it under the change', async () => {
    await prepared()
    newest = undefined
    session.database.say(encodeBindComplete())
    const text = await shown()
    expect(text).not.toMatch(/seven|ann/)
  })
})

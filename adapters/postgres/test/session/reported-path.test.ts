import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { instantJournal } from '@sluice/testkit/governed'
import { type PostgresDialect, postgresDialect } from '../../src/dialect/dialect.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeParameterStatus } from '../../src/messages/parameter-status.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { shopCatalog } from '../analysis/shop.ts'
import { type Carried, carried } from './carried.ts'
import { governedBy } from './governed.ts'

let dialect: PostgresDialect
let catalog: Catalog
let session: Carried

beforeAll(async () => {
  dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})

afterAll(() => dialect.close())
afterEach(() => session.close())

const ready = (many: number) => (names: readonly string[]) =>
  names.filter((name) => name === 'ReadyForQuery').length === many

test('a search_path that the database reports, set by a trigger perhaps, is asked for in front of the next statement', async () => {
  const status = encodeReadyForQuery({ status: 'I' })
  const inserted = encodeCommandComplete({ tag: 'INSERT 0 1' })
  const path = encodeParameterStatus({ name: 'search_path', value: 'vault' })
  let reported = false
  session = await carried(governedBy({ dialect, catalog, audit: instantJournal() }), ({ name }) =>
    name === 'Query' ? Buffer.concat([inserted, ...(reported ? [path] : []), status]) : undefined,
  )
  const insert = encodeQuery({ sql: "INSERT INTO orders (note) VALUES ('x')" })
  session.client.say(insert)
  await session.client.until(ready(1))
  expect(session.live.session.contextStale).toBe(false)
  reported = true
  session.client.say(insert)
  await session.client.until(ready(2))
  expect(session.live.session.contextStale).toBe(true)
  reported = false
  session.client.say(insert)
  await session.client.until(ready(3))
  expect(session.live.session.contextStale).toBe(false)
})

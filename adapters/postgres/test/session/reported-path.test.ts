import { expect, test } from '@jest/globals'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeParameterStatus } from '../../src/messages/parameter-status.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import type { Carried } from './carried.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()
let session: Carried

const ready = (many: number) => (names: readonly string[]) =>
  names.filter((name) => name === 'ReadyForQuery').length === many

test('a search_path that the database reports, set by a trigger perhaps, is asked for in front of the next statement', async () => {
  const status = encodeReadyForQuery({ status: 'I' })
  const inserted = encodeCommandComplete({ tag: 'INSERT 0 1' })
  const path = encodeParameterStatus({ name: 'search_path', value: 'vault' })
  let reported = false
  session = await shop.carried(shop.governed(), ({ name }) =>
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

import { once } from 'node:events'
import { describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import pg from 'pg'
import { filledGateway } from '../harness/filled-gateway.ts'
import { allowAll } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

/** Something is masked for ana, and nothing for dora. */
const policy = `${allowAll}
  - { id: hidden, effect: mask, with: redact, columns: "column.table == 'customers'", unless: "'dpo' in principal.groups" }
`

const { gateway, direct } = filledGateway(shopSchema, { policy })

/** How the session of a login ended, in the record. */
async function recordedEnds(): Promise<readonly string[]> {
  await gateway().audit.durable(
    gateway().audit.append({ type: 'control', at: 0, action: 'here', detail: {} }),
  )
  return Array.from(readEntries(gateway().journal), ({ entry }) => entry).flatMap((entry) =>
    entry.type === 'session.closed' ? [entry.reason] : [],
  )
}

const IDLE = `SELECT pid FROM pg_stat_activity WHERE query = $1 AND state LIKE 'idle%'`

describe.each(['ana', 'dora'])(
  'what the database says of itself to a client that waits for nothing: %s',
  (login) => {
    test.each([
      ['idle for too long', ["SET idle_session_timeout = '200ms'"], '57P05'],
      [
        'idle in a transaction for too long',
        ["SET idle_in_transaction_session_timeout = '200ms'", 'BEGIN'],
        '25P03',
      ],
    ])('%s', async (_name, texts, code) => {
      const client = await RawClient.login(gateway().connection(login))
      for (const text of texts) await client.query(text)
      expect(await client.rest()).toEqual([`ErrorResponse ${code}`, 'closed'])
      expect((await recordedEnds()).at(-1)).toBe('the database ended the session')
    })

    test('ended by somebody else', async () => {
      const client = await RawClient.login(gateway().connection(login))
      const mark = `SELECT 'of ${login}'`
      await client.query(mark)
      const { rows } = await direct().query<{ pid: number }>(IDLE, [mark])
      await direct().query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
      expect(await client.rest()).toEqual(['ErrorResponse 57P01', 'closed'])
    })

    test('a driver is told why', async () => {
      const client = new pg.Client(gateway().connection(login))
      await client.connect()
      const told = once(client, 'error')
      await client.query("SET idle_session_timeout = '200ms'")
      expect((await told)[0]).toMatchObject({ severity: 'FATAL', code: '57P05' })
      await client.end()
    })
  },
)

import { afterEach, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { loadPolicy } from '@sluice/core/policy/policy'
import type { Governance } from '@sluice/gateway/session/governance'
import { allowAll } from '@sluice/testkit/governed'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { decodeDataRow } from '../../src/messages/data-row.ts'
import { encodeDescribe } from '../../src/messages/describe.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeParameterDescription } from '../../src/messages/parameter-description.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { Carried } from './carried.ts'
import { described, type Heard, row } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const maskPii = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: { default: redact } }
`

const SQL = 'SELECT email, id FROM customers WHERE id = 1'
const SECRET = 'ana@example.com'
const CUSTOMERS = 20_000
const id = described('id', CUSTOMERS, 1)
const email = described('email', CUSTOMERS, 3)
type Field = typeof id

const shop = shopSessions()
let sessions: Carried[] = []
/** How the database describes its next result: every value of it is the secret. */
let fields: readonly Field[]
let policy: string
/** The catalog from when the database begins to answer. */
let later: Catalog

afterEach(() => {
  for (const session of sessions) session.close()
  sessions = []
})

/** What governs all sessions of a test. */
const governed = (): Governance => {
  const policies = new Map([maskPii, allowAll].map((text) => [text, loadPolicy(text, 'policy.yaml')]))
  let current = shop.catalog
  const governance = shop.governed()
  policy = maskPii
  fields = [email, id]
  later = shop.catalog
  return {
    ...governance,
    catalog: {
      ...governance.catalog,
      current: () => {
        const now = current
        current = later
        return now
      },
    },
    policy: () => {
      const loaded = policies.get(policy)
      if (loaded?.ok !== true) throw new Error('the policy of the test cannot be loaded')
      return loaded.value
    },
  }
}

const begin = async (governance = governed()): Promise<Carried> => {
  const session = await shop.carried(governance, answer)
  sessions.push(session)
  return session
}

const STATEMENT = 'S'.charCodeAt(0)

const answer = ({ name, payload }: Heard): Buffer | undefined => {
  const values = row(...fields.map(() => SECRET))
  const tag = encodeCommandComplete({ tag: 'SELECT 1' })
  const ready = encodeReadyForQuery({ status: 'I' })
  const description = encodeRowDescription({ fields })
  if (name === 'Query') return Buffer.concat([description, values, tag, ready])
  if (name === 'Parse') return encodeParseComplete()
  if (name === 'Bind') return encodeBindComplete()
  if (name === 'Describe' && payload[0] === STATEMENT)
    return Buffer.concat([encodeParameterDescription({ types: [] }), description])
  if (name === 'Describe') return description
  if (name === 'Execute') return Buffer.concat([values, tag])
  return name === 'Sync' ? ready : undefined
}

const bind = (statement: string): Buffer =>
  encodeBind({ portal: '', statement, parameterFormats: [], values: [], resultFormats: [] })

const EXTENDED = [
  encodeParse({ name: '', sql: SQL, parameterTypes: [] }),
  bind(''),
  encodeDescribe({ target: 'portal', name: '' }),
  encodeExecute({ portal: '', maxRows: 0 }),
  encodeSync(),
]

const PREPARED = [
  encodeParse({ name: 's', sql: SQL, parameterTypes: [] }),
  encodeDescribe({ target: 'statement', name: 's' }),
]
const AGAIN = [bind('s'), encodeExecute({ portal: '', maxRows: 0 }), encodeSync()]

/** Whether each value of the result's row came raw. */
const ask = async (session: Carried, question = [encodeQuery({ sql: SQL })]): Promise<readonly boolean[]> => {
  const { client } = session
  const before = client.heard.length
  client.say(...question)
  await client.until((names) => names.slice(before).includes('ReadyForQuery'))
  const rows = client.heard.slice(before).filter(({ name }) => name === 'DataRow')
  expect(rows).toHaveLength(1)
  return rows.flatMap(({ payload }) =>
    decodeDataRow(payload).values.map((value) => value?.toString() === SECRET),
  )
}

const HONEST = [false, true]

describe('INVARIANT (no-unproven-column): a result that is not described as the last time is planned anew:', () => {
  test.each([
    ['columns that changed places', [id, email]],
    ['another column under the same name', [email, { ...email, name: 'id' }]],
    ['a column of a table that is not known', [email, described('id', 1, 1)]],
    ['a column more', [email, id, email]],
    ['a column less', [email]],
  ])('%s', async (_what, changed) => {
    const session = await begin()
    for (const question of [undefined, EXTENDED]) {
      fields = [email, id]
      expect(await ask(session, question)).toEqual(HONEST)
      fields = changed
      expect(await ask(session, question)).toEqual(changed.map(() => false))
      fields = [email, id]
      expect(await ask(session, question)).toEqual(HONEST)
    }
  })

  test('another type: the mask fits the new one', async () => {
    const session = await begin()
    expect(await ask(session)).toEqual(HONEST)
    fields = [{ ...email, typeId: 23, typeSize: 4 }, id]
    expect(await ask(session)).toEqual(HONEST)
    // A number has no room for a word: it becomes NULL.
    expect(session.client.heard.at(-3)?.payload).toEqual(row(null, SECRET).subarray(5))
  })

  test('another policy', async () => {
    const session = await begin()
    expect(await ask(session)).toEqual(HONEST)
    policy = allowAll
    expect([await ask(session), await ask(session, EXTENDED)]).toEqual([
      [true, true],
      [true, true],
    ])
    policy = maskPii
    expect([await ask(session), await ask(session, EXTENDED)]).toEqual([HONEST, HONEST])
  })

  test('another session', async () => {
    const governance = governed()
    const [one, other] = [await begin(governance), await begin(governance)]
    expect([await ask(one), await ask(other)]).toEqual([HONEST, HONEST])
    fields = [id, email]
    expect([await ask(one), await ask(other)]).toEqual([
      [false, false],
      [false, false],
    ])
  })

  test('another catalog by the time that it is described', async () => {
    const session = await begin()
    expect(await ask(session)).toEqual(HONEST)
    later = { ...shop.catalog, version: shop.catalog.version + 1 }
    expect(await ask(session)).toEqual([false, false])
  })

  test('a session that has changed tables itself', async () => {
    const session = await begin()
    expect(await ask(session)).toEqual(HONEST)
    session.live.session.catalogDirty = true
    session.live.session.transaction = 'T'
    expect(await ask(session)).toEqual([false, false])
  })

  test('a prepared statement, described once, in a session that has changed tables itself', async () => {
    const session = await begin()
    expect(await ask(session, [...PREPARED, ...AGAIN])).toEqual(HONEST)
    session.live.session.catalogDirty = true
    session.live.session.transaction = 'T'
    expect(await ask(session, AGAIN)).toEqual([false, false])
  })
})

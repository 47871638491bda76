import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { loadPolicy } from '@sluice/core/policy/policy'
import type { Governance } from '@sluice/gateway/session/governance'
import { allowAll, governedBy, instantJournal } from '@sluice/testkit/governed'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import {
  decodeBinaryResultsetRow,
  encodeBinaryResultsetRow,
} from '../../src/messages/binary-resultset-row.ts'
import type { ColumnDefinition41 } from '../../src/messages/column-definition-41.ts'
import { columnType } from '../../src/messages/column-types.ts'
import { encodeComStmtExecute } from '../../src/messages/com-stmt-execute.ts'
import { encodeComStmtPrepare } from '../../src/messages/com-stmt-prepare.ts'
import { encodeComStmtPrepareOk } from '../../src/messages/com-stmt-prepare-ok.ts'
import { status } from '../../src/messages/status-flags.ts'
import { decodeTextResultsetRow } from '../../src/messages/text-resultset-row.ts'
import { shopCatalog } from '../analysis/shop.ts'
import {
  answerOf,
  type Carried,
  carried,
  columnOf,
  count,
  definition,
  eof,
  FLAGS,
  queryOf,
  rowOf,
} from './carried.ts'
import { maskPii } from './shop-server.ts'

const SQL = "select email, id from customers where id = '1'"
const email = columnOf('email', 'customers', 'email')
const id = columnOf('id', 'customers', 'id')
const SECRET = 'ana@example.com'

let dialect: MysqlDialect
let catalog: Catalog
let session: Carried
/** How the database describes its next result: every value of it is the secret. */
let columns: readonly ColumnDefinition41[]
/** A whole answer to a text, where it is another. */
let answer: readonly Buffer[] | undefined
let policy: string
/** The catalog from when the database begins to answer. */
let later: Catalog

beforeAll(async () => {
  dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())
afterEach(() => session.close())

const begin = async (): Promise<void> => {
  const policies = new Map([maskPii, allowAll].map((text) => [text, loadPolicy(text, 'policy.yaml')]))
  let current = catalog
  const governed = governedBy({ dialect, traits: mysqlTraits, catalog, audit: instantJournal() })
  const governance: Governance = {
    ...governed,
    catalog: { ...governed.catalog, current: () => current },
    policy: () => {
      const loaded = policies.get(policy)
      if (loaded?.ok !== true) throw new Error('the policy of the test cannot be loaded')
      return loaded.value
    },
  }
  policy = maskPii
  columns = [email, id]
  answer = undefined
  later = catalog
  session = await carried(governance, (command, database) => {
    const values = columns.map(() => SECRET)
    current = later
    if (command[0] === 0x16) database.say(1, PREPARED)
    else if (command[0] === 0x17)
      database.say(1, count(columns.length), ...columns.map(definition), eof(), binaryRowOf(values), eof())
    else database.say(1, ...(answer ?? answerOf(columns, values)))
  })
}

const PREPARED = encodeComStmtPrepareOk({ statementId: 1, columns: 0, parameters: 0, warnings: 0 })
const EXECUTE = encodeComStmtExecute(
  { statementId: 1, flags: 0, iterations: 1, newTypes: false, parameters: [] },
  { flags: FLAGS, placeholders: 0, types: undefined, sent: () => false },
)

const binaryRowOf = (values: readonly string[]): Buffer =>
  encodeBinaryResultsetRow(
    { values: values.map((value) => Buffer.from(value)) },
    values.map(() => columnType.VAR_STRING),
  )

/** Whether each value of the result's row came raw. */
const ask = async (command = queryOf(SQL)): Promise<readonly boolean[]> => {
  const [reply] = await session.client.command(command)
  if (reply?.kind !== 'rows' || reply.rows[0] === undefined) throw new Error(JSON.stringify(reply))
  const { values } =
    command === EXECUTE
      ? decodeBinaryResultsetRow(
          reply.rows[0],
          columns.map(({ type }) => type),
        )
      : decodeTextResultsetRow(reply.rows[0], columns.length)
  return values.map((value) => value?.toString() === SECRET)
}

const HONEST = [false, true]

describe('INVARIANT (no-unproven-column): a result that is not described as the last time is planned anew:', () => {
  test.each([
    ['columns that changed places', [id, email]],
    ['another column under the same name', [email, columnOf('id', 'customers', 'email')]],
    ['a column of a table that is not known', [email, columnOf('id', 'nowhere', 'id', { table: 'o' })]],
    ['a column more', [email, id, email]],
    ['a column less', [email]],
  ])('%s', async (_what, changed) => {
    await begin()
    expect(await ask()).toEqual(HONEST)
    columns = changed
    expect(await ask()).toEqual(changed.map(() => false))
    columns = [email, id]
    expect(await ask()).toEqual(HONEST)
  })

  test('another type: the mask fits the new one', async () => {
    await begin()
    expect(await ask()).toEqual(HONEST)
    columns = [{ ...email, type: columnType.LONG, collation: 63, length: 11 }, id]
    const [reply] = await session.client.command(queryOf(SQL))
    // A number has no room for a word: it becomes NULL.
    expect(reply).toMatchObject({ rows: [rowOf(null, SECRET)] })
  })

  test('the binary protocol, in which a row is laid out otherwise', async () => {
    await begin()
    expect(await ask()).toEqual(HONEST)
    await session.client.packets(encodeComStmtPrepare({ sql: SQL }), 1)
    expect([await ask(EXECUTE), await ask(EXECUTE), await ask()]).toEqual([HONEST, HONEST, HONEST])
  })

  test('another policy', async () => {
    await begin()
    policy = allowAll
    expect([await ask(), await ask()]).toEqual([
      [true, true],
      [true, true],
    ])
    policy = maskPii
    expect([await ask(), await ask()]).toEqual([HONEST, HONEST])
  })

  test('another catalog by the time that it is described', async () => {
    await begin()
    expect(await ask()).toEqual(HONEST)
    later = { ...catalog, version: catalog.version + 1 }
    expect(await ask()).toEqual([false, false])
  })

  test('another catalog, where a NULL tells something: everything is NULL', async () => {
    await begin()
    columns = [columnOf('x')]
    later = { ...catalog, version: catalog.version + 1 }
    const replies = await session.client.command(
      queryOf("select cast(left(email, 1) as char) as x from customers where id = '1'"),
    )
    expect(replies).toMatchObject([{ rows: [rowOf(null)] }])
  })

  test('a session in which what is read is not proven any more', async () => {
    await begin()
    expect(await ask()).toEqual(HONEST)
    session.live.session.obscured = true
    expect(await ask()).toEqual([false, false])
  })

  test('a second result of the same statement', async () => {
    await begin()
    const second = [...answerOf([email, id], [SECRET, SECRET])]
    expect(await ask()).toEqual(HONEST)
    answer = [
      ...answerOf([email, id], [SECRET, SECRET]).slice(0, -1),
      eof(status.MORE_RESULTS_EXISTS),
      ...second,
    ]
    const replies = await session.client.command(queryOf(SQL))
    expect(
      replies.map((reply) => ('rows' in reply ? String(reply.rows[0]).includes(SECRET) : reply)),
    ).toEqual([true, false])
  })
})

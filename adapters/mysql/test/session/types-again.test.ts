import { afterAll, expect, test } from '@jest/globals'
import { governedBy, instantJournal } from '@sluice/testkit/governed'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import { capability } from '../../src/messages/capabilities.ts'
import { columnType } from '../../src/messages/column-types.ts'
import { encodeComStmtExecute } from '../../src/messages/com-stmt-execute.ts'
import { encodeComStmtPrepare } from '../../src/messages/com-stmt-prepare.ts'
import { encodeComStmtPrepareOk } from '../../src/messages/com-stmt-prepare-ok.ts'
import type { BoundType } from '../../src/messages/parameters.ts'
import { shopCatalog } from '../analysis/shop.ts'
import { carried, columnOf, definition, eof, FLAGS, ok } from './carried.ts'

const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

const LONG: BoundType = { type: columnType.LONG, unsigned: false, name: '' }
const UNSIGNED: BoundType = { ...LONG, unsigned: true }
const FLOAT: BoundType = { ...LONG, type: columnType.FLOAT }
/** -1, 4294967295 or no number, by its type. */
const VALUE = Buffer.alloc(4, 0xff)

const WITH_ATTRIBUTES = (FLAGS | capability.QUERY_ATTRIBUTES) >>> 0
/** An attribute of the statement, behind the values of its placeholders. */
const TAG: BoundType = { ...UNSIGNED, name: 'tag' }

const execute = (newTypes: boolean, ...types: readonly BoundType[]): Buffer =>
  encodeComStmtExecute(
    {
      statementId: 1,
      flags: 0,
      iterations: 1,
      newTypes,
      parameters: types.map((type) => ({ ...type, value: VALUE })),
    },
    { flags: WITH_ATTRIBUTES, placeholders: 1, types, sent: () => false },
  )

test('values are recorded by the types that were said last, be they said once or each time', async () => {
  const journal = instantJournal()
  const catalog = await shopCatalog(dialect)
  const session = await carried(
    {
      ...governedBy({ dialect, traits: mysqlTraits, catalog, audit: journal }),
      hashValue: (value) => Buffer.from(value).toString('latin1'),
    },
    (command, database) => {
      if (command[0] === 0x17) return database.say(1, ok())
      const parameter = definition(columnOf('?'))
      const prepared = encodeComStmtPrepareOk({ statementId: 1, columns: 0, parameters: 1, warnings: 0 })
      return database.say(1, prepared, parameter, eof())
    },
    { flags: WITH_ATTRIBUTES },
  )
  try {
    await session.client.packets(encodeComStmtPrepare({ sql: 'delete from orders where id = ?' }), 3)
    const said: readonly (readonly [boolean, ...BoundType[]])[] = [
      [true, LONG],
      [false, LONG],
      [true, LONG],
      [true, UNSIGNED],
      [false, UNSIGNED],
      [true, FLOAT],
      [true, LONG],
      [true, LONG, TAG],
      [false, LONG],
    ]
    for (const one of said) await session.client.command(execute(...one))
  } finally {
    session.close()
  }
  const opened = journal.entries.flatMap((entry) =>
    entry.type === 'statement.opened' ? entry.parameters : [],
  )
  expect(opened.map(({ type, hash }) => `${type} ${hash}`)).toEqual([
    'long -1',
    'long -1',
    'long -1',
    'long 4294967295',
    'long 4294967295',
    'float NaN',
    'long -1',
    'long -1',
    'long 4294967295',
    'long -1',
  ])
})

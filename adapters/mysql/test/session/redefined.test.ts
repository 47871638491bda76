import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { CatalogSource } from '@sluice/gateway/ports/catalog-source'
import { governedBy, instantJournal } from '@sluice/testkit/governed'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { shopCatalog } from '../analysis/shop.ts'
import { answerOf, type Carried, carried, columnOf, ok, queryOf, rowOf } from './carried.ts'
import { maskPii } from './shop-server.ts'

/** Everything is allowed, understood or not. */
const ALLOWED = `
version: 1
rules: [{ id: all, effect: allow, when: "statement.opaque == '' || statement.opaque != ''" }]
`

const ALTER = 'alter table orders drop column note, rename column who to note'

let dialect: MysqlDialect
let catalog: Catalog
const open: Carried[] = []
/** What the database has in effect, and what of it was read. */
let inEffect: Catalog
let known: Catalog
let rereads: number
/** Fails from then on. */
let unreadable: boolean

beforeAll(async () => {
  dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())
afterEach(() => {
  for (const session of open.splice(0)) session.close()
})

/** Somebody who defines, and whose database does not answer yet, and somebody to whom something is masked. */
const begin = async (definition: string): Promise<{ answer: () => Promise<void>; reader: Carried }> => {
  inEffect = catalog
  known = catalog
  rereads = 0
  unreadable = false
  let isFresh = true
  const source: CatalogSource = {
    current: () => (isFresh ? known : undefined),
    last: () => known,
    settled: () => source.reread(),
    reread: async () => {
      rereads += 1
      if (unreadable) throw new Error('the catalog cannot be read')
      isFresh = true
      known = inEffect
      return known
    },
    invalidate: () => {
      isFresh = false
    },
  }
  const governed = (policy: string) => ({
    ...governedBy({ dialect, traits: mysqlTraits, catalog, audit: instantJournal(), policy }),
    catalog: source,
  })
  const heard = Promise.withResolvers<void>()
  const definer = await carried(governed(ALLOWED), () => heard.resolve())
  const reader = await carried(governed(maskPii), (command, database) =>
    database.say(1, ...answerOf([columnOf('note', tableIn(command), 'note')], ['LEAK'])),
  )
  open.push(definer, reader)
  const defined = definer.client.command(queryOf(definition))
  const refused = defined.then((replies) => {
    throw new Error(JSON.stringify(replies))
  })
  await Promise.race([heard.promise, refused])
  refused.catch(() => undefined)
  const answer = async (): Promise<void> => {
    definer.database.say(1, ok())
    expect(await defined).toMatchObject([{ kind: 'ok' }])
  }
  return { answer, reader }
}

const tableIn = (command: Buffer): string => /from (\w+)/.exec(command.toString('latin1'))?.[1] ?? ''

const read = async ({ client }: Carried, table = 'orders'): Promise<'raw' | 'masked'> => {
  const [reply] = await client.command(queryOf(`select note from ${table}`))
  if (reply?.kind !== 'rows') throw new Error(JSON.stringify(reply))
  return reply.rows.some((row) => row.equals(rowOf('LEAK'))) ? 'raw' : 'masked'
}

describe('INVARIANT (no-unproven-column): while a definition is not answered, it may be in effect:', () => {
  test.each([
    ['a statement', ALTER],
    ['a block that goes on behind it', 'begin not atomic drop table orders; do sleep(20); end'],
    ['a procedure that may define anything', 'call anything()'],
  ])('%s', async (_what, definition) => {
    const { reader, answer } = await begin(definition)
    expect(await read(reader)).toBe('raw')
    inEffect = { ...catalog, version: catalog.version + 1 }
    expect(await read(reader)).toBe('masked')
    // It is analysed with the new one.
    expect(await read(reader)).toBe('raw')
    await answer()
    expect(await read(reader)).toBe('raw')
  })

  test('a catalog that cannot be read then proves nothing', async () => {
    const { reader } = await begin(ALTER)
    unreadable = true
    expect(await read(reader)).toBe('masked')
  })

  test('what it does not name is not waited for, nor what it names once it is answered', async () => {
    const { reader, answer } = await begin(ALTER)
    expect(await read(reader, 'audit_log')).toBe('raw')
    expect(rereads).toBe(0)
    await answer()
    await read(reader)
    const before = rereads
    expect(await read(reader)).toBe('raw')
    expect(rereads).toBe(before)
  })
})

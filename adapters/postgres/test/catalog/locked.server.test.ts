import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import { startPostgres } from '@sluice/testkit/postgres-server'
import { Client } from 'pg'
import { ask, inSnapshot } from '../../src/catalog/ask.ts'
import { ABOUT, relations, routines, rules } from '../../src/catalog/queries.ts'
import { readSnapshot, readSystemPart } from '../../src/catalog/read-snapshot.ts'
import type { Snapshot } from '../../src/catalog/rows.ts'
import { readDefinitionsOf } from '../../src/catalog/written.ts'

const SCHEMA = `
CREATE TABLE locked (id int, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE free (id int, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE VIEW over_locked AS SELECT id FROM locked;
CREATE VIEW over_free AS SELECT id FROM free;
CREATE RULE also AS ON INSERT TO free DO ALSO SELECT id FROM locked;
CREATE FUNCTION from_locked() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM public.locked; END;
CREATE FUNCTION from_free() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM public.free; END;
`

let server: RunningPostgres
let reader: Client
let holder: Client

const connected = async (): Promise<Client> => {
  const client = new Client({ connectionString: server.connectionString('postgres') })
  await client.connect()
  return client
}

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  reader = await connected()
  holder = await connected()
  await holder.query(SCHEMA)
}, 60_000)

afterAll(async () => {
  await Promise.all([reader?.end(), holder?.end()])
  await server?.stop()
}, 60_000)

/** What was printed of the definitions. */
const printed = ({ relations, columns, routines }: Snapshot): object => ({
  views: Object.fromEntries(
    relations
      .filter(({ kind, system }) => kind === 'v' && !system)
      .map((v) => [v.name, v.definition !== null]),
  ),
  computed: columns.filter(({ computed, expression }) => computed && expression !== null).length,
  bodies: Object.fromEntries(routines.map((r) => [r.name, r.body !== null])),
})

const everything = {
  views: { over_locked: true, over_free: true },
  computed: 2,
  bodies: { from_locked: true, from_free: true },
}

describe('a table whose definitions are read', () => {
  test.each<[string, (client: Client) => Promise<unknown>]>([
    ['views', (client) => ask(client, [relations('users', 'all')])],
    ['rules', (client) => ask(client, [rules('all')])],
    ['bodies', (client) => ask(client, [routines(180_000, 'all')])],
    ['blessed functions', (client) => readDefinitionsOf(client, 'all', ['public.from_free()'])],
  ])('is free again when they are read, in the snapshot still: %s', async (_what, read) => {
    await inSnapshot(reader, [ABOUT], async () => {
      expect(await read(reader)).toHaveLength(1)
      try {
        await holder.query('BEGIN; LOCK TABLE locked, free IN ACCESS EXCLUSIVE MODE NOWAIT')
      } finally {
        await holder.query('ROLLBACK')
      }
    })
  })

  test('is read in one snapshot, whatever is committed meanwhile', async () => {
    const names = await inSnapshot(reader, [ABOUT], async () => {
      await holder.query('CREATE VIEW later AS SELECT id FROM free')
      const [first] = await ask(reader, [relations('users', 'all')])
      await holder.query('DROP VIEW later')
      const [second] = await ask(reader, [relations('users', 'all')])
      return [first, second].map((rows) => (rows as readonly { name: string }[]).map(({ name }) => name))
    })
    expect(names[0]).toEqual(['locked', 'free', 'over_locked', 'over_free'])
    expect(names[1]).toEqual(names[0])
  })
})

describe('a table that another session keeps to itself', () => {
  test('does not keep the catalog from being read: what hangs on it is left out', async () => {
    await holder.query('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE')
    const during = await readSnapshot(reader, await readSystemPart(reader))
    await holder.query('COMMIT')
    expect(printed(during)).toEqual({
      views: { over_locked: false, over_free: true },
      computed: 1,
      bodies: { from_locked: false, from_free: true },
    })
    // No SQL, so that nothing is concluded from a body that is not there.
    expect(during.routines.find(({ name }) => name === 'from_locked')?.source).toBe('locked')
  })

  test('is read again once it is free, and that is another snapshot', async () => {
    await holder.query('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE')
    const during = await readSnapshot(reader, await readSystemPart(reader))
    await holder.query('ROLLBACK')
    const after = await readSnapshot(reader, await readSystemPart(reader))
    expect(printed(after)).toEqual(everything)
    expect(after.hash).not.toBe(during.hash)
  })
})

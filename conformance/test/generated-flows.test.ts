import { expect, test } from '@jest/globals'
import pg from 'pg'
import { filledGateway } from '../harness/filled-gateway.ts'
import { flowScript, flowTables } from '../harness/flow-scripts.ts'
import { officerMasks } from '../harness/leak-shop.ts'
import { received } from '../harness/wire-tap.ts'

const SCRIPTS = 40
const SENTINEL = /sentinel/

const { server, gateway } = filledGateway('CREATE SCHEMA other', { policy: officerMasks })

/** The tables and views in which a masked value stands by now. */
const reached = async (direct: pg.Client): Promise<readonly string[]> => {
  const { rows } = await direct.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relkind IN ('r', 'v') AND relnamespace IN ('public'::regnamespace, 'other'::regnamespace)`,
  )
  const found: string[] = []
  for (const { name } of rows) {
    const seen = await direct.query(`SELECT t::text FROM ${name} t`)
    if (SENTINEL.test(JSON.stringify(seen.rows))) found.push(name)
  }
  return found
}

/** Has the officer run a script, and gives the tables and views that it brought something into; throws where that is shown. */
const played = async (number: number, dora: pg.Client, direct: pg.Client): Promise<number> => {
  await dora.query(flowTables(number))
  const script = flowScript(number)
  // What fails, as a table may hang on another, ends its transaction.
  for (const sql of script) await dora.query(sql).catch(() => undefined)
  await dora.query('ROLLBACK')
  const names = await reached(direct)
  for (const name of names) {
    const bytes = await received(gateway().connection('ana') as never, [`SELECT * FROM ${name}`])
    if (SENTINEL.test(bytes))
      throw new Error(`${name} is shown behind ${script.join('; ')} (script ${number})`)
  }
  await direct.query('DROP SCHEMA public, other CASCADE; CREATE SCHEMA public; CREATE SCHEMA other')
  return names.length
}

test('what generated scripts move is masked wherever it is then', async () => {
  const direct = new pg.Client({ connectionString: server().connectionString('postgres') })
  const dora = new pg.Client(gateway().connection('dora'))
  await direct.connect()
  await dora.connect()
  try {
    let places = 0
    for (let number = 1; number <= SCRIPTS; number += 1) places += await played(number, dora, direct)
    // A table and its view have them from the first.
    expect(places).toBeGreaterThan(2 * SCRIPTS)
  } finally {
    await dora.end()
    await direct.end()
  }
}, 120_000)

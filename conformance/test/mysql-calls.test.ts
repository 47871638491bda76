import { describe, expect } from '@jest/globals'
import { chanceFrom } from '@sluice/testkit/chance'
import { type Connection, createConnection, type FieldPacket } from 'mysql2/promise'
import { filledMysql, mysqlSystems } from '../harness/filled-mysql.ts'
import { guardedMasks } from '../harness/leak-shop.ts'
import { callsOn } from '../harness/mysql-calls.ts'
import { twinColumns, twins } from '../harness/mysql-twins.ts'

const SEEDS = [1, 2]
/** Columns in each place of each form. */
const SOME = 1

const schema = `SET sql_mode = ''; ${SEEDS.map((seed) => twins(chanceFrom(seed), `twin_a${seed}`, `twin_b${seed}`)).join('')} SET sql_mode = DEFAULT`

/** All that comes of a statement: rows, what is said of its columns, or the error. */
const answer = async (connection: Connection, way: 'query' | 'execute', sql: string): Promise<string> => {
  try {
    const [rows, fields] =
      way === 'query'
        ? await connection.query({ sql, rowsAsArray: true })
        : await connection.execute({ sql, rowsAsArray: true })
    const described = (fields as FieldPacket[]).map(({ name, columnType, columnLength, flags, decimals }) => [
      name,
      columnType,
      columnLength,
      flags,
      decimals,
    ])
    return JSON.stringify([rows, described])
  } catch (error) {
    return (error as Error).message
  }
}

/** What makes one row of all: `id` cannot stand beside it. */
const ALONE = /^(?:avg|count|group_concat|json_\w+agg|max|min|std|sum|var_samp)\((?!.*OVER)/

describe.each(mysqlSystems)('on %s', (_, system) => {
  const { perhaps, gateway, admin } = filledMysql(system, schema, { policy: guardedMasks('strict') })

  perhaps.each(SEEDS)(
    'what functions make of masked values tells nothing of them (seed %i)',
    async (seed) => {
      const chance = chanceFrom(seed)
      const masked = await createConnection(gateway().connection('dba'))
      /** Of the twins, in which the one's name is the other's. */
      const both = async (connection: Connection, sql: string, way: 'query' | 'execute') => [
        await answer(connection, way, `${sql} FROM twin_a${seed}`),
        (await answer(connection, way, `${sql} FROM twin_b${seed}`)).replaceAll('twin_b', 'twin_a'),
      ]
      const found: string[] = []
      let [answered, telling] = [0, 0]
      for (const call of callsOn(twinColumns, chance, SOME)) {
        const sql = `SELECT ${ALONE.test(call) ? '' : 'id, '}${call}`
        const [one = '', other = ''] = await both(masked, sql, chance.pick(['query', 'execute']))
        if (one !== other) found.push(`${sql}: ${one.slice(0, 200)} but ${other.slice(0, 200)}`)
        if (!one.startsWith('[')) continue
        answered += 1
        const [here, there] = await both(admin(), sql, 'query')
        if (here !== there) telling += 1
      }
      await masked.end()
      expect(found).toEqual([])
      // Much is answered, and most of that is not the same directly.
      expect(answered).toBeGreaterThan(100)
      expect(telling).toBeGreaterThan(answered / 2)
    },
  )
})

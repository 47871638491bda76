import { expect, test } from '@jest/globals'
import { buildCatalog } from '@sluice/core/catalog/build'
import { hasMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { createConnection } from 'mysql2/promise'
import { sampleValues } from '../../src/catalog/sample.ts'

const run = hasMariadb ? test : test.skip

run(
  'some values of every table are read; a table that cannot be read is passed over',
  async () => {
    const server = await startMariadb()
    const connect = () => ({ socketPath: server.socket, user: 'root' })
    const admin = await createConnection({ ...connect(), multipleStatements: true })
    await admin.query(`create database shop; use shop; create table a (n int, \`odd\`\`name\` text, g point);
    insert into a values (1, 'x', null), (2, null, null), (3, 'z', null); create table b (t text); insert into b values ('b')`)
    const columns = [
      { relation: 1, name: 'n', ordinal: 1, type: 'int(11)' },
      { relation: 1, name: 'odd`name', ordinal: 2, type: 'text' },
      { relation: 1, name: 'g', ordinal: 3, type: 'point' },
      { relation: 2, name: 't', ordinal: 1, type: 'text' },
      { relation: 3, name: 't', ordinal: 1, type: 'text' },
    ]
    const relations = ['a', 'gone', 'b'].map((name, i) => ({
      id: i + 1,
      schema: 'shop',
      name,
      type: 'table' as const,
      system: false,
    }))
    const catalog = buildCatalog(1, { database: 'shop', relations, columns, routines: [] }, () => [])
    const found: string[] = []
    const failed: string[] = []
    const options = {
      rows: 2,
      timeoutMs: 5_000,
      onFailure: ({ name }: { name: string }) => void failed.push(name),
    }
    await sampleValues(connect)(
      catalog,
      options,
      (column, values) => void found.push(`${column.name} ${values.join()}`),
    )
    expect(found).toEqual(['n 1,2', 'odd`name x', 't b'])
    expect(failed).toEqual(['gone'])
    await admin.end()
    await server.stop()
  },
  60_000,
)

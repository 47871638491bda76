import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { Client } from 'pg'
import { maskerFor } from '../../src/values/masker.ts'
import { builtInTypes, key, sampleCells, transforms } from './requests.ts'

const START_MS = 60_000
let server: RunningPostgres
let client: Client

beforeAll(async () => {
  server = await startPostgres({ version: 'debian', superuserPassword: 'secret', auth: 'trust' })
  client = new Client({ connectionString: server.connectionString('postgres') })
  await client.connect()
}, START_MS)

afterAll(async () => {
  await client?.end()
  await server?.stop()
}, START_MS)

test(
  'a real server takes back every masked cell as a value of the type, the same one in both formats',
  async () => {
    const refused: string[] = []
    const seen = new Map<string, string>()
    for (const { oid, name } of builtInTypes.filter(({ name }) => name !== 'unknown'))
      for (const format of ['text', 'binary'] as const)
        for (const transform of transforms)
          for (const [index, cell] of sampleCells(name, format).entries()) {
            const made = maskerFor(key)(transform, { name: 'x', type: oid, format })(cell)
            if (made === null) continue
            const bytes = Buffer.from(made)
            // `pg` sends a Buffer in the binary format and a string in the text format.
            const parameter = format === 'binary' ? bytes : bytes.toString('utf8')
            const where = `${name} ${JSON.stringify(transform)} ${index}`
            try {
              const { rows } = await client.query({
                text: `select ($1::${name})::text as t`,
                values: [parameter],
              })
              const printed = String(rows[0]?.t)
              if ((seen.get(where) ?? printed) !== printed)
                refused.push(`${where}: ${seen.get(where)} and ${printed}`)
              seen.set(where, printed)
            } catch (error) {
              refused.push(`${where} ${format}: ${(error as Error).message}`)
            }
          }
    expect(refused).toEqual([])
    expect(seen.size).toBeGreaterThan(500)
  },
  START_MS,
)

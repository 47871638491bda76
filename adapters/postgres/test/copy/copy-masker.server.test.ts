import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { debianPostgresBin } from '@sluice/testkit/postgres-binaries'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { Client } from 'pg'
import { copyMasker } from '../../src/copy/copy-masker.ts'
import type { CopyDescription } from '../../src/copy/copy-settings.ts'
import { cut, planOf } from './streams.ts'

const START_MS = 60_000
const run = promisify(execFile)
let server: RunningPostgres

beforeAll(async () => {
  server = await startPostgres({ version: 'debian', superuserPassword: 'secret', auth: 'trust' })
  const client = new Client({ connectionString: server.connectionString('postgres') })
  await client.connect()
  await client.query(`
    create table people (id int, email text, note text);
    insert into people values
      (1, 'ana@example.com', E'tab\\there, "quoted", back\\\\slash'), (2, null, E'two\\nlines\\r\\n'), (3, '', null),
      (4, E'\\\\N', '\\.'), (5, 'N', E'\\b\\f\\v\\x01 é 💥'), (6, 'x|y;z''', 'NULL');`)
  await client.end()
}, START_MS)

afterAll(async () => {
  await server?.stop()
}, START_MS)

/** What the server sends for a COPY, byte for byte: psql passes the stream on as it comes. */
const copyOut = async (sql: string): Promise<Buffer> => {
  const psql = `${debianPostgresBin()}/psql`
  const args = ['-XAqt', '-d', server.connectionString('postgres'), '-c', sql]
  const { stdout } = await run(psql, args, { encoding: 'buffer' })
  return stdout
}

const layouts: readonly (readonly [string, CopyDescription])[] = [
  ['', { format: 'text', options: {} }],
  ["with (delimiter '|', null '')", { format: 'text', options: { delimiter: '|', null: '' } }],
  ['with (header)', { format: 'text', options: { header: 'true' } }],
  ['with (format csv)', { format: 'csv', options: {} }],
  ['with (format csv, header)', { format: 'csv', options: { header: 'true' } }],
  [
    "with (format csv, delimiter ';', quote '''', escape '\\', null 'NULL', force_quote *)",
    { format: 'csv', options: { delimiter: ';', quote: "'", escape: '\\', null: 'NULL', force_quote: '*' } },
  ],
  ['with (format binary)', { format: 'binary', options: {} }],
]

describe.each(layouts)('COPY … TO STDOUT %s', (options, copy) => {
  const masked = (stream: Buffer, cells: Parameters<typeof planOf>[0]): Buffer => {
    const masking = copyMasker(planOf(cells), copy, 'utf8')
    return Buffer.concat([
      ...cut(stream, [1, 5, 2]).flatMap((piece) => masking.push(piece)),
      ...masking.end(),
    ])
  }

  test('what the server writes goes through untouched', async () => {
    const stream = await copyOut(`copy people to stdout ${options}`)
    expect(stream.length).toBeGreaterThan(50)
    expect(masked(stream, [undefined, undefined, undefined]).equals(stream)).toBe(true)
  })

  test('a masked stream is what the server writes for masked values', async () => {
    const stream = await copyOut(`copy people to stdout ${options}`)
    const emptyIsNull = copy.format === 'text' && copy.options['null'] === ''
    const present = emptyIsNull ? "nullif(email, '')" : 'email'
    const wanted = await copyOut(
      `copy (select id, case when ${present} is not null then 'a"b''c' || chr(92) end as email, null as note from people)
       to stdout ${options}`,
    )
    const shown = masked(stream, [undefined, () => Buffer.from('a"b\'c\\'), () => null])
    expect(shown.toString('latin1')).toBe(wanted.toString('latin1'))
  })
})

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pythonWith } from '@sluice/testkit/system-tools'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway, withMaskingKey } from '../harness/gateway.ts'
import { missingTools, run } from '../harness/program.ts'

const missing = missingTools('MariaDB server', 'python3 with PyMySQL').length > 0
const suite = missing ? describe.skip : describe
const script = join(import.meta.dirname, '..', 'drivers', 'pymysql_values.py')

/** Every type with a value that no transform leaves as it is. */
const TYPES: readonly (readonly [string, string])[] = [
  ['tinyint', '47'],
  ['smallint unsigned', '4711'],
  ['mediumint', '47113'],
  ['int', '-4711012'],
  ['int(8) unsigned zerofill', '4711'],
  ['bigint', '12345678901'],
  ['bigint unsigned', '18446744073709551615'],
  ['decimal(10,2)', '61256.75'],
  ['decimal(65,30)', '1.5'],
  ['float', '1.5'],
  ['double', '2.25'],
  ['date', "'1984-07-19'"],
  ['datetime(6)', "'1984-07-19 10:11:12.123456'"],
  ['timestamp', "'1984-07-19 10:11:12'"],
  ['time(4)', "'10:11:12.25'"],
  ['year', '1984'],
  ['bit(17)', "b'10101010101010101'"],
  ['char(40)', "'Ana Silva sentinel'"],
  ['varchar(60)', "'sentinel@example.com'"],
  ['varchar(60) character set latin1', "'Müller sentinel'"],
  ['text', "'4111 1111 1111 1111'"],
  ["enum('x', 'sentinel')", "'sentinel'"],
  ["set('x', 'sentinel')", "'sentinel'"],
  ['json', '\'{"a": "sentinel"}\''],
  ['varbinary(40)', "'sentinel'"],
  ['blob', "'sentinel@example.com'"],
  ['uuid', "'123e4567-e89b-12d3-a456-426614174000'"],
  ['inet6', "'2001:db8::1'"],
  ['point', 'point(1, 2)'],
]

/** Every transform as a policy spells it. */
const TRANSFORMS = [
  'redact',
  "'null'",
  "{ constant: '7' }",
  "{ constant: '1999-01-01' }",
  '{ partial: { first: 1, last: 2 } }',
  'email',
  'hash',
  '{ fpe: { alphabet: digits } }',
  '{ date: year }',
  '{ number: 10 }',
  '{ json: { $.a: redact } }',
]

const policy = `version: 1
rules:
  - { id: all, effect: allow }
${TRANSFORMS.map(
  (transform, at) =>
    `  - { id: m${at}, effect: mask, columns: "column.table == 'm${at}' && column.name != 'id'", with: ${transform} }\n`,
).join('')}`

/** The first row has a value in every column, the second none in those that may be without one. */
const table = (name: string): string => {
  const columns = TYPES.map(([type], at) => `n${at} ${type} NULL, z${at} ${type} NOT NULL`)
  const values = TYPES.map(([, value]) => value)
  return `CREATE TABLE ${name} (id int PRIMARY KEY, ${columns.join()});
    INSERT INTO ${name} VALUES (1, ${values.map((value) => `${value}, ${value}`).join()}), (2, ${values.map((value) => `NULL, ${value}`).join()});`
}

let server: FilledMariadb
let gateway: TestGateway

beforeAll(async () => {
  if (missing) return
  const tables = ['plain', ...TRANSFORMS.map((_, at) => `m${at}`)]
  server = await mariadbWith(tables.map(table).join('\n'))
  gateway = await startGateway({
    upstream: server,
    database: 'shop',
    system: 'mariadb',
    policy,
    ...withMaskingKey,
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
})

/** The Python type of a value and the value; null where there is none. */
type Cell = readonly [string, string] | null
type Rows = readonly [readonly Cell[], readonly Cell[]]

suite('PyMySQL, for every type of MariaDB and every transform', () => {
  test('decodes a masked value into what it decodes the value itself into, and NULL stays NULL', async () => {
    const { host, port, user, password, database } = gateway.connection('ana')
    const names = ['plain', ...TRANSFORMS.map((_, at) => `m${at}`)]
    const target = [host, `${port}`, user, password, database, gateway.ca]
    const read = await run(pythonWith('pymysql') ?? '', [script, ...target, ...names])
    expect(read).toMatchObject({ code: 0 })
    const { plain, ...masked } = JSON.parse(read.output) as Record<string, Rows> & { plain: Rows }
    const wrong: string[] = []
    let values = 0
    for (const [at, transform] of TRANSFORMS.entries())
      for (const [row, cells] of (masked[`m${at}`] as Rows).entries())
        for (const [place, cell] of cells.entries()) {
          const original = plain[row]?.[place] ?? null
          if (cell !== null) values += 1
          const fault = faultOf(cell, original, place % 2 === 0)
          if (fault !== undefined) wrong.push(`${TYPES[place >> 1]?.[0]} ${transform}: ${fault} ${cell?.[1]}`)
        }
    expect(wrong).toEqual([])
    // Were everything NULL, the test would prove nothing.
    expect(values).toBeGreaterThan(700)
  })
})

const faultOf = (cell: Cell, original: Cell, nullable: boolean): string | undefined => {
  if (original === null) return cell === null ? undefined : 'a value where there is none'
  if (cell === null) return nullable ? undefined : 'NULL where there may be none'
  if (cell[0] !== original[0]) return `not a ${original[0]}`
  return cell[1] === original[1] || /Silva|sentinel/.test(cell[1]) ? 'not masked' : undefined
}

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { chanceFrom } from '@sluice/testkit/chance'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { strangeText } from '../harness/mysql-texts.ts'

if (!hasMariadb)
  console.warn('NO MARIADB, so strange texts are not held against one: install `mariadb-server`')
const perhaps = hasMariadb ? test : test.skip

const SENTINEL = 'sentinel'
const tables = `
CREATE TABLE people (id int PRIMARY KEY, email varchar(60) COMMENT 'sluice: pii.email', note varchar(20));
INSERT INTO people VALUES (1, '${SENTINEL}@shop.example', 'n1'), (2, '${SENTINEL}.two@shop.example', NULL);
CREATE TABLE frozen (id int PRIMARY KEY, note varchar(20));
INSERT INTO frozen VALUES (1, 'f1'), (2, 'f2');`

const policy = `
version: 1
inference: off
rules:
  - { id: all, effect: allow }
  - { id: frozen, effect: deny, when: "statement.tables.exists(t, t.schema == 'shop' && t.name == 'frozen' && 'write' in t.access)" }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: { default: redact } }
`

const MODES = ['', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES', 'PIPES_AS_CONCAT', 'IGNORE_SPACE', 'ANSI', 'MSSQL']
const TEXTS_OF_EACH = 1200

let server: FilledMariadb
let gateway: TestGateway
let direct: Connection
let through: Connection

beforeAll(async () => {
  if (!hasMariadb) return
  server = await mariadbWith(`${tables} CREATE DATABASE beside; USE beside; ${tables}`)
  gateway = await startGateway({ upstream: server, database: 'shop', system: 'mariadb', policy })
  const several = { multipleStatements: true }
  direct = await createConnection({ socketPath: server.socket, user: 'root', database: 'beside', ...several })
  const ssl = { rejectUnauthorized: false }
  through = await createConnection({ ...gateway.connection('ana'), ssl, ...several })
}, 120_000)

afterAll(async () => {
  await through?.end()
  await direct?.end()
  await gateway?.close()
  await server?.stop()
})

/** What is answered; undefined where that is an error. */
const answer = (connection: Connection, text: string): Promise<string | undefined> =>
  connection.query(text).then(
    ([rows]) => JSON.stringify(rows),
    () => undefined,
  )

const frozen = async (database: string): Promise<unknown> => {
  const [rows] = await direct.query<RowDataPacket[]>(`SELECT * FROM ${database}.frozen ORDER BY id`)
  return JSON.stringify(rows)
}

/** Whether the server itself shows or writes by this text what a rule forbids; then what it wrote is taken back. */
const forbidden = async (text: string, before: unknown): Promise<boolean> => {
  const said = await answer(direct, text)
  if (said?.includes(SENTINEL) === true) return true
  // Of several statements the last may fail.
  if (said === undefined && !text.includes(';')) return false
  if ((await frozen('beside')) === before) return false
  await direct.query('DELETE FROM frozen; INSERT INTO frozen SELECT * FROM shop.frozen')
  return true
}

perhaps(
  'a text that shows or writes what is forbidden does not through the gateway, however it is written',
  async () => {
    const before = await frozen('shop')
    const wrong: string[] = []
    const counted = { forbidden: 0, answered: 0 }
    for (const [seed, mode] of MODES.entries()) {
      const chance = chanceFrom(seed + 1)
      for (const connection of [direct, through]) await connection.query(`SET sql_mode = '${mode}'`)
      for (let left = TEXTS_OF_EACH; left > 0; left -= 1) {
        const text = strangeText(chance)
        if (!(await forbidden(text, before))) continue
        counted.forbidden += 1
        const said = await answer(through, text)
        if (said !== undefined) counted.answered += 1
        const kept = (await frozen('shop')) === before
        if (!kept) await direct.query('DELETE FROM shop.frozen; INSERT INTO shop.frozen SELECT * FROM frozen')
        if (!kept || said?.includes(SENTINEL) === true) wrong.push(`${mode}: ${text}`)
      }
    }
    expect(wrong).toEqual([])
    // Were all of them refused, the test would prove nothing of masks.
    expect(counted.forbidden).toBeGreaterThan(800)
    expect(counted.answered).toBeGreaterThan(400)
  },
  120_000,
)

import { afterEach, describe, expect, test } from '@jest/globals'
import { backend } from '@sluice/adapter-postgres/messages/codes'
import { decodeParameterStatus } from '@sluice/adapter-postgres/messages/parameter-status'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import pg from 'pg'
import { filledGateway } from '../harness/filled-gateway.ts'
import { line, RawClient, run } from '../harness/raw-client.ts'
import { sentinels, shopSchema } from '../harness/shop.ts'

let client: RawClient | undefined

/** Whatever a policy may let through: code that nobody can look into, and guesses. */
const policy = `version: 1
inference: off
rules:
  - { id: all, effect: allow, when: "statement.opaque == '' || statement.opaque != ''" }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact, unless: "'dpo' in principal.groups" }
`

const { server, gateway } = filledGateway(
  `${shopSchema};
    CREATE FUNCTION tell() RETURNS void LANGUAGE plpgsql AS $$
      BEGIN PERFORM set_config('application_name', (SELECT email FROM customers WHERE id = 3), false); END $$`,
  { policy },
)

afterEach(() => client?.close())

/** What a client whose application is called `mine` is told of settings, a text after the other. */
async function reported(...texts: readonly (string | Buffer)[]): Promise<readonly string[]> {
  client = await RawClient.login({
    ...gateway().connection('ana'),
    parameters: { application_name: 'mine' },
  })
  client.lineOf = (message) => {
    if (message.type !== backend.ParameterStatus) return line(message)
    const { name, value } = decodeParameterStatus(message.payload)
    return `ParameterStatus ${name} ${value}`
  }
  const lines: string[] = []
  for (const text of texts) {
    client.send(typeof text === 'string' ? encodeQuery({ sql: text }) : text)
    lines.push(...(await client.ready()))
  }
  return lines.filter((one) => /^ParameterStatus|^Error/.test(one))
}

describe('to whom something is masked a setting of free text is reported', () => {
  test('as it set it itself, and as it was at the login', async () => {
    expect(
      await reported(
        "SET application_name = 'first'",
        Buffer.concat([run("SET application_name TO 'second, it''s'"), encodeSync()]),
        'BEGIN; SET LOCAL application_name = third',
        'ROLLBACK',
        'RESET application_name',
      ),
    ).toEqual([
      'ParameterStatus application_name first',
      "ParameterStatus application_name second, it's",
      'ParameterStatus application_name third',
      "ParameterStatus application_name second, it's",
      'ParameterStatus application_name mine',
    ])
  })

  test('as the database cuts it and writes what is not ASCII', async () => {
    const direct = new pg.Client({ connectionString: server().connectionString('postgres') })
    await direct.connect()
    for (const name of [
      'n'.repeat(70),
      'né\u0007',
      `${'n'.repeat(62)}é`,
      `${'n'.repeat(61)}é`,
      '😀'.repeat(20),
    ]) {
      await direct.query(`SET application_name = '${name}'`)
      const shown = await direct.query<{ application_name: string }>('SHOW application_name')
      expect(await reported(`SET application_name = '${name}'`)).toEqual([
        `ParameterStatus application_name ${shown.rows[0]?.application_name}`,
      ])
      client?.close()
    }
    await direct.end()
  })

  test('a search path too, however the database writes it', async () => {
    expect(
      await reported(
        'SET search_path = public, "A b", "select", "x""y"',
        "SET search_path TO 'a, b'",
        'SET search_path TO DEFAULT',
      ),
    ).toEqual([
      'ParameterStatus search_path public, "A b", "select", "x""y"',
      'ParameterStatus search_path "a, b"',
      'ParameterStatus search_path "$user", public',
    ])
  })

  test.each([
    "SELECT set_config('application_name', title, false) FROM products WHERE id = 1",
    "SELECT set_config('application_name', 'fi' || 'rst, it says', false)",
    "SELECT set_config('search_path', quote_ident(title), false) FROM products WHERE id = 1",
  ])('and not as it came from elsewhere: %s', async (sql) => {
    expect(await reported("SET application_name = 'first'", sql)).toEqual([
      'ParameterStatus application_name first',
    ])
  })

  test.each([
    'SELECT tell()',
    'DO $$ BEGIN PERFORM tell(); END $$',
    "SELECT set_config('application_name', email, false) FROM customers",
  ])('and nothing that is masked: %s', async (sql) => {
    const said = await reported("SET application_name = 'first'", sql)
    for (const sentinel of sentinels) expect(said.join()).not.toMatch(sentinel)
  })
})

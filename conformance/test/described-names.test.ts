import { describe, expect, test } from '@jest/globals'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { filledGateway, rawSession } from '../harness/filled-gateway.ts'
import { execute } from '../harness/raw-client.ts'

const policy = `
version: 1
rules:
  - { id: use, effect: allow }
  - { id: pii, effect: mask, columns: "column.name == 'email'", with: redact, scan: on }
`
const schema = `
CREATE TABLE notes (body text);
INSERT INTO notes VALUES ('write to ann@sentinel.example');
CREATE SCHEMA one CREATE TABLE products (id integer, title text);
CREATE SCHEMA two CREATE TABLE products (id integer, title text);
INSERT INTO one.products VALUES (1, 'of one');
INSERT INTO two.products VALUES (2, 'of two');
`

const { gateway } = filledGateway(schema, { policy })
const { raw } = rawSession(gateway)

/** Prepares and describes `s`, once. */
const describeOnce = async (sql: string): Promise<void> => {
  raw().send(
    encodeParse({ name: 's', sql, parameterTypes: [] }),
    encodeDescribe({ target: 'statement', name: 's' }),
    encodeSync(),
  )
  expect((await raw().ready()).join()).not.toContain('Error')
}

const again = async (): Promise<string[]> => {
  raw().send(execute('s'), encodeSync())
  return await raw().ready()
}

describe('INVARIANT (no-unproven-column): what was described of a name says nothing of what has it now:', () => {
  const number = 'SELECT count(*) AS a FROM notes'
  const text = "SELECT body || '' AS a FROM notes"

  test.each([number, 'DELETE FROM notes WHERE false'])('a prepared statement that was %s', async (before) => {
    await raw().query(`PREPARE q AS ${before}`)
    await describeOnce('EXECUTE q')
    await raw().query('DEALLOCATE q')
    await raw().query(`PREPARE q AS ${text}`)
    const lines = await again()
    expect(lines.join()).not.toContain('sentinel')
    expect(lines.filter((line) => line.startsWith('DataRow'))).toHaveLength(1)
    expect(lines.at(-1)).toBe('ReadyForQuery I')
  })

  test('a cursor', async () => {
    await raw().query('BEGIN')
    await raw().query(`DECLARE c CURSOR FOR ${number}`)
    await describeOnce('FETCH c')
    await raw().query('CLOSE c')
    await raw().query(`DECLARE c CURSOR FOR ${text}`)
    const lines = await again()
    expect(lines.join()).not.toContain('sentinel')
    expect(lines.filter((line) => line.startsWith('DataRow'))).toHaveLength(1)
    expect(lines.at(-1)).toBe('ReadyForQuery T')
  })
})

test('a statement that was described under another search path is planned anew, and shows what nobody masks', async () => {
  await raw().query('SET search_path = one')
  await describeOnce('SELECT id, title FROM products')
  expect(await again()).toContain('DataRow 1|of one')
  await raw().query('SET search_path = two')
  expect(await again()).toContain('DataRow 2|of two')
  expect(await again()).toContain('DataRow 2|of two')
  await raw().query('SET search_path = one')
  expect(await again()).toContain('DataRow 1|of one')
})

import { expect, test } from '@jest/globals'
import { backend } from '@sluice/adapter-postgres/messages/codes'
import { decodeErrorResponse } from '@sluice/adapter-postgres/messages/error-response'
import { encodeFunctionCall } from '@sluice/adapter-postgres/messages/function-call'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { filledGateway, rawSession } from '../harness/filled-gateway.ts'
import { allowAll } from '../harness/gateway.ts'
import { line, run } from '../harness/raw-client.ts'

const policy = `${allowAll}
  - { id: pii, effect: mask, columns: "column.name == 'email'", with: redact }
`
/** As Django makes every foreign key. */
const schema = `
CREATE TABLE customers (id integer, email text PRIMARY KEY);
CREATE TABLE orders (email text REFERENCES customers DEFERRABLE INITIALLY DEFERRED);
INSERT INTO customers VALUES (1, 'ana@sentinel.example');
INSERT INTO orders VALUES ('ana@sentinel.example');
CREATE TABLE log (n integer);
`
const DELETE = run('DELETE FROM customers WHERE id = 1')
const query = (sql: string): Buffer => encodeQuery({ sql })
/** `pg_backend_pid()`. */
const call = encodeFunctionCall({ functionId: 2026, argumentFormats: [], args: [], resultFormat: 0 })

/** How a transaction comes to its end that a pipeline has begun without a Sync. */
const ways: readonly (readonly [string, readonly Buffer[], number])[] = [
  ['a Sync', [DELETE, encodeSync()], 1],
  ['a text of several statements', [DELETE, query('SELECT 1; SELECT 2')], 1],
  // Newer servers make a block of a pipeline, which one statement alone does not end.
  ['a second text', [DELETE, query('SELECT 1'), query('SELECT 1; SELECT 2')], 2],
  ['a text behind a function call', [DELETE, call, query('SELECT 1; SELECT 2')], 2],
]

const { gateway } = filledGateway(schema, { policy })
const { raw } = rawSession(gateway)

test.each(ways)('%s does not tell a masked value in what was put off', async (_way, messages, answers) => {
  const errors: string[] = []
  raw().lineOf = (message) => {
    if (message.type === backend.ErrorResponse)
      errors.push([...decodeErrorResponse(message.payload).fields.values()].join('\n'))
    return line(message)
  }
  raw().send(...messages)
  expect((await raw().ready(answers)).at(-1)).toBe('ReadyForQuery I')
  expect(errors).toHaveLength(1)
  expect(errors[0]).toContain('23503')
  expect(errors[0]).not.toContain('sentinel')
})

import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeFunctionCall } from '@sluice/adapter-postgres/messages/function-call'
import { decodeFunctionCallResponse } from '@sluice/adapter-postgres/messages/function-call-response'
import { readEntries } from '@sluice/audit/read'
import pg from 'pg'
import { filledGateway, rawSession } from '../harness/filled-gateway.ts'
import { line } from '../harness/raw-client.ts'
import { sentinels, shopSchema } from '../harness/shop.ts'

const policy = `
version: 1
rules:
  - { id: reads, effect: allow, when: "statement.effects.all(e, e in ['read', 'session'])" }
  - { id: staff-writes, effect: allow, when: "'dpo' in principal.groups" }
  - { id: no-sleep, effect: deny, when: "statement.functions.exists(f, f.name == 'pg_sleep')" }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact, unless: "'dpo' in principal.groups" }
`

const LO_CREAT = 957
const ABS = 1397
const PG_SLEEP = 2626

const { server, gateway } = filledGateway(
  `${shopSchema}; CREATE FUNCTION mail_of(int) RETURNS text STABLE LANGUAGE sql
    AS 'SELECT email FROM public.customers WHERE id = $1'`,
  { policy },
)
const { raw, logInAs } = rawSession(gateway)
/** OID of a function that returns a customer's e-mail address. */
let mailOf: number

beforeAll(async () => {
  const direct = new pg.Client({ connectionString: server().connectionString('postgres') })
  await direct.connect()
  const { rows } = await direct.query<{ oid: number }>("SELECT 'mail_of'::regproc::oid AS oid")
  mailOf = rows[0]?.oid ?? 0
  await direct.end()
})

beforeEach(() => {
  raw().lineOf = (message) =>
    line(message) === 'FunctionCallResponse'
      ? `FunctionCallResponse ${decodeFunctionCallResponse(message.payload).value?.toString() ?? 'NULL'}`
      : line(message)
})

function call(functionId: number, value: string, resultFormat: 0 | 1 = 0): Promise<string[]> {
  const args = [Buffer.from(value)]
  raw().send(encodeFunctionCall({ functionId, argumentFormats: [], args, resultFormat }))
  return raw().ready()
}

describe('a FunctionCall is a call of that function:', () => {
  test('allowed where its SELECT is', async () => {
    expect(await call(ABS, '-7')).toEqual(['FunctionCallResponse 7', 'ReadyForQuery I'])
  })

  test('refused by the effect of the function', async () => {
    expect(await call(LO_CREAT, '-1')).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
  })

  test('refused by its name', async () => {
    expect(await call(PG_SLEEP, '5')).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
  })

  test('refused in an open transaction, which fails', async () => {
    await raw().query('BEGIN')
    expect(await call(LO_CREAT, '-1')).toEqual(['ErrorResponse 42501', 'ReadyForQuery E'])
    expect(await call(ABS, '-7')).toEqual(['ErrorResponse 25P02', 'ReadyForQuery E'])
    expect(await raw().query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
  })

  test.each([0, 1] as const)(
    'INVARIANT (no-unproven-column): its result is masked like a column, format %i',
    async (format) => {
      const lines = await call(mailOf, '3', format)
      expect(lines).toEqual([expect.stringMatching(/^FunctionCallResponse /), 'ReadyForQuery I'])
      for (const sentinel of sentinels) expect(lines.join()).not.toMatch(sentinel)
    },
  )

  test('and raw for whom nothing is masked', async () => {
    await logInAs(gateway().connection('dora'))
    raw().send(
      encodeFunctionCall({
        functionId: mailOf,
        argumentFormats: [],
        args: [Buffer.from('3')],
        resultFormat: 0,
      }),
    )
    const response = await raw().next()
    expect(response?.payload.toString()).toContain('mail3.sentinel@shop.example')
  })

  test('recorded, with hashes of its arguments', async () => {
    await call(ABS, '-123456')
    const position = gateway().audit.append({ type: 'control', at: 0, action: 'here', detail: {} })
    await gateway().audit.durable(position)
    const entries = Array.from(readEntries(gateway().journal), ({ entry }) => entry)
    const opened = entries.findLast((entry) => entry.type === 'statement.opened')
    expect(opened).toMatchObject({
      canonical: 'select pg_catalog.abs($1)',
      decision: 'allow',
      parameters: [{ type: '23', hash: expect.stringMatching(/^[0-9a-f]+$/) }],
    })
    expect(entries.findLast((entry) => entry.type === 'statement.closed')).toMatchObject({
      outcome: 'completed',
      rows: 1,
    })
    expect(JSON.stringify(entries)).not.toContain('123456')
  })
})

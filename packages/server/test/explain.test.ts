import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from '@jest/globals'
import { baselineText } from '@sluice/core/policy/packs/baseline'
import { loadPolicy } from '@sluice/core/policy/policy'
import type { Asker, Explanation } from '../src/explain/explanation.ts'
import { explainLines } from '../src/explain/lines.ts'
import { explanationText } from '../src/explain/text.ts'

const catalog = {
  tables: [
    {
      schema: 'public',
      name: 'customers',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'email', labels: ['pii.email'] },
        { name: 'motto', labels: ['pii.free-text'] },
      ],
    },
  ],
}

const defaults = { dialect: 'postgresql', catalog: { tables: [] } }

async function answers(lines: readonly string[], asker?: Asker): Promise<readonly unknown[]> {
  const output = new PassThrough()
  const printed = text(output)
  await explainLines(Readable.from(lines.map((line) => `${line}\n`)), output, { ...defaults, asker })
  output.end()
  return (await printed)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

async function explained(sql: string, asker?: Asker): Promise<Explanation> {
  const [answer] = await answers(
    [JSON.stringify({ dialect: 'postgres', sql, catalog, source: 'ignored' })],
    asker,
  )
  const { statements } = answer as { readonly statements: readonly Explanation[] }
  const [first, ...others] = statements
  if (first === undefined || others.length > 0) throw new Error(`${statements.length} statements, not one`)
  return first
}

describe('a line of `explain --jsonl`', () => {
  test('says what a statement touches and where its columns come from', async () => {
    expect(await explained('SELECT upper(email) AS e, id FROM customers WHERE id = 7')).toMatchObject({
      understood: true,
      canonical: 'select upper(email) as e, id from customers where id = 1',
      verb: 'select',
      effects: ['read'],
      tables: [{ name: 'public.customers', access: ['read'], known: true }],
      lineage: [
        { name: 'e', from: ['public.customers.email'], direct: false, unknown: false, functions: ['upper'] },
        { name: 'id', from: ['public.customers.id'], direct: true, unknown: false },
      ],
    })
  })

  test('names the labels of the catalog and of the detectors', async () => {
    const { columns } = await explained('SELECT email, motto FROM customers')
    expect(columns).toEqual([
      { name: 'public.customers.email', roles: ['output'], labels: ['pii.email'] },
      { name: 'public.customers.motto', roles: ['output'], labels: ['pii.free-text'] },
    ])
  })

  test('says that it does not understand, and why', async () => {
    const { understood, opaque } = await explained('SELECT FROM WHERE')
    expect(understood).toBe(false)
    expect(opaque).toMatch(/\S/)
  })

  test('decides for a principal', async () => {
    const policy = loadPolicy(baselineText, 'baseline')
    if (!policy.ok) throw new Error('the baseline does not load')
    const principal = { id: 'ana', kind: 'human' as const, groups: [], provider: 'test' }
    const asker = { policy: policy.value, principal, environment: 'production' }
    expect((await explained('DELETE FROM customers', asker)).decision).toMatchObject({ decision: 'deny' })
    expect((await explained('SELECT email FROM customers', asker)).decision).toMatchObject({
      decision: 'allow',
      masked: [{ column: 'public.customers.email', transform: 'email' }],
    })
    const printed = async (sql: string) =>
      explanationText({ explanation: await explained(sql, asker), tree: { kind: 'empty' } })
    const mask = 'public.customers.email: email (rule baseline-personal-data)'
    expect(await printed('SELECT email FROM customers')).toMatch(`${mask}\n`)
    expect(await printed('SELECT upper(email) FROM customers')).toMatch(
      `${mask}, and what is computed of it redacted\n`,
    )
  })

  test.each([
    ['mysql', 'SELECT `email` FROM customers WHERE id = 1', 'database.customers'],
    ['mariadb', 'SELECT email FROM customers LIMIT 1', 'database.customers'],
    ['sqlserver', 'SELECT TOP (1) [email] FROM customers', 'dbo.customers'],
    ['postgresql', 'SELECT email FROM customers', 'public.customers'],
  ])('speaks %s', async (dialect, sql, table) => {
    const [answer] = await answers([JSON.stringify({ dialect, sql })])
    expect(answer).toMatchObject({
      statements: [
        { understood: true, verb: 'select', effects: ['read'], tables: [{ name: table, access: ['read'] }] },
      ],
    })
  })

  test('answers every line in order, whatever stands in it', async () => {
    const found = await answers([
      'not json',
      JSON.stringify({ dialect: 'klingon', sql: 'x' }),
      JSON.stringify({ dialect: 'pg', sql: 'select 1; select 2' }),
    ])
    expect(found).toEqual([
      { error: expect.stringContaining('"dialect"') },
      { error: expect.stringContaining('klingon') },
      {
        statements: [
          expect.objectContaining({ verb: 'select' }),
          expect.objectContaining({ verb: 'select' }),
        ],
      },
    ])
  })
})

test('names functions that a reviewer has blessed, and what their values show', async () => {
  const functions = [{ schema: 'public', name: 'band', effect: 'reads', result: 'none' }]
  const sql = 'SELECT band(email) AS b FROM customers'
  const [answer] = await answers([
    JSON.stringify({ dialect: 'postgres', sql, catalog: { ...catalog, functions } }),
  ])
  const [first] = (answer as { readonly statements: readonly Explanation[] }).statements
  expect(first).toMatchObject({
    functions: [{ schema: 'public', name: 'band', effect: 'reads', blessed: true }],
    lineage: [{ name: 'b', from: ['public.band.result'], unknown: false }],
  })
})

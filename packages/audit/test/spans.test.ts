import { describe, expect, jest, test } from '@jest/globals'
import { parseTraceparent, sessionSpanId, sessionTraceId, statementSpanId } from '@sluice/audit/export/ids'
import { JournalReader } from '@sluice/audit/read'
import type { JournalEntry } from '@sluice/core/record/record'
import { withExport, withSink } from './exporting.ts'
import {
  record,
  session,
  sessionOpened,
  statementClosed,
  statementOpened,
  until,
  withJournal,
  withPath,
} from './journals.ts'
import type { SinkSpan } from './otlp-sink.ts'

// Each test starts threads that load the exporter; on a busy machine that takes its time.
jest.setTimeout(60_000)

/** The spans of these entries. */
const exported = (entries: readonly JournalEntry[]): Promise<readonly SinkSpan[]> =>
  withSink((sink) =>
    withPath(async (path) => {
      await withJournal({ path }, (journal) => record(journal, entries))
      await withExport(path, sink, (running) => until(() => running.status().position === entries.length))
      expect([...sink.serviceNames]).toEqual(entries.length === 0 ? [] : ['sluice-test'])
      return sink.spans
    }),
  )

describe('a statement span', () => {
  test('says who did what, what was decided and what came back', async () => {
    const [statement, ofSession] = await exported(session('s', 1))
    expect(statement).toMatchObject({
      name: 'SELECT public.people',
      kind: 3,
      traceId: sessionTraceId('s'),
      spanId: statementSpanId('s', 1),
      parentSpanId: sessionSpanId('s'),
      startNs: 1_700_000_000_100_000_000n,
      endNs: 1_700_000_000_103_250_000n,
      statusCode: 0,
    })
    expect(statement?.attributes).toEqual({
      'client.address': '10.0.0.7',
      'db.collection.name': 'public.people',
      'db.namespace': 'orders',
      'db.operation.name': 'SELECT',
      'db.query.summary': 'SELECT public.people',
      'db.query.text': "select name , email from people where id = 1 and city = '?'",
      'db.response.returned_rows': 2,
      'db.system.name': 'postgresql',
      'gen_ai.agent.name': 'reporter',
      'gen_ai.conversation.id': 'run-7',
      'gen_ai.request.model': 'm1',
      'session.id': 's',
      'sluice.columns.exposed': ['name'],
      'sluice.columns.masked': ['email'],
      'sluice.decision': 'allow',
      'sluice.effects': ['read'],
      'sluice.journal.hash': expect.stringMatching(/^[0-9a-f]{64}$/),
      'sluice.journal.position': 2,
      'sluice.on_behalf_of': ['ana@example.com'],
      'sluice.outcome': 'completed',
      'sluice.policy.version': 'v1',
      'sluice.principal.kind': 'agent',
      'sluice.principal.provider': 'tokens',
      'sluice.response.bytes': 64,
      'sluice.rules': ['analysts-read'],
      'sluice.statement.fingerprint': '0123456789abcdef0123456789abcdef',
      'user.id': 'report-bot',
    })
    expect(ofSession).toMatchObject({
      name: 'session orders',
      kind: 2,
      traceId: sessionTraceId('s'),
      spanId: sessionSpanId('s'),
      parentSpanId: '',
      attributes: { 'sluice.session.statements': 1, 'user.roles': ['analysts'], 'user.id': 'report-bot' },
    })
  })

  test('names the block of the journal that the statement stands in', () =>
    withSink((sink) =>
      withPath(async (path) => {
        await withJournal({ path }, async (journal) => {
          for (const entry of [...session('s', 1), ...session('t', 2)])
            await journal.durable(journal.append(entry))
        })
        await withExport(path, sink, (running) => until(() => running.status().position === 10))
        const reader = new JournalReader(path)
        const stored = sink.spans.map(({ attributes }) =>
          reader.at(Number(attributes['sluice.journal.position'])),
        )
        reader.close()
        const hashes = stored.map((entry) => Buffer.from(entry?.hash ?? []).toString('hex'))
        expect(sink.spans.map(({ attributes }) => attributes['sluice.journal.hash'])).toEqual(hashes)
        expect(new Set(hashes).size).toBe(5)
      }),
    ))

  test.each([
    ['returned', 'select', ['read'], 5, 320, { 'db.response.returned_rows': 5 }],
    ['none', 'select', ['read'], 0, 0, { 'db.response.returned_rows': 0 }],
    [
      'changed',
      'update',
      ['read', 'write'],
      5,
      0,
      { 'db.response.returned_rows': 0, 'sluice.rows.affected': 5 },
    ],
    [
      'none changed',
      'delete',
      ['write'],
      0,
      0,
      { 'db.response.returned_rows': 0, 'sluice.rows.affected': 0 },
    ],
    [
      'changed by a file of the client, whose bytes are counted',
      'load data',
      ['write'],
      5,
      320,
      { 'db.response.returned_rows': 0, 'sluice.rows.affected': 5 },
    ],
    ['changed and returned', 'insert', ['write'], 5, 320, { 'db.response.returned_rows': 5 }],
  ])('tells rows returned from rows changed: %s', async (_, verb, effects, rows, bytes, counted) => {
    const [span] = await exported([
      sessionOpened('s'),
      statementOpened('s', 1, { verb, effects }),
      statementClosed('s', 1, { rows, bytes }),
    ])
    const { 'db.response.returned_rows': returned, 'sluice.rows.affected': affected } = span?.attributes ?? {}
    expect({ 'db.response.returned_rows': returned, 'sluice.rows.affected': affected }).toEqual(counted)
  })

  const caller = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' }

  test("joins the caller's trace and links to its session", async () => {
    const traceparent = `00-${caller.trace}-${caller.span}-00`
    const [span] = await exported([
      sessionOpened('s'),
      statementOpened('s', 1, { traceparent }),
      statementClosed('s', 1),
    ])
    expect(span).toMatchObject({
      traceId: caller.trace,
      parentSpanId: caller.span,
      links: [sessionSpanId('s')],
    })
  })

  test("is in its session's trace where the session joined the caller's", async () => {
    const traceparent = `00-${caller.trace}-${caller.span}-01`
    const [first, , last] = await exported(
      session('s', 2).map((entry) => (entry.type === 'session.opened' ? { ...entry, traceparent } : entry)),
    )
    expect(first).toMatchObject({ traceId: caller.trace, parentSpanId: sessionSpanId('s') })
    expect(last).toMatchObject({
      traceId: caller.trace,
      spanId: sessionSpanId('s'),
      parentSpanId: caller.span,
    })
  })

  const closing = {
    type: 'session.closed',
    session: 's',
    at: 1_700_000_000_900,
    statements: 1,
    reason: 'reset',
  } as const
  test.each<[string, JournalEntry, Record<string, unknown>]>([
    [
      'failed',
      statementClosed('s', 1, { outcome: 'failed', code: '42P01' }),
      { 'error.type': '42P01', 'db.response.status_code': '42P01' },
    ],
    ['refused', statementClosed('s', 1, { outcome: 'refused' }), { 'error.type': 'refused' }],
    ['skipped', statementClosed('s', 1, { outcome: 'skipped' }), { 'error.type': 'skipped' }],
    ['lost', closing, { 'error.type': 'lost' }],
    [
      'lost',
      { type: 'control', at: 1_700_000_000_900, action: 'gateway.started', detail: {} },
      { 'error.type': 'lost' },
    ],
  ])('is an error where the statement was %s', async (outcome, close, attributes) => {
    const [span] = await exported([sessionOpened('s'), statementOpened('s', 1), close])
    expect(span).toMatchObject({ statusCode: 2, attributes: { ...attributes, 'sluice.outcome': outcome } })
  })
})

test('INVARIANT (secrets-stay-out): a canonical text in which something looks like a literal does not leave', async () => {
  const canonical = "select * from people where name = 'hunter2'"
  const [span] = await exported([
    sessionOpened('s', { applicationName: 'hunter2' }),
    statementOpened('s', 1, { canonical }),
    statementClosed('s', 1),
  ])
  expect(span?.attributes).toMatchObject({
    'sluice.statement.fingerprint': '0123456789abcdef0123456789abcdef',
  })
  expect(JSON.stringify(span?.attributes)).not.toContain('hunter2')
})

test('a refused connection is a span without what the stranger typed', async () => {
  const [span] = await exported([
    {
      type: 'session.refused',
      session: 's',
      at: 1_700_000_000_000,
      clientAddress: '10.0.0.9',
      protocol: 'postgresql',
      login: 'hunter2',
      database: 'hunter2',
      code: '28P01',
      reason: 'hunter2 is not a principal',
    },
  ])
  expect(span).toMatchObject({ name: 'session refused', statusCode: 2 })
  expect(
    JSON.stringify(span, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ).not.toContain('hunter2')
})

test('a span names the system where several speak the protocol', async () => {
  const refused = {
    type: 'session.refused',
    session: 's',
    at: 1_700_000_000_000,
    clientAddress: '10.0.0.9',
    protocol: 'mysql',
    login: 'ana',
    database: 'shop',
    code: '1045',
    reason: 'no such login',
  } as const
  const spans = await exported([refused, { ...refused, session: 't', system: 'mariadb' }])
  expect(spans.map(({ attributes }) => attributes['db.system.name'])).toEqual(['mysql', 'mariadb'])
})

describe('traceparent', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  test.each([
    [`00-${trace}-b7ad6b7169203331-01`, true],
    [`01-${trace}-b7ad6b7169203331-01-more`, true],
    [`00-${trace}-b7ad6b7169203331-01-more`, false],
    [`ff-${trace}-b7ad6b7169203331-01`, false],
    [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, false],
    [`00-${trace}-${'0'.repeat(16)}-01`, false],
    [`00-${trace.toUpperCase()}-b7ad6b7169203331-01`, false],
    ['', false],
    [undefined, false],
  ])('%s', (text, valid) => {
    expect(parseTraceparent(text) !== undefined).toBe(valid)
  })
})

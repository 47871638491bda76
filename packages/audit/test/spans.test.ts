import { copyFileSync, rmSync } from 'node:fs'
import { describe, expect, jest, test } from '@jest/globals'
import { parseTraceparent, sessionSpanId, sessionTraceId, statementSpanId } from '@sluice/audit/export/ids'
import type { SpanExport, SpanExportOptions } from '@sluice/audit/export/spans'
import { startSpanExport } from '@sluice/audit/export/spans'
import { JournalReader } from '@sluice/audit/read'
import type { JournalEntry } from '@sluice/core/record/record'
import * as Effect from 'effect/Effect'
import {
  note,
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
import { OtlpSink } from './otlp-sink.ts'

// Each test starts threads that load the exporter; on a busy machine that takes its time.
jest.setTimeout(60_000)

const withExport = <T>(
  path: string,
  sink: OtlpSink,
  body: (running: SpanExport) => Promise<T>,
  durable?: SharedArrayBuffer,
  told: Pick<SpanExportOptions, 'onMissing' | 'onProblem' | 'onRejected'> = {},
): Promise<T> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(
        startSpanExport({
          path,
          ...(durable === undefined ? {} : { durable }),
          ...told,
          endpoint: sink.endpoint,
          serviceName: 'sluice-test',
          pollEveryMs: 5,
          requestTimeoutMs: 2_000,
          firstRetryMs: 5,
          maxRetryMs: 20,
        }),
        (running) => Effect.promise(() => body(running)),
      ),
    ),
  )

const withSink = async <T>(body: (sink: OtlpSink) => Promise<T>): Promise<T> => {
  const sink = new OtlpSink()
  await sink.up()
  try {
    return await body(sink)
  } finally {
    await sink.down()
  }
}

/** Each span once: one whose answer came too late is sent again, under the same id. */
const spanIds = (sink: OtlpSink): string[] => [...new Set(sink.spans.map((span) => span.spanId))]

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

describe('the export loses nothing', () => {
  test('while the collector is down or refuses', () =>
    withSink((sink) =>
      withPath((path) =>
        withJournal({ path }, async (journal) => {
          await withExport(path, sink, async (running) => {
            await record(journal, session('a', 700))
            await until(() => running.status().position === journal.status().appended)
            sink.status = 503
            await record(journal, session('b', 10))
            await until(() => running.status().problem !== undefined)
            await sink.down()
            // The journal is as fast as ever: nothing here waits for the collector.
            await record(journal, session('c', 700))
            expect(spanIds(sink)).toHaveLength(701)
            sink.status = 200
            await sink.up()
            await until(() => running.status().position === journal.status().appended)
            expect(running.status().problem).toBeUndefined()
          })
          expect(spanIds(sink)).toHaveLength(701 + 11 + 701)
        }),
      ),
    ))

  test.each([
    ['that the collector finds too long', 20_000, 413, 1],
    ['longer than collectors take', 5 * 1024 * 1024, 400, 16_000],
  ])('of requests %s', (_, most, tooLong, length) =>
    withSink((sink) =>
      withPath((path) =>
        withJournal({ path }, async (journal) => {
          Object.assign(sink, { most, tooLong })
          const long = 'x'.repeat(length)
          await record(journal, [
            sessionOpened('s'),
            ...Array.from({ length: 400 }, (_unused, i) => [
              statementOpened('s', i + 1, { canonical: `select ${i}, "${long}"` }),
              statementClosed('s', i + 1),
            ]).flat(),
          ])
          await withExport(path, sink, (running) => until(() => running.status().position === 801))
          expect(spanIds(sink)).toHaveLength(400)
        }),
      ),
    ),
  )

  test('and says once that it cannot go on, and once that it can', () =>
    withSink((sink) =>
      withPath((path) =>
        withJournal({ path }, async (journal) => {
          const told: (string | undefined)[] = []
          sink.status = 401
          await record(journal, session('s', 3))
          const exporting = async (running: SpanExport): Promise<void> => {
            await until(() => sink.requests > 3)
            sink.status = 200
            await until(() => running.status().position === 8)
          }
          await withExport(path, sink, exporting, undefined, { onProblem: (problem) => told.push(problem) })
          expect(told).toEqual(['the collector answered 401', undefined])
        }),
      ),
    ))

  test('and says what a collector rejected of what it accepted', () =>
    withSink((sink) =>
      withPath(async (path) => {
        await withJournal({ path }, (journal) => record(journal, session('s', 3)))
        sink.answer = Buffer.from('0a020802', 'hex')
        let rejected = 0
        await withExport(
          path,
          sink,
          async (running) => {
            await until(() => running.status().position === 8)
          },
          undefined,
          { onRejected: (spans) => (rejected = spans) },
        )
        expect(rejected).toBe(2)
      }),
    ))

  test('across restarts, with statements and sessions open in between', () =>
    withSink((sink) =>
      withPath((path) =>
        withJournal({ path }, async (journal) => {
          const caughtUp = () =>
            withExport(path, sink, (running) =>
              until(() => running.status().position === journal.status().appended),
            )
          await record(journal, [
            sessionOpened('s'),
            statementOpened('s', 1),
            statementOpened('s', 2),
            note(1),
          ])
          await caughtUp()
          expect(sink.spans).toEqual([])
          await record(journal, [statementClosed('s', 2), note(2)])
          await caughtUp()
          await record(journal, [
            { type: 'session.closed', session: 's', at: 1_700_000_000_900, statements: 2, reason: '' },
          ])
          await caughtUp()
          expect(spanIds(sink)).toEqual([
            statementSpanId('s', 2),
            statementSpanId('s', 1),
            sessionSpanId('s'),
          ])
          // What the session's opening said is known after the restart too.
          for (const { attributes } of sink.spans) expect(attributes['client.address']).toBe('10.0.0.7')
        }),
      ),
    ))

  test('when the journal was put aside and a new one begun', () =>
    withSink((sink) =>
      withPath(async (path) => {
        const missing: number[] = []
        const onMissing = (position: number) => missing.push(position)
        for (const name of ['a', 'b']) {
          await withJournal({ path }, (journal) => record(journal, session(name, 3)))
          await withExport(path, sink, (running) => until(() => running.status().position === 8), undefined, {
            onMissing,
          })
          for (const suffix of ['', '.checkpoints', '.key', '.pub']) rmSync(path + suffix)
        }
        expect(spanIds(sink)).toHaveLength(8)
        expect(missing).toEqual([8])
      }),
    ))

  test('and says so where the journal was cut, or an older copy of it put in its place', () =>
    withSink((sink) =>
      withPath(async (path) => {
        const missing: number[] = []
        const exportAll = (entries: number) =>
          withExport(path, sink, (running) => until(() => running.status().position === entries), undefined, {
            onMissing: (position) => missing.push(position),
          })
        const files = [path, `${path}.checkpoints`]
        await withJournal({ path }, (journal) => record(journal, session('a', 3)))
        await exportAll(8)
        for (const file of files) copyFileSync(file, `${file}.old`)
        await withJournal({ path }, (journal) => record(journal, session('b', 3)))
        await exportAll(16)
        expect(missing).toEqual([])
        for (const file of files) copyFileSync(`${file}.old`, file)
        await exportAll(8)
        expect(missing).toEqual([16])
      }),
    ))

  test('and sends nothing that a crash could still take out of the journal', () =>
    withSink((sink) =>
      withPath(async (path) => {
        await withJournal({ path }, (journal) => record(journal, session('s', 3)))
        const durable = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)
        const knownUpTo = (position: number): void => {
          Atomics.store(new BigInt64Array(durable), 0, BigInt(position))
        }
        knownUpTo(0)
        await withExport(
          path,
          sink,
          async (running) => {
            await new Promise((resolve) => setTimeout(resolve, 500))
            expect(running.status().position).toBeUndefined()
            knownUpTo(8)
            await until(() => running.status().position === 8)
          },
          durable,
        )
        expect(spanIds(sink)).toHaveLength(4)
      }),
    ))

  test('when it is stopped before the collector ever answered', () =>
    withSink(async (sink) => {
      await sink.down()
      await withPath(async (path) => {
        await withJournal({ path }, (journal) => record(journal, session('s', 3)))
        await withExport(path, sink, (running) => until(() => running.status().problem !== undefined))
        await sink.up()
        await withExport(path, sink, (running) => until(() => running.status().position === 8))
        expect(spanIds(sink)).toHaveLength(4)
      })
    }))
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

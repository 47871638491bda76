import { copyFileSync, rmSync } from 'node:fs'
import { describe, expect, jest, test } from '@jest/globals'
import { sessionSpanId, statementSpanId } from '@sluice/audit/export/ids'
import type { SpanExport } from '@sluice/audit/export/spans'
import { spanIds, withExport, withSink } from './exporting.ts'
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

// Each test starts threads that load the exporter; on a busy machine that takes its time.
jest.setTimeout(60_000)

const statement = (number: number, canonical: string) => [
  statementOpened('s', number, { canonical }),
  statementClosed('s', number),
]

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

  test.each([429, 503])(
    'and a collector that says with %d when to come again is left alone until then',
    (status) =>
      withSink((sink) =>
        withPath((path) =>
          withJournal({ path }, async (journal) => {
            Object.assign(sink, { status, retryAfter: '1' })
            await record(journal, session('s', 3))
            await withExport(path, sink, async (running) => {
              await until(() => running.status().problem !== undefined)
              // Time for a dozen attempts.
              await new Promise((resolve) => setTimeout(resolve, 300))
              sink.status = 200
              await until(() => running.status().position === journal.status().appended)
            })
            expect(sink.requests).toBe(2)
            expect(spanIds(sink)).toHaveLength(4)
          }),
        ),
      ),
  )

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

  test.each([
    ['over many spans', { msPerSpan: 5 }],
    ['over any request', { msPerRequest: 700 }],
  ])('where the collector takes longer than is waited for %s', (_, slowness) =>
    withSink((sink) =>
      withPath((path) =>
        withJournal({ path }, async (journal) => {
          Object.assign(sink, slowness)
          await record(journal, session('s', 400))
          const exporting = (running: SpanExport): Promise<void> =>
            until(() => running.status().position === journal.status().appended)
          await withExport(path, sink, exporting, undefined, { requestTimeoutMs: 300 })
          expect(new Set(spanIds(sink)).size).toBe(401)
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

  test('when the token changes: it asks for the headers again, and goes on by itself', () =>
    withSink((sink) =>
      withPath((path) =>
        withJournal({ path }, async (journal) => {
          const told = {
            headers: { authorization: 'Bearer first' },
            renewHeaders: () => Promise.resolve({ authorization: 'Bearer second' }),
          }
          sink.authorization = told.headers.authorization
          await record(journal, session('s', 3))
          const exporting = async (running: SpanExport): Promise<void> => {
            await until(() => running.status().position === 8)
            sink.authorization = 'Bearer second'
            await record(journal, session('t', 3))
            await until(() => running.status().position === 16)
          }
          await withExport(path, sink, exporting, undefined, told)
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

  test.each([
    ['among others', 40, 20],
    ['before another', 2, 1],
    ['behind another', 2, 2],
  ])('past a span that the collector never takes, %s', (_, statements, bad) =>
    withSink((sink) =>
      withPath(async (path) => {
        await withJournal({ path }, (journal) =>
          record(journal, [
            sessionOpened('s'),
            ...Array.from({ length: statements }, (_unused, i) => [
              statementOpened('s', i + 1, { canonical: i + 1 === bad ? 'select poison' : 'select 1' }),
              statementClosed('s', i + 1),
            ]).flat(),
          ]),
        )
        sink.poison = 'select poison'
        let rejected = 0
        await withExport(
          path,
          sink,
          (running) => until(() => running.status().position === 1 + 2 * statements),
          undefined,
          { onRejected: (spans) => (rejected += spans) },
        )
        expect(rejected).toBe(1)
        expect(spanIds(sink)).toHaveLength(statements - 1)
        expect(spanIds(sink)).not.toContain(statementSpanId('s', bad))
      }),
    ),
  )

  test('past spans that the collector never takes, behind which others come later', () =>
    withSink((sink) =>
      withPath((path) =>
        withJournal({ path }, async (journal) => {
          const bad = [1, 2, 3].flatMap((number) => statement(number, 'select poison'))
          await record(journal, [sessionOpened('s'), ...bad])
          sink.poison = 'select poison'
          const exporting = async (running: SpanExport): Promise<void> => {
            await until(() => sink.requests > 6)
            expect(running.status().position).toBeUndefined()
            await record(journal, statement(4, 'select 1'))
            await until(() => running.status().position === 9)
          }
          await withExport(path, sink, exporting)
          expect(spanIds(sink)).toEqual([statementSpanId('s', 4)])
        }),
      ),
    ))

  test('and says at its end what was rejected since it was last said', () =>
    withSink((sink) =>
      withPath((path) =>
        withJournal({ path }, async (journal) => {
          const told: number[] = []
          const exporting = async (running: SpanExport): Promise<void> => {
            for (const name of ['a', 'b', 'c']) {
              await record(journal, session(name, 3))
              await until(() => running.status().position === journal.status().appended)
            }
          }
          sink.answer = Buffer.from('0a020801', 'hex')
          await withExport(path, sink, exporting, undefined, { onRejected: (spans) => told.push(spans) })
          expect(told).toEqual([1, 3])
        }),
      ),
    ))

  test('and passes over none where the collector refuses whatever it is sent', () =>
    withSink((sink) =>
      withPath(async (path) => {
        await withJournal({ path }, (journal) => record(journal, session('s', 3)))
        sink.status = 400
        const exporting = async (running: SpanExport): Promise<void> => {
          await until(() => sink.requests > 12)
          expect(running.status().spans).toBe(0)
          sink.status = 200
          await until(() => running.status().position === 8)
        }
        await withExport(path, sink, exporting)
        expect(spanIds(sink)).toHaveLength(4)
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

import { Buffer } from 'node:buffer'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blockLength, GENESIS, seal } from '@sluice/audit/block'
import type { JournalControl, JournalOptions } from '@sluice/audit/journal'
import { openJournal } from '@sluice/audit/journal'
import type {
  JournalEntry,
  SessionOpened,
  StatementClosed,
  StatementOpened,
} from '@sluice/core/record/record'
import type { AuditSink } from '@sluice/gateway/ports/audit-sink'
import * as Effect from 'effect/Effect'

/** Runs `body` with the path of a journal that does not exist yet, in a directory that is removed afterwards. */
export const withPath = async <T>(body: (path: string) => Promise<T>): Promise<T> => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-journal-'))
  try {
    return await body(join(directory, 'private', 'journal.db'))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Runs `body` with an open journal and closes it. */
export const withJournal = <T>(
  options: JournalOptions,
  body: (journal: AuditSink & JournalControl) => Promise<T>,
): Promise<T> =>
  Effect.runPromise(
    Effect.scoped(Effect.flatMap(openJournal(options), (journal) => Effect.promise(() => body(journal)))),
  )

/** Appends entries and waits until all are on disk. */
export const record = async (journal: AuditSink, entries: readonly JournalEntry[]): Promise<void> => {
  await Promise.all(entries.map((entry) => journal.durable(journal.append(entry))))
}

/** A control event, the smallest of entries. */
export const note = (count: number): JournalEntry => ({
  type: 'control',
  at: 1_700_000_000_000,
  action: 'test',
  detail: { count },
})

/** Counting notes. */
export const notes = (count: number): JournalEntry[] => Array.from({ length: count }, (_, at) => note(at + 1))

export const sessionOpened = (session: string, more: Partial<SessionOpened> = {}): SessionOpened => ({
  type: 'session.opened',
  session,
  at: 1_700_000_000_000,
  principal: {
    id: 'report-bot',
    kind: 'agent',
    groups: ['analysts'],
    provider: 'tokens',
    onBehalfOf: { id: 'ana@example.com', kind: 'human', groups: [], provider: 'okta' },
    agent: { name: 'reporter', model: 'm1', runId: 'run-7' },
  },
  clientAddress: '10.0.0.7',
  applicationName: 'psql',
  protocol: 'postgresql',
  database: 'orders',
  tls: true,
  ...more,
})

export const statementOpened = (
  session: string,
  statement: number,
  more: Partial<StatementOpened> = {},
): StatementOpened => ({
  type: 'statement.opened',
  session,
  statement,
  at: 1_700_000_000_100,
  principal: 'report-bot',
  database: 'orders',
  canonical: "select name , email from people where id = 1 and city = '?'",
  fingerprint: '0123456789abcdef0123456789abcdef',
  verb: 'select',
  effects: ['read'],
  tables: [{ name: 'public.people', access: ['read'] }],
  decision: 'allow',
  rules: [{ id: 'analysts-read', effect: 'allow', mode: 'enforce' }],
  ruleErrors: [],
  policyVersion: 'v1',
  parameters: [],
  ...more,
})

export const statementClosed = (
  session: string,
  statement: number,
  more: Partial<StatementClosed> = {},
): StatementClosed => ({
  type: 'statement.closed',
  session,
  statement,
  at: 1_700_000_000_103,
  outcome: 'completed',
  rows: 2,
  bytes: 64,
  exposed: ['name'],
  masked: [{ name: 'email', transform: 'email', rule: 'pii' }],
  durationMs: 3.25,
  ...more,
})

/** A session with `count` statements, opened and closed. */
export const session = (id: string, count: number): JournalEntry[] => [
  sessionOpened(id),
  ...Array.from({ length: count }, (_, at) => [
    statementOpened(id, at + 1),
    statementClosed(id, at + 1),
  ]).flat(),
  { type: 'session.closed', session: id, at: 1_700_000_000_200, statements: count, reason: 'terminated' },
]

/** Changes the blocks of a closed journal that is no longer than a chapter. */
export const changeBlocks = (path: string, change: (blocks: Buffer[]) => readonly Buffer[]): void => {
  const file = readFileSync(path)
  const blocks: Buffer[] = []
  for (let at = 0; at < file.length; at += blockLength(file, at))
    blocks.push(Buffer.from(file.subarray(at, at + blockLength(file, at))))
  writeFileSync(path, Buffer.concat(change(blocks)))
}

/** Rebuilds every hash, as one would who knows the format but not the key. Returns the hashes. */
export const rechain = (blocks: readonly Buffer[]): Buffer[] => {
  let previous = GENESIS
  return blocks.map((block) => {
    previous = seal(block, previous)
    return previous
  })
}

/** Waits until `ready` says so, looking every few milliseconds; the test's own time limit bounds it. */
export const until = async (ready: () => boolean): Promise<void> => {
  while (!ready()) await new Promise((resolve) => setTimeout(resolve, 5))
}

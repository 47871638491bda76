import type { ControlEvent, PrincipalRecord } from '@sluice/core/record/record'
import type { Assembled } from './assemble.ts'
import { Assembler } from './assemble.ts'
import { noRecordAt } from './errors.ts'
import type { FollowOptions, StoredEntry } from './read.ts'
import { followEntries, JournalReader, readEntries } from './read.ts'

/** What `sluice audit tail` shows. */
export type TailOptions = FollowOptions & {
  /** Keep waiting for more. */
  readonly follow?: boolean
  /** Start so many entries before the end instead of at `from`. */
  readonly last?: number
  /** The entries themselves, one JSON document per line with `position` and `hash`, instead of one line per statement. */
  readonly jsonl?: boolean
}

/**
 * The journal as lines, without their line ends: one per finished statement, refused login and control event, or
 * with `jsonl` one per entry. Throws `JournalError`.
 */
export async function* tailJournal(
  path: string,
  options: TailOptions = {},
): AsyncGenerator<string, void, void> {
  const reader = new JournalReader(path, undefined, false)
  try {
    const from =
      options.last === undefined ? (options.from ?? 1) : Math.max(1, reader.end() - options.last + 1)
    const range = { ...options, from, values: options.jsonl === true }
    const entries = options.follow === true ? followEntries(path, range) : readEntries(path, range)
    const assembler = new Assembler()
    const introduce = introducer(assembler, reader)
    for await (const stored of entries) {
      if (options.jsonl === true) yield jsonLine(stored)
      else {
        introduce(stored)
        yield* recordLines(assembler, stored, path)
      }
    }
  } finally {
    reader.close()
  }
}

/** One entry as a JSON document: what was recorded, with its place in the chain. */
const jsonLine = (stored: StoredEntry): string =>
  JSON.stringify({
    position: stored.position,
    hash: Buffer.from(stored.hash).toString('hex'),
    ...stored.entry,
  })

/** Sessions without an opening that are remembered; beyond that all are looked for once more. */
const MAX_UNKNOWN = 10_000

// A tail that starts in the middle still says on whose behalf a statement ran.
const introducer = (assembler: Assembler, reader: JournalReader): ((stored: StoredEntry) => void) => {
  const unknown = new Set<string>()
  return ({ entry, position }) => {
    if (entry.type !== 'statement.opened') return
    const { session } = entry
    if (assembler.knowsSession(session) || unknown.has(session)) return
    const stored = reader.sessionBefore(session, position)
    if (stored?.entry.type === 'session.opened') {
      assembler.knowSession({ ...stored, entry: stored.entry })
      return
    }
    if (unknown.size >= MAX_UNKNOWN) unknown.clear()
    unknown.add(session)
  }
}

/** INVARIANT (hostile-both-sides): the file may be anything; an entry that no writer makes is told as such. */
const recordLines = (assembler: Assembler, stored: StoredEntry, path: string): readonly string[] => {
  try {
    const records = assembler.push(stored).flatMap((record) => formatRecord(record) ?? [])
    return stored.entry.type === 'control' ? [controlLine(stored.entry), ...records] : records
  } catch (cause) {
    throw noRecordAt(cause, path, stored.position)
  }
}

const controlLine = ({ at, action, detail }: ControlEvent): string => {
  const details = Object.entries(detail).map(([name, value]) => `${name}=${quoted(String(value))}`)
  return words([time(at), action, ...details])
}

/** One readable line for a statement or a refused login; undefined for a session, whose statements say it all. */
const formatRecord = (record: Assembled): string | undefined => {
  if (record.kind === 'session') return undefined
  if (record.kind === 'refused') {
    const { at, clientAddress, login, database, code, reason } = record.opened.entry
    return words([
      time(at),
      `login=${quoted(login)}`,
      quoted(database),
      'refused',
      `from=${clientAddress}`,
      `code=${code}`,
      reason,
    ])
  }
  const { opened, closed, session } = record
  const { at, principal, database, decision, verb, tables, writes, opaque } = opened.entry
  return words([
    time(at),
    quoted(principal) + behalf(session?.entry.principal),
    quoted(database),
    decision,
    verb,
    tables.map((table) => quoted(table.name)).join(',') || undefined,
    writes === undefined ? undefined : `writes=${writes.join(',')}`,
    opaque === undefined ? undefined : `opaque=${quoted(opaque)}`,
    `rows=${closed?.rows ?? 0}`,
    closed === undefined || closed.masked.length === 0
      ? undefined
      : `masked=${closed.masked.map((column) => quoted(column.name)).join(',')}`,
    closed === undefined ? undefined : `${closed.durationMs.toFixed(1)}ms`,
    closed === undefined || closed.outcome === 'completed' ? undefined : closed.outcome,
    closed === undefined ? 'lost' : undefined,
    closed?.code === undefined ? undefined : `code=${closed.code}`,
  ])
}

const time = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at))

const behalf = (principal: PrincipalRecord | undefined): string => {
  const chain: string[] = []
  for (let next = principal?.onBehalfOf; next !== undefined && chain.length < 8; next = next.onBehalfOf)
    chain.push(quoted(next.id))
  return chain.length === 0 ? '' : ` (on behalf of ${chain.join(' for ')})`
}

// INVARIANT (hostile-both-sides): names come from clients and databases. Control, format and direction characters
// would let them forge lines or drive the terminal, so they are shown as escapes.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** What would end a word, or begin a field, stands in double quotes: a name must not look like what follows it. */
const quoted = (name: string): string =>
  /[\s",=]/.test(name) || name === '' ? `"${name.replaceAll(/["\\]/g, '\\$&')}"` : name

const words = (parts: readonly (string | undefined)[]): string =>
  parts
    .filter((part) => part !== undefined)
    .join(' ')
    .replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)

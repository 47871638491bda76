import type { StatementClosed, StatementOpened } from './record.ts'

/**
 * A statement's record in the parts it is made of. What many records have in common is one value that they share, so
 * that a journal can keep it once: pass the same object for the same content wherever it is at hand. None is changed
 * after it was recorded.
 */
export type StatementOpening = {
  readonly who: StatementWho
  readonly shape: StatementShape
  /** Type names of the bind values, in order. */
  readonly types: readonly string[]
  /** Keyed hashes of the bind values, in the same order; null for NULL. */
  readonly hashes: readonly (string | null)[]
  readonly statement: number
  readonly at: number
  readonly traceparent?: string | undefined
}

/** The same for every statement of a session. */
export type StatementWho = Pick<StatementOpened, 'session' | 'principal' | 'database'>

/** The same for every execution of a text, as long as the decision stays what it is. */
export type StatementShape = Pick<
  StatementOpened,
  | 'canonical'
  | 'fingerprint'
  | 'verb'
  | 'effects'
  | 'tables'
  | 'writes'
  | 'opaque'
  | 'blessed'
  | 'decision'
  | 'rules'
  | 'ruleErrors'
  | 'policyVersion'
>

/** What became of a statement, in its parts. */
export type StatementClosing = {
  readonly who: StatementWho
  readonly result: StatementResult
  readonly statement: number
  readonly at: number
  readonly rows: number
  readonly bytes: number
  readonly durationMs: number
}

/** The same for every execution that ended alike. */
export type StatementResult = Pick<StatementClosed, 'outcome' | 'code' | 'exposed' | 'masked'>

/** The entry that an opening stands for. */
export function openedEntry(opening: StatementOpening): StatementOpened {
  const { who, shape, types, hashes, statement, at, traceparent } = opening
  const parameters = types.map((type, i) => ({ type, hash: hashes[i] ?? null }))
  const entry = { type: 'statement.opened' as const, ...who, statement, at, ...shape, parameters }
  return traceparent === undefined ? entry : { ...entry, traceparent }
}

/** The entry that a closing stands for. */
export function closedEntry(closing: StatementClosing): StatementClosed {
  const { who, result, statement, at, rows, bytes, durationMs } = closing
  const { session } = who
  return { type: 'statement.closed', session, statement, at, ...result, rows, bytes, durationMs }
}

/** An entry in its parts. */
export function openingOf(entry: StatementOpened): StatementOpening {
  const { type: _, session, principal, database, statement, at, parameters, traceparent, ...shape } = entry
  return {
    who: { session, principal, database },
    shape,
    types: parameters.map((parameter) => parameter.type),
    hashes: parameters.map((parameter) => parameter.hash),
    statement,
    at,
    traceparent,
  }
}

/** A closing entry in its parts; whose session it is stands in the opening. */
export function closingOf(entry: StatementClosed): StatementClosing {
  const { type: _, session, statement, at, rows, bytes, durationMs, ...result } = entry
  return { who: { session, principal: '', database: '' }, result, statement, at, rows, bytes, durationMs }
}

import type {
  JournalEntry,
  SessionClosed,
  SessionOpened,
  SessionRefused,
  StatementClosed,
  StatementOpened,
} from '@sluice/core/record/record'
import type { StatementResult } from '@sluice/core/record/statement'
import type { DecodedEntry } from './decoder.ts'

/** An entry with its place, as the assembler takes it. */
export type PlacedEntry = DecodedEntry & {
  readonly position: number
  readonly hash: Uint8Array
}

/** The opening entry of a record. */
export type Opening<E extends JournalEntry> = PlacedEntry & { readonly entry: E }

/**
 * A whole record. `closed` is undefined where the outcome was lost: the session ended, or the gateway was started
 * anew, before a close was seen. `endedAt` is in milliseconds since the epoch.
 */
export type Assembled =
  | {
      readonly kind: 'statement'
      readonly opened: Opening<StatementOpened>
      readonly closed: StatementClosed | undefined
      /** The constant that the close was put together from, where it was. */
      readonly result: StatementResult | undefined
      readonly endedAt: number
      /** The session's opening, where it was seen. */
      readonly session: Opening<SessionOpened> | undefined
    }
  | {
      readonly kind: 'session'
      readonly opened: Opening<SessionOpened>
      readonly closed: SessionClosed | undefined
      readonly endedAt: number
    }
  | { readonly kind: 'refused'; readonly opened: Opening<SessionRefused> }

type Session = {
  opened: Opening<SessionOpened> | undefined
  readonly statements: Map<number, Opening<StatementOpened>>
}

/** Statements and sessions held open at once, above which the oldest session is given up as lost. */
export const MAX_OPEN_RECORDS = 50_000

/** Puts the opening and the closing entries of records together. Pure: the same entries give the same records. */
export class Assembler {
  readonly #sessions = new Map<string, Session>()
  #open = 0

  /** Takes the next entry in order and returns the records it completes. */
  push(placed: PlacedEntry): Assembled[] {
    const { entry } = placed
    switch (entry.type) {
      case 'session.opened': {
        // An id that comes again ends what had it: ids are unique, but the journal is only read here, not believed.
        const before = this.knowsSession(entry.session)
          ? this.#endSession(entry.session, entry.at, undefined)
          : []
        this.knowSession(placed as Opening<SessionOpened>)
        return [...before, ...this.#withinLimit(entry.at)]
      }
      case 'session.refused':
        return [{ kind: 'refused', opened: placed as Opening<SessionRefused> }]
      case 'session.closed':
        return this.#endSession(entry.session, entry.at, entry)
      case 'statement.opened': {
        const { statements } = this.#session(entry.session)
        if (!statements.has(entry.statement)) this.#open += 1
        statements.set(entry.statement, placed as Opening<StatementOpened>)
        return this.#withinLimit(entry.at)
      }
      case 'statement.closed':
        return this.#closeStatement(entry, placed.result)
      case 'control':
        // One process writes a journal, so a new start means that whatever was open is not any more.
        return entry.action === 'gateway.started' ? this.#endAll(entry.at) : []
      default:
        // An entry of a later version of the gateway: not ours to put together.
        return []
    }
  }

  /** Positions of the openings that are not complete yet, in no order. */
  *openPositions(): Generator<number, void, void> {
    for (const { opened, statements } of this.#sessions.values()) {
      if (opened !== undefined) yield opened.position
      for (const { position } of statements.values()) yield position
    }
  }

  /** Makes a session's opening known that was read out of order. */
  knowSession(opened: Opening<SessionOpened>): void {
    const session = this.#session(opened.entry.session)
    if (session.opened !== undefined) return
    session.opened = opened
    this.#open += 1
  }

  /** True where the session's opening was seen. */
  knowsSession(session: string): boolean {
    return this.#sessions.get(session)?.opened !== undefined
  }

  #session(id: string): Session {
    let session = this.#sessions.get(id)
    if (session === undefined) {
      session = { opened: undefined, statements: new Map() }
      this.#sessions.set(id, session)
    }
    return session
  }

  #closeStatement(closed: StatementClosed, result: StatementResult | undefined): Assembled[] {
    const session = this.#sessions.get(closed.session)
    const opened = session?.statements.get(closed.statement)
    if (session === undefined || opened === undefined) return []
    session.statements.delete(closed.statement)
    this.#open -= 1
    if (session.opened === undefined && session.statements.size === 0) this.#sessions.delete(closed.session)
    return [{ kind: 'statement', opened, closed, result, endedAt: closed.at, session: session.opened }]
  }

  #endSession(id: string, at: number, closed: SessionClosed | undefined): Assembled[] {
    const session = this.#sessions.get(id)
    if (session === undefined) return []
    this.#sessions.delete(id)
    this.#open -= session.statements.size + (session.opened === undefined ? 0 : 1)
    const records: Assembled[] = []
    for (const opened of session.statements.values())
      records.push({
        kind: 'statement',
        opened,
        closed: undefined,
        result: undefined,
        endedAt: at,
        session: session.opened,
      })
    if (session.opened !== undefined)
      records.push({ kind: 'session', opened: session.opened, closed, endedAt: at })
    return records
  }

  #endAll(at: number): Assembled[] {
    return [...this.#sessions.keys()].flatMap((id) => this.#endSession(id, at, undefined))
  }

  #withinLimit(at: number): Assembled[] {
    const records: Assembled[] = []
    while (this.#open > MAX_OPEN_RECORDS) {
      const oldest = this.#sessions.keys().next().value
      if (oldest === undefined) break
      records.push(...this.#endSession(oldest, at, undefined))
    }
    return records
  }
}

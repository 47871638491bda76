/** What the journal keeps. Every value here is free of literals, bind values and row values (INVARIANT secrets-stay-out). */

export type PrincipalRecord = {
  readonly id: string
  readonly kind: string
  readonly groups: readonly string[]
  readonly provider: string
  readonly onBehalfOf?: PrincipalRecord
  readonly agent?: { readonly name: string; readonly model?: string; readonly runId?: string }
}

/** A connection became a session. */
export type SessionOpened = {
  readonly type: 'session.opened'
  readonly session: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly principal: PrincipalRecord
  readonly clientAddress: string
  readonly applicationName: string
  readonly protocol: string
  /** Which system the database is of, where several speak the protocol: `mariadb`. Absent: what the protocol is called. */
  readonly system?: string
  readonly database: string
  readonly tls: boolean
  /** W3C `traceparent` of the caller, where the client gave one. */
  readonly traceparent?: string
}

/** Written where a connection did not become a session: bad credentials, malformed start, unreachable database. */
export type SessionRefused = {
  readonly type: 'session.refused'
  readonly session: string
  readonly at: number
  readonly clientAddress: string
  readonly protocol: string
  /** As in `SessionOpened`. */
  readonly system?: string
  /** The user name the client gave: data, not a principal. */
  readonly login: string
  /** Whose login it was, by `PrincipalRecord.id`. Absent: nobody was proven. */
  readonly principal?: string
  readonly database: string
  readonly code: string
  readonly reason: string
}

/** A session ended. */
export type SessionClosed = {
  readonly type: 'session.closed'
  readonly session: string
  readonly at: number
  readonly statements: number
  readonly reason: string
}

/** Written, and durable, before the statement takes effect. */
export type StatementOpened = {
  readonly type: 'statement.opened'
  readonly session: string
  /** Unique within the process, increasing. */
  readonly statement: number
  readonly at: number
  readonly principal: string
  readonly database: string
  readonly canonical: string
  readonly fingerprint: string
  readonly verb: string
  readonly effects: readonly string[]
  readonly tables: readonly { readonly name: string; readonly access: readonly string[] }[]
  /** Labels of the columns that it writes; absent: none has any. */
  readonly writes?: readonly string[]
  readonly opaque?: string
  /** Functions whose values were taken to be as a reviewer says; absent: none. */
  readonly blessed?: readonly string[]
  readonly decision: 'allow' | 'deny'
  readonly rules: readonly { readonly id: string; readonly effect: string; readonly mode: string }[]
  readonly ruleErrors: readonly { readonly rule: string; readonly message: string }[]
  readonly policyVersion: string
  /** Type names and keyed hashes of the bind values, in order. */
  readonly parameters: readonly { readonly type: string; readonly hash: string | null }[]
  readonly traceparent?: string
}

/** What became of a statement. */
export type StatementClosed = {
  readonly type: 'statement.closed'
  readonly session: string
  readonly statement: number
  readonly at: number
  /**
   * `refused`: never reached the database. `skipped`: the database passed over it after an error before it, or planned
   * it and was never asked to execute it. `lost`: the connection ended before the outcome was known.
   */
  readonly outcome: 'completed' | 'failed' | 'refused' | 'skipped' | 'lost'
  readonly code?: string
  readonly rows: number
  readonly bytes: number
  readonly exposed: readonly string[]
  readonly masked: readonly { readonly name: string; readonly transform: string; readonly rule: string }[]
  readonly durationMs: number
}

/** The gateway itself did something. */
export type ControlEvent = {
  readonly type: 'control'
  readonly at: number
  /** e.g. `gateway.started`, `policy.loaded`, `tls.loaded`, `gateway.stopped`. */
  readonly action: string
  readonly detail: Readonly<Record<string, string | number>>
}

/** One entry of the journal. */
export type JournalEntry =
  | SessionOpened
  | SessionRefused
  | SessionClosed
  | StatementOpened
  | StatementClosed
  | ControlEvent

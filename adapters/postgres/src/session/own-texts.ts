import type { ReadStatement } from '@sluice/core/statement/reading'
import { truncateName } from '../dialect/lexer/identifier.ts'

/** Settings whose value is free text, which a statement could have filled from a table, and which the database reports. */
const freeTexts: ReadonlySet<string> = new Set(['application_name', 'search_path'])

/**
 * Settings that the database reports whose value is of a limited kind: no statement can have filled them from a row. An
 * extension may report others.
 */
const limited: ReadonlySet<string> = new Set([
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'client_encoding',
  'default_transaction_read_only',
  'in_hot_standby',
  'integer_datetimes',
  'is_superuser',
  'scram_iterations',
  'server_encoding',
  'server_version',
  'session_authorization',
  'standard_conforming_strings',
])

/** How many texts are remembered that a client set; the first are forgotten first. */
const TEXTS_MOST = 16

/** True for a setting whose value may be any text, by the name that the database reports it under. */
export const mayBeAnyText = (name: string): boolean => !limited.has(name)

/**
 * What the client itself has put into such settings: it was there at the login, or is written out in a `SET`. That may be
 * reported to whom something is masked; what else a setting says may be a value of a column.
 */
export class OwnTexts {
  readonly #atLogin: ReadonlySet<string>
  readonly #set = new Set<string>()
  readonly #escapes: boolean

  /** `reported`: the settings as the database reported them at the login. */
  constructor(reported: ReadonlyMap<string, string>) {
    const found = [...reported].filter(([name]) => mayBeAnyText(name))
    this.#atLogin = new Set(found.map(([name, value]) => keyOf(name, value)))
    this.#escapes = Number.parseInt(reported.get('server_version') ?? '', 10) >= 16
  }

  /** Remembers what a statement of the client sets. */
  note({ statement }: ReadStatement): void {
    if (statement.kind !== 'set' || statement.value === undefined || !freeTexts.has(statement.name)) return
    const { name, value } = statement
    const said = name === 'search_path' ? value.map(quoted).join(', ') : named(value.join(), this.#escapes)
    this.#set.add(keyOf(name, said))
    if (this.#set.size <= TEXTS_MOST) return
    for (const first of this.#set) {
      this.#set.delete(first)
      break
    }
  }

  /** Whether the client knows that value from itself. */
  has(name: string, value: string): boolean {
    const said = keyOf(name, name === 'search_path' ? allQuoted(value) : value)
    return this.#set.has(said) || this.#atLogin.has(keyOf(name, value))
  }
}

const keyOf = (name: string, value: string): string => `${name}=${value}`

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * An `application_name` as the database keeps it: cut between characters, then ASCII alone (`pg_clean_ascii`): of another byte it
 * keeps the hexadecimal digits, or a question mark before PostgreSQL 16. In a database that is not UTF-8 other bytes
 * stand for what is not ASCII: such a name is not known again, and not reported.
 */
function named(text: string, escapes: boolean): string {
  return Buffer.from(truncateName(text))
    .toString('latin1')
    .replaceAll(/[^ -~]/g, (byte) =>
      escapes ? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}` : '?',
    )
}

/** The database quotes names of a path where they need it (`flatten_set_variable_args`): they are compared with quotes. */
const allQuoted = (path: string): string =>
  path.replaceAll(/"(?:[^"]|"")*"|[^",\s]+/g, (name) => (name.startsWith('"') ? name : quoted(name)))

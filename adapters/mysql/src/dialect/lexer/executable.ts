import { Unreadable } from '@sluice/reading/unreadable'
import type { MysqlModes } from '../modes.ts'
import { isSpace } from './char.ts'

/** What an executable comment comes to; `from` is where its content begins. */
type Executable = { readonly runs: boolean; readonly from: number }

/** Versions of MySQL that MariaDB does not stand in for ("Comment Syntax" in its manual). */
const FIRST_FOREIGN = 50_700
const LAST_FOREIGN = 99_999
/** That servers of a Galera cluster run for its own tools (MY_LEX_LONG_COMMENT with WSREP). */
const CLUSTERED = 99_997

/** From which version on MySQL is known to read six digits. */
const SIX_DIGITS = 90_000

const DIFFERENTLY = 'an executable comment names a version that servers read differently'

/**
 * Whether the server runs the comment that opens at `at` with `/*!` or `/*M!`; undefined where it is a comment like
 * any other. Throws Unreadable where versions of the servers differ over how many digits are the version.
 */
export const executableComment = (text: string, at: number, modes: MysqlModes): Executable | undefined => {
  const marker = text.charCodeAt(at + 2)
  const mariadbOnly = marker === 77 && text.charCodeAt(at + 3) === 33
  if (marker !== 33 && !mariadbOnly) return undefined
  if (mariadbOnly && !modes.mariadb) return undefined
  const from = at + (mariadbOnly ? 4 : 3)
  const digits = /^\d*/.exec(text.slice(from, from + 8))?.[0] ?? ''
  if (digits === '') return { runs: true, from }
  if (digits.length < 5) throw new Unreadable(DIFFERENTLY)
  if (modes.version === 0)
    throw new Unreadable('an executable comment names a version, and the server says none')
  if (!modes.mariadb) return mysqlComment(text, from, digits, modes.version)
  if (digits.length > 6) throw new Unreadable(DIFFERENTLY)
  const version = Number(digits)
  if (!mariadbOnly && version === CLUSTERED) throw new Unreadable(DIFFERENTLY)
  const foreign = !mariadbOnly && version >= FIRST_FOREIGN && version <= LAST_FOREIGN
  return { runs: version <= modes.version && !foreign, from: from + digits.length }
}

/**
 * MySQL reads five digits as the version, and from 9.0 on at the latest six where whitespace follows ("Comments"). So
 * mariadb-dump's `/*!999999\- …` is no version that any has.
 */
const mysqlComment = (text: string, from: number, digits: string, server: number): Executable => {
  const spaced = digits.length === 6 && isSpace(text.charCodeAt(from + 6))
  const version = Number(digits.slice(0, spaced ? 6 : 5))
  if (digits.length > 5 && server < SIX_DIGITS && Number(digits.slice(0, 5)) <= server)
    throw new Unreadable(DIFFERENTLY)
  return { runs: version <= server, from: from + (spaced ? 6 : 5) }
}

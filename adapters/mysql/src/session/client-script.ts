import { Unreadable } from '@sluice/reading/unreadable'
import { statementEnd } from '../dialect/canonical/canonical.ts'
import type { MysqlModes } from '../dialect/modes.ts'

/** A place in a script, and what ends a statement there: `;`, or what DELIMITER has said. */
export type Place = { readonly at: number; readonly delimiter: string }

/** One text that a client sends to the server, and where the script goes on. */
type Piece = { readonly text: string; readonly next: Place }

/** DELIMITER is a command of the client, on a line of its own ("mysql Client Commands"); it reaches no server. */
const command = /\s*delimiter[ \t]+(\S+)[^\n]*(?:\n|$)/iy

/** What a text goes through in which no delimiter is looked for: its begin and its end. */
const spans: readonly (readonly [open: string, close: string])[] = [
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['/*', '*/'],
  ['-- ', '\n'],
  ['#', '\n'],
]

/** Whether a script is one text without anything that only clients understand. Nearly all are: it takes no time. */
export const isPlain = (script: string): boolean => {
  const end = script.indexOf(';')
  if (end !== -1 && /\S/.test(script.slice(end + 1))) return false
  if (!script.includes('\n')) return !/^\s*delimiter\b/i.test(script)
  const named = script.includes('elimiter') || script.includes('ELIMITER')
  return !named || !/^\s*delimiter\b/im.test(script)
}

/** The next text of a script; undefined at its end. What cannot be split is one text. */
export const nextPiece = (script: string, place: Place, modes: MysqlModes): Piece | undefined => {
  const start = behindCommands(script, place)
  if (start.at >= script.length) return undefined
  return start.delimiter === ';' ? toSemicolon(script, start, modes) : toDelimiter(script, start)
}

const behindCommands = (script: string, place: Place): Place => {
  let { at, delimiter } = place
  for (;;) {
    command.lastIndex = at
    const told = command.exec(script)?.[1]
    if (told === undefined) return { at, delimiter }
    at = command.lastIndex
    delimiter = told
  }
}

const toSemicolon = (script: string, place: Place, modes: MysqlModes): Piece => {
  const end = endOrAll(script, place.at, modes)
  return { text: script.slice(place.at, end), next: { ...place, at: end } }
}

const endOrAll = (script: string, at: number, modes: MysqlModes): number => {
  try {
    return statementEnd(script, at, modes)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return script.length
  }
}

const toDelimiter = (script: string, { at: from, delimiter }: Place): Piece => {
  let at = from
  while (at < script.length && !script.startsWith(delimiter, at)) at = spanEnd(script, at)
  return { text: script.slice(from, at), next: { at: at + delimiter.length, delimiter } }
}

/** The offset behind what begins here, or behind the character. */
const spanEnd = (script: string, at: number): number => {
  const span = spans.find(([open]) => script.startsWith(open, at))
  if (span === undefined) return at + 1
  const [open, close] = span
  for (let end = at + open.length; end < script.length; end++) {
    if (script[end] === '\\' && (close === "'" || close === '"')) end++
    else if (script.startsWith(close, end)) return end + close.length
  }
  return script.length
}

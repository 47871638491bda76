import type { QueryResult } from 'pg'

/** Where the demo writes to. */
export type Screen = {
  readonly write: (text: string) => void
  /** Bold and dim on a terminal, plain elsewhere. */
  readonly colours: boolean
}

const MOST_CELL_CHARACTERS = 26

/** A numbered heading, one line. */
export function heading(screen: Screen, number: number, text: string): void {
  screen.write(`\n${bold(screen, `${number}  ${text}`)}\n`)
}

/** The statement as it is sent. */
export function statement(screen: Screen, login: string, sql: string): void {
  screen.write(`   ${dim(screen, `${login}=>`)} ${sql}\n`)
}

/** A result the way psql prints it, cut to a terminal's width. */
export function resultRows(screen: Screen, result: QueryResult<Record<string, unknown>>): void {
  const names = result.fields.map((field) => field.name)
  const rows = result.rows.map((row) => names.map((name) => cellText(row[name])))
  screen.write(alignedTable(names, rows, (text) => dim(screen, text)))
}

/** Aligned columns under a ruled heading, indented like everything in the tour. */
export function alignedTable(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  decorate: (text: string) => string = (text) => text,
): string {
  const widths = names.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[], between: string): string =>
    `   ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(between)}`.trimEnd()
  const rule = widths.map((width) => '-'.repeat(width))
  return [
    decorate(line(names, ' | ')),
    decorate(`   ${rule.join('-+-')}`),
    ...rows.map((row) => line(row, ' | ')),
    '',
  ].join('\n')
}

/** A refusal: code, message and hint as the client got them. */
export function refusal(screen: Screen, error: unknown): void {
  const { code, message, hint } = error as {
    readonly code?: string
    readonly message?: string
    readonly hint?: string
  }
  screen.write(`   ERROR ${code ?? '-'}: ${message ?? String(error)}\n`)
  if (hint) screen.write(`   ${dim(screen, `HINT: ${hint}`)}\n`)
}

/** A line of explanation; empty for a gap. */
export function note(screen: Screen, text: string): void {
  screen.write(`${`   ${text}`.trimEnd()}\n`)
}

/** Less important text. */
export function dim(screen: Screen, text: string): string {
  return screen.colours ? `\u001b[2m${text}\u001b[22m` : text
}

/** More important text. */
export function bold(screen: Screen, text: string): string {
  return screen.colours ? `\u001b[1m${text}\u001b[22m` : text
}

function cellText(value: unknown): string {
  const text = plainText(value)
  return text.length > MOST_CELL_CHARACTERS ? `${text.slice(0, MOST_CELL_CHARACTERS - 1)}…` : text
}

function plainText(value: unknown): string {
  if (value === null || value === undefined) return '(null)'
  if (value instanceof Date) return value.toISOString().slice(0, 10)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Who sent the message: `C` the client's side, `S` the server's side of a connection. */
type Side = 'C' | 'S'

/**
 * One field of a trace line.
 * - a number or a boolean: shown, it is structure (a count, an OID, a flag)
 * - `name`: an identifier or a tag, shown quoted
 * - `sql`: shown as its first word unless values are asked for, since literals live in it
 * - `value`: absent unless asked for
 * - `secret`: always `redacted`; the secret itself is never handed over
 */
export type TraceField =
  | number
  | boolean
  | { readonly name: string }
  | { readonly sql: string }
  | { readonly value: Uint8Array | string | null }
  | { readonly secret: true }

/** What a trace shows. Without `values` a line holds nothing that a user typed as data. */
export type TraceOptions = { readonly values?: boolean }

/** Longest text of one field, in characters; the rest becomes `…`. */
export const maxTraceFieldChars = 200

/** One line per message, without a line end: `C Parse "s1" "select …"`, `S RowDescription 3`. */
export function traceLine(
  side: Side,
  message: string,
  fields: readonly TraceField[] = [],
  options: TraceOptions = {},
): string {
  let line = `${side} ${message}`
  for (const field of fields) {
    const shown = showField(field, options.values === true)
    if (shown !== undefined) line += ` ${shown}`
  }
  return line
}

function showField(field: TraceField, values: boolean): string | undefined {
  if (typeof field !== 'object') return String(field)
  if ('secret' in field) return 'redacted'
  if ('name' in field) return quote(field.name)
  if ('sql' in field) return quote(values ? field.sql : firstWord(field.sql))
  if (!values) return undefined
  if (field.value === null) return 'null'
  return typeof field.value === 'string' ? quote(field.value) : hex(field.value)
}

function firstWord(sql: string): string {
  const word = /^\s*([A-Za-z]{1,20})\b/.exec(sql)?.[1]
  if (word === undefined) return sql === '' ? '' : '…'
  return word.length === sql.trim().length ? word : `${word} …`
}

// JSON quoting keeps control characters, line ends among them, from forging a second line.
function quote(text: string): string {
  return JSON.stringify(text.length > maxTraceFieldChars ? `${text.slice(0, maxTraceFieldChars)}…` : text)
}

function hex(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxTraceFieldChars / 2))
  return `x${shown.toString('hex')}${shown.length < bytes.length ? '…' : ''}`
}

// PostgreSQL documentation, SQL Commands: COPY, "Parameters"
import type { TextEncoding } from '@sluice/wire/text'
import { ProtocolViolation } from '@sluice/wire/violation'
import { isAsciiSafeEncoding, isNamedUtf8 } from '../startup/client-encoding.ts'

/** How a COPY statement was written: its format and its other options, names in lower case, values unquoted. */
export type CopyDescription = {
  readonly format: 'text' | 'csv' | 'binary' | 'unknown'
  readonly options: Readonly<Record<string, string>>
}

/** How the lines of a COPY stream are laid out. Every mark is one ASCII byte. */
export type LineSettings = {
  readonly format: 'text' | 'csv'
  readonly delimiter: number
  /** What stands for NULL. */
  readonly null: Buffer
  readonly header: boolean
  readonly quote: number
  readonly escape: number
  /** Some columns are quoted without need: then masked values always are. */
  readonly forceQuote: boolean
}

/** What a COPY stream looks like. */
export type CopySettings = { readonly format: 'binary' } | LineSettings

/** The options that say how COPY TO lays out its stream. With any other the layout is not known. */
const known = new Set(['format', 'delimiter', 'null', 'header', 'quote', 'escape', 'force_quote', 'encoding'])

const headers: Readonly<Record<string, boolean>> = {
  '': true,
  true: true,
  on: true,
  1: true,
  false: false,
  off: false,
  0: false,
}

/**
 * Reads how a statement's stream is laid out; `encoding` is that of the session. Throws ProtocolViolation (fault `gateway`) where that is not known:
 * nothing of such a stream can be told apart, so nothing of it may be sent.
 */
export const copySettings = (copy: CopyDescription | undefined, encoding: TextEncoding): CopySettings => {
  if (copy === undefined || copy.format === 'unknown')
    throw refusal('the format of this COPY is not known; name it')
  const { format, options } = copy
  for (const name of Object.keys(options))
    if (!known.has(name)) throw refusal(`COPY option \`${name}\` is not known here; leave it out`)
  if (!isAsciiSafeEncoding(options['encoding'] ?? 'UTF8'))
    throw refusal('this COPY encoding cannot be masked; use `UTF8`')
  if (format === 'binary') return { format }
  const quote = oneByte(options, 'quote', '"')
  return {
    format,
    delimiter: oneByte(options, 'delimiter', format === 'csv' ? ',' : '\t'),
    null: nullOf(options['null'] ?? (format === 'csv' ? '' : '\\N'), options['encoding'], encoding),
    header: headerOf(options['header']),
    quote,
    escape: oneByte(options, 'escape', String.fromCharCode(quote)),
    forceQuote: options['force_quote'] !== undefined,
  }
}

/** The database sends it in the encoding of the stream, which is the session's where none is named. */
const nullOf = (mark: string, named: string | undefined, encoding: TextEncoding): Buffer => {
  if (/^[\0-\x7f]*$/.test(mark)) return Buffer.from(mark, 'latin1')
  const isKnown = named === undefined || (encoding === 'utf8' && isNamedUtf8(named))
  if (!isKnown || (encoding === 'latin1' && /[^\0-\xff]/.test(mark)))
    throw refusal('COPY option `null` beyond ASCII cannot be followed in this encoding; use ASCII')
  return Buffer.from(mark, encoding)
}

const oneByte = (options: CopyDescription['options'], name: string, fallback: string): number => {
  const value = options[name] ?? fallback
  const code = value.codePointAt(0) ?? 0
  if (value.length !== 1 || code === 0 || code > 0x7f || value === '\n' || value === '\r')
    throw refusal(`COPY option \`${name}\` is not one ASCII character; use one`)
  return code
}

/** Taking a row for a header would send it raw, so only the spellings that PostgreSQL takes count. */
const headerOf = (value: string | undefined): boolean => {
  if (value === undefined) return false
  const lower = value.toLowerCase()
  const header = Object.hasOwn(headers, lower) ? headers[lower] : undefined
  if (header === undefined) throw refusal('COPY option `header` is not a boolean; use `true` or `false`')
  return header
}

const refusal = (message: string): ProtocolViolation =>
  new ProtocolViolation('gateway', 'unexpected', message)

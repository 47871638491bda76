import { operatorRoutine, typeRoutine } from '@sluice/core/analysis/traits'
import type { Expression, Literal } from '@sluice/core/statement/expression'
import { Kind } from '../lexer/kind.ts'
import { Lexer } from '../lexer/lexer.ts'

/** Stands for a value that is quoted as it is put in: a parameter that no text of its own has. */
const QUOTED = '$32001'

/** The number of that parameter. */
export const QUOTED_INDEX = 32_001

/**
 * A text that a body runs as SQL, where all but quoted values in it is known: constants joined, and format() of
 * constants. Undefined: what it is shows as it runs. `assumed` gets what of the system's own that hangs on, by its bare
 * name: see `Procedural.assumes`.
 */
export const constantText = (node: Expression, assumed: Set<string>): string | undefined => {
  const text = textOf(node, assumed)
  // A body is read under each session's own settings, which say what a backslash means.
  return text === undefined || text.includes('\\') || !keepsValuesApart(text) ? undefined : text
}

/** A quoted value inside of quotes, a comment or a name would be no value. */
const keepsValuesApart = (text: string): boolean => {
  let values = text.split(QUOTED).length - 1
  if (values === 0) return true
  const lexer = new Lexer(text, true)
  for (let kind = lexer.next(); kind !== Kind.end; kind = lexer.next())
    if (kind === Kind.param && text.slice(lexer.start, lexer.end) === QUOTED) values--
  return values === 0
}

const textOf = (node: Expression, assumed: Set<string>): string | undefined => {
  if (node.kind === 'literal') return printed(node)
  if (node.kind === 'cast' && !node.array && isSystem(node.type, TEXT, assumed, typeRoutine(['text'])))
    return textOf(node.operand, assumed)
  if (node.kind === 'operator' && node.op === '||' && node.schema === undefined) {
    assumed.add(operatorRoutine('||'))
    return joined(node.operands.map((operand) => partOf(operand, assumed)))
  }
  if (node.kind === 'call') return callText(node.name, node.args, assumed)
  return undefined
}

/** A whole number as the server prints it. */
const WHOLE = /^(?:0|[1-9]\d*)$/u

/** A constant as text. The server prints others than these unlike they are written: `true` as `t`, `1e3` as `1000`. */
const printed = ({ type, value }: Literal): string | undefined =>
  type === 'string' || (type === 'number' && value !== undefined && WHOLE.test(value)) ? value : undefined

/**
 * A part of a text: quoted values are one literal, whatever they hold. What is no text may have an operator of its own,
 * which is nearer than the system's.
 */
const partOf = (node: Expression, assumed: Set<string>): string | undefined => {
  if (node.kind === 'literal' && node.type !== 'string') return undefined
  return node.kind === 'call' && isSystem(node.name, QUOTES, assumed) ? QUOTED : textOf(node, assumed)
}

const QUOTES: ReadonlySet<string> = new Set(['quote_literal', 'quote_nullable'])
const FORMAT: ReadonlySet<string> = new Set(['format'])
const TEXT: ReadonlySet<string> = new Set(['text'])

/** Whether a name is one of these. Without a schema it may still lead to one of the users' own: it is assumed not to. */
const isSystem = (
  name: readonly string[],
  names: ReadonlySet<string>,
  assumed: Set<string>,
  key = name.at(-1) ?? '',
): boolean => {
  if (!names.has(name.at(-1) ?? '')) return false
  if (name.length === 1) assumed.add(key)
  return name.length === 1 || (name.length === 2 && name[0] === 'pg_catalog')
}

const joined = (parts: readonly (string | undefined)[]): string | undefined =>
  parts.every((part) => part !== undefined) ? parts.join('') : undefined

const callText = (
  name: readonly string[],
  args: readonly Expression[],
  assumed: Set<string>,
): string | undefined => {
  const [first, ...values] = args
  if (!isSystem(name, FORMAT, assumed) || first === undefined) return undefined
  const pattern = textOf(first, assumed)
  return pattern === undefined ? undefined : formatted(pattern, values, assumed)
}

/** `format` with its plain conversions: `%%`, `%L`, and `%I` or `%s` of a constant. Others are not followed. */
const formatted = (
  pattern: string,
  values: readonly Expression[],
  assumed: Set<string>,
): string | undefined => {
  let at = 0
  const parts = pattern.split(/(%.?)/su).map((part) => {
    if (!part.startsWith('%')) return part
    if (part === '%%') return '%'
    const value = values[at++]
    if (value === undefined) return undefined
    if (part === '%L') return QUOTED
    const text = textOf(value, assumed)
    if (text === undefined) return undefined
    if (part === '%I') return `"${text.replaceAll('"', '""')}"`
    return part === '%s' ? text : undefined
  })
  return joined(parts)
}

import type { Procedural, Statement } from '@sluice/core/statement/command'
import { defaultLimits } from '@sluice/reading/limits'
import { miscounted } from '@sluice/reading/reader'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node, ParseResult } from 'libpg-query'
import { canonicalStatements } from '../canonical/canonical.ts'
import type { Naming } from '../lexer/naming.ts'
import { parseSql } from '../parser/parse.ts'
import { readBody } from '../plpgsql/body.ts'
import { checkNames, checkStrings, isUnsettled } from '../plpgsql/declarations.ts'
import type { Context } from './context.ts'
import { lowerExpression, lowerSortKeys } from './expression.ts'
import { lowerFrom } from './from.ts'
import { offsets } from './offsets.ts'
import { lowerQuery } from './query.ts'
import { lowerRowSource, lowerStatement } from './statement.ts'

/** What the lowering must know of the text that was parsed. */
export type Source = {
  readonly text: string
  /** True where `text` holds its literals, and so is not the canonical text. */
  readonly literals: boolean
  /** Offsets of the literals in `text`, ascending. */
  readonly slots: readonly number[]
  /** True where a setting of each session says what its backslashes stand for. */
  readonly unsettled?: boolean
  /** That of bodies in the text. */
  readonly naming: Naming
  /** The server's major version. */
  readonly major: number
}

/** How deep bodies may hold texts that hold bodies. */
const BODIES = 4

const contextOf = (source: Source, treeDepth: number, bodies: number): Context => {
  const places = offsets(source)
  let depth = 0
  const deeper = <T>(lower: (node: Node, context: Context) => T, node: Node): T => {
    if (++depth > treeDepth) throw new Unreadable('the statement is over the limit `treeDepth`')
    const lowered = lower(node, context)
    depth--
    return lowered
  }
  const context: Context = {
    literals: source.literals,
    unsettled: source.unsettled === true,
    major: source.major,
    expression: (node) => deeper(lowerExpression, node),
    expressions: (nodes) => (nodes ?? []).map((node) => context.expression(node)),
    optional: (node) => (node === undefined ? undefined : context.expression(node)),
    sortKeys: (nodes) => lowerSortKeys(nodes, context),
    query: (node) => deeper(lowerQuery, node),
    rowSource: (node) => deeper(lowerRowSource, node),
    from: (node) => deeper(lowerFrom, node),
    statement: (node) => deeper(lowerStatement, node),
    at: places.at,
    slot: places.slot,
    routine: (body) =>
      readIn(source, body, bodies, () =>
        readBody(source.text, body, (text) => lowerTexts(text, source, treeDepth, bodies + 1)),
      ),
    texts: (body) =>
      readIn(source, body, bodies, () => {
        checkStrings(body)
        const statements = lowerTexts(body, source, treeDepth, bodies + 1)
        return { kind: 'procedural', verb: 'begin', statements, expressions: [], returns: false }
      }),
  }
  return context
}

/** What the body in a DO or CREATE FUNCTION does. A body that is not understood leaves its statement understood. */
const readIn = (
  source: Source,
  body: string,
  bodies: number,
  read: () => Procedural,
): Procedural | undefined => {
  if (!source.literals || bodies >= BODIES) return undefined
  if (source.unsettled === true && body.includes('\\')) return undefined
  const { naming } = source
  try {
    if (naming !== 'utf8') checkNames(body, naming)
    return read()
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** The statements of a text inside of a body, each with its literals. */
const lowerTexts = (
  text: string,
  { naming, major }: Source,
  treeDepth: number,
  bodies: number,
): readonly Statement[] => {
  const unsettled = isUnsettled(text)
  return canonicalStatements(text, true, defaultLimits, { literals: true, naming, major }).map((one) => {
    const source: Source = { text: one.text, literals: true, slots: [], unsettled, naming, major }
    return lower(parseSql(source.text, source.literals), source, treeDepth, bodies)
  })
}

/**
 * libpg's tree of one statement as a tree of ours. Throws Unreadable for a node, a field or a value that is not on
 * the list: INVARIANT (deny-by-default) holds for the parser's tree as well.
 */
export const lower = (parsed: ParseResult, source: Source, treeDepth: number, bodies = 0): Statement => {
  const [raw, ...more] = parsed.stmts ?? []
  // The splitter promised one statement; the server would run what the parser counts.
  if (raw?.stmt === undefined || more.length > 0) throw new Unreadable(miscounted)
  return contextOf(source, treeDepth, bodies).statement(raw.stmt)
}

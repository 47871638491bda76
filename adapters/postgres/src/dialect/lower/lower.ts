import type { Statement } from '@sluice/core/statement/command'
import { miscounted } from '@sluice/reading/reader'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node, ParseResult } from 'libpg-query'
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
}

const contextOf = (source: Source, treeDepth: number): Context => {
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
  }
  return context
}

/**
 * libpg's tree of one statement as a tree of ours. Throws Unreadable for a node, a field or a value that is not on
 * the list: INVARIANT (deny-by-default) holds for the parser's tree as well.
 */
export const lower = (parsed: ParseResult, source: Source, treeDepth: number): Statement => {
  const [raw, ...more] = parsed.stmts ?? []
  // The splitter promised one statement; the server would run what the parser counts.
  if (raw?.stmt === undefined || more.length > 0) throw new Unreadable(miscounted)
  return contextOf(source, treeDepth).statement(raw.stmt)
}

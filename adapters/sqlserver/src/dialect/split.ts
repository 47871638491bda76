import type { DialectLimits } from '@sluice/reading/limits'
import type { CanonicalPart } from '@sluice/reading/reader'
import { Unreadable } from '@sluice/reading/unreadable'
import { readBatch } from './canonical/batch.ts'
import { writeTokens } from './canonical/write.ts'
import { Kind, type Token } from './lexer/kind.ts'
import { type Assigned, type BatchContext, Cursor } from './lower/cursor.ts'
import { grammar } from './lower/grammar.ts'
import { type Placed, readPlaced } from './lower/statement.ts'
import type { Source } from './parser/protocol.ts'

/** One statement of a batch, and what its reading hangs on. */
export type Part = CanonicalPart & { readonly source: Source }

/**
 * Variables that rows may have been put into, in the order of the batch or not: a batch can loop. What is given to a
 * variable from a tainted one taints it.
 */
const taintedBy = (assigned: readonly Assigned[]): ReadonlySet<string> => {
  const tainted = new Set(assigned.filter(({ clean }) => !clean).map(({ variable }) => variable))
  for (let before = -1; before < tainted.size; ) {
    before = tainted.size
    for (const { variable, from } of assigned)
      if (from.some((name) => tainted.has(name))) tainted.add(variable)
  }
  return tainted
}

const variablesOf = (tokens: readonly Token[]): ReadonlySet<string> =>
  new Set(
    tokens
      .filter(({ kind, value }) => kind === Kind.variable && !value.startsWith('@@'))
      .map(({ value }) => value),
  )

/**
 * Splits a batch into its statements by the grammar, with `;` between them or without. Throws Unreadable where a
 * statement is not read, because where it ends is not known then.
 */
export const splitBatch = (text: string, quotedIdentifier: boolean, limits: DialectLimits): Part[] => {
  const { tokens, literals } = readBatch(text, quotedIdentifier, limits)
  const batch: BatchContext = {
    literals,
    quotedIdentifier,
    tainted: new Set(),
    leaves: [],
    assigned: [],
    parameters: new Map(),
    depth: 0,
  }
  const placed = readPlaced(new Cursor(tokens, batch, grammar), limits.statements)
  const tainted = taintedBy(batch.assigned)
  return placed.map((one) => partOf(one, tokens, { literals, quotedIdentifier, tainted }, limits))
}

type Shared = {
  readonly literals: boolean
  readonly quotedIdentifier: boolean
  readonly tainted: ReadonlySet<string>
}

const partOf = (
  { from, to }: Placed,
  tokens: readonly Token[],
  shared: Shared,
  limits: DialectLimits,
): Part => {
  const own = tokens.slice(from, to)
  const canonical = writeTokens(own, false)
  const text = shared.literals ? writeTokens(own, true) : canonical
  if (Buffer.byteLength(text) > limits.canonicalBytes)
    throw new Unreadable('the statement is over the limit `canonicalBytes`')
  const used = variablesOf(own)
  const tainted = [...used].filter((name) => shared.tainted.has(name)).sort()
  const { literals, quotedIdentifier } = shared
  return {
    canonical,
    // Neither a NUL nor a new line stands in a canonical text outside strings: keys are told apart.
    text: `${literals ? 'l' : 'c'}${quotedIdentifier ? '1' : '0'}\0${tainted.join(' ')}\0${text}`,
    literals,
    parameterCount: used.size - tainted.length,
    source: { text, literals, quotedIdentifier, tainted },
  }
}

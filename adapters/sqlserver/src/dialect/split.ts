import { ByteCache } from '@sluice/reading/byte-cache'
import type { DialectLimits } from '@sluice/reading/limits'
import type { CanonicalPart } from '@sluice/reading/reader'
import { Unreadable } from '@sluice/reading/unreadable'
import { readBatch } from './canonical/batch.ts'
import { canonicalKey } from './canonical/key.ts'
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

/** Bytes of an entry of the cache beside its texts: the parts and their sources. */
const partBytes = 512

/**
 * Splits batches into their statements by the grammar, with `;` between them or without, and keeps how: batches that
 * differ only in their literals are split once. Throws Unreadable where a statement is not read, because where it ends
 * is not known then.
 */
export const splitter = (limits: DialectLimits) => {
  const caches = [0, 1, 2, 3].map(() => new ByteCache<readonly Part[]>(limits.cacheBytes / 32))
  // One cache for each way of reading: a key is the canonical text itself, and nothing is put together for a look-up.
  const knownOf = (literals: boolean, quotedIdentifier: boolean) =>
    caches[(literals ? 2 : 0) + (quotedIdentifier ? 1 : 0)] as ByteCache<readonly Part[]>
  return (text: string, quotedIdentifier: boolean): readonly Part[] => {
    const quick = canonicalKey(text, quotedIdentifier, limits)
    const found = quick === undefined ? undefined : knownOf(false, quotedIdentifier).get(quick)
    if (found !== undefined) return found
    const { tokens, literals } = readBatch(text, quotedIdentifier, limits)
    const key = writeTokens(tokens, literals)
    const known = knownOf(literals, quotedIdentifier)
    const hit = known.get(key)
    if (hit !== undefined) return hit
    const parts = splitTokens(tokens, { literals, quotedIdentifier }, limits)
    known.set(key, parts, 6 * key.length + partBytes * (parts.length + 1))
    return parts
  }
}

const splitTokens = (
  tokens: readonly Token[],
  modes: { readonly literals: boolean; readonly quotedIdentifier: boolean },
  limits: DialectLimits,
): readonly Part[] => {
  const batch: BatchContext = {
    ...modes,
    tainted: new Set(),
    leaves: [],
    assigned: [],
    parameters: new Map(),
    depth: 0,
  }
  const placed = readPlaced(new Cursor(tokens, batch, grammar), limits.statements)
  const tainted = taintedBy(batch.assigned)
  return placed.map((one) => partOf(one, tokens, { ...modes, tainted }, limits))
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

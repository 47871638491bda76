import { Kind, type Token } from '../lexer/kind.ts'
import { spelled } from './write.ts'

const isMark = (token: Token | undefined, value: string): boolean =>
  token?.kind === Kind.mark && token.value === value

/** For every `(` the index of its `)`. Balance was checked before. */
const closings = (tokens: readonly Token[]): ReadonlyMap<number, number> => {
  const pairs = new Map<number, number>()
  const open: number[] = []
  for (const [index, token] of tokens.entries()) {
    if (isMark(token, '(')) open.push(index)
    else if (isMark(token, ')')) pairs.set(open.pop() ?? -1, index)
  }
  return pairs
}

/** Splits `[from, to)` at the commas outside inner parentheses. */
const elements = (
  tokens: readonly Token[],
  from: number,
  to: number,
  close: ReadonlyMap<number, number>,
): [number, number][] => {
  const found: [number, number][] = []
  let start = from
  for (let at = from; at < to; at++) {
    if (isMark(tokens[at], '(')) at = close.get(at) ?? to
    else if (isMark(tokens[at], ',')) {
      found.push([start, at])
      start = at + 1
    }
  }
  found.push([start, to])
  return found
}

const keyOf = (tokens: readonly Token[], [from, to]: readonly [number, number]): string => {
  let key = ''
  for (let at = from; at < to; at++) key += ` ${spelled(tokens[at]!, false)}`
  return key
}

/**
 * Leaves out elements of `IN (…)` lists and rows of VALUES that are written the same as an earlier one but for their
 * literals: bulk inserts and long lists fit the limits and have one fingerprint. Columns, functions and variables stay
 * what they were; only how many equal elements there are is lost.
 */
export const foldLists = (tokens: readonly Token[]): readonly Token[] => {
  if (tokens.length < 8) return tokens
  const close = closings(tokens)
  const dropped = new Uint8Array(tokens.length)
  let any = false
  const drop = (from: number, to: number): void => {
    dropped.fill(1, from, to)
    any = true
  }
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== Kind.word || !isMark(tokens[index + 1], '(')) continue
    if (token.value === 'in') foldIn(tokens, index + 1, close, drop)
    else if (token.value === 'values') foldRows(tokens, index + 1, close, drop)
  }
  return any ? tokens.filter((_token, index) => dropped[index] === 0) : tokens
}

type Drop = (from: number, to: number) => void

const foldIn = (
  tokens: readonly Token[],
  open: number,
  close: ReadonlyMap<number, number>,
  drop: Drop,
): void => {
  const to = close.get(open) ?? open
  const first = tokens[open + 1]
  if (first?.kind === Kind.word && (first.value === 'select' || first.value === 'with')) return
  const seen = new Set<string>()
  for (const element of elements(tokens, open + 1, to, close)) {
    const key = keyOf(tokens, element)
    if (seen.has(key)) drop(element[0] - 1, element[1])
    else seen.add(key)
  }
}

const foldRows = (
  tokens: readonly Token[],
  open: number,
  close: ReadonlyMap<number, number>,
  drop: Drop,
): void => {
  const seen = new Set<string>()
  for (let at = open; isMark(tokens[at], '('); ) {
    const end = (close.get(at) ?? at) + 1
    const key = keyOf(tokens, [at, end])
    if (seen.has(key)) drop(at - 1, end)
    else seen.add(key)
    if (!isMark(tokens[end], ',') || !isMark(tokens[end + 1], '(')) return
    at = end + 1
  }
}

import { Unreadable } from '@sluice/reading/unreadable'
import { areOpenVariables, OPEN_VARIABLES } from '../../analysis-traits/settings.ts'
import { TABLE_SIZES } from '../../catalog/measures.ts'
import { isReserved } from '../keywords.ts'
import { Kind } from '../lexer/kind.ts'
import type { Grammar, Token, Tokens } from './tokens.ts'

const fill: ReadonlySet<string> = new Set([
  'full',
  'extended',
  'global',
  'session',
  'local',
  'all',
  'storage',
])
/** Behind these what is shown has been named. */
const ends: ReadonlySet<string> = new Set(['from', 'in', 'like', 'where', 'for', 'on', 'limit', '('])

const constants: ReadonlySet<Kind> = new Set([Kind.string, Kind.number])

/** `('a', 'b')` behind IN. */
const skipConstants = (t: Tokens): void => {
  const close = t.is('(') ? t.closing(0) : undefined
  if (close === undefined) return
  for (let ahead = 1; ahead < close; ahead++)
    if (!constants.has(t.peek(ahead).kind) && t.peek(ahead).word !== ',') return
  t.at += close + 1
}

/** What variables and counters are called by. */
const NAME = 'variable_name'

/** Whether a column is named that may be another than `NAME`. */
const namesValue = ({ kind, text, word }: Token): boolean => {
  if (kind === Kind.quoted) return text.slice(1, -1).toLowerCase() !== NAME
  return kind === Kind.word && word !== NAME && !isReserved(word)
}

/** The patterns behind LIKE, `=` or IN that name a variable. Undefined: something else is asked. */
const pattern = (t: Tokens): readonly string[] | undefined => {
  if (t.takeAny('like', '=') !== undefined) return texts(t)
  if (!t.take('in') || !t.take('(')) return undefined
  const found = [...(texts(t) ?? [])]
  while (t.take(',')) found.push(...(texts(t) ?? []))
  return t.take(')') ? found : undefined
}

const texts = (t: Tokens): readonly string[] | undefined =>
  t.peek().kind === Kind.string ? [t.string()] : undefined

/** `LIKE '…'`, `WHERE Variable_name = '…' OR Variable_name IN (…)`, up to the end: whether only variables come that are open. */
const isOpen = (t: Tokens): boolean => {
  if (!t.is('where')) return t.is('like') && areOpen(t, pattern(t))
  t.take('where')
  do if (!isName(t.next()) || !areOpen(t, pattern(t), 'or')) return false
  while (t.take('or'))
  return true
}

const isName = ({ kind, text, word }: Token): boolean =>
  word === NAME || (kind === Kind.quoted && text.slice(1, -1).toLowerCase() === NAME)

const areOpen = (t: Tokens, patterns: readonly string[] | undefined, before?: string): boolean =>
  patterns?.every(areOpenVariables) === true && (t.done || (before !== undefined && t.is(before)))

/** Of SHOW TABLE STATUS, by a condition on how large tables are. */
const BY_SIZE = 'table status by size'

const namesSize = ({ kind, text, word }: Token): boolean =>
  TABLE_SIZES.has(kind === Kind.quoted ? text.slice(1, -1).toLowerCase() : word)

/** The name of SHOW VARIABLES. What it asks for is read once more behind it. */
const variables = (t: Tokens): string => {
  const { at } = t
  const open = isOpen(t)
  t.at = at
  return open ? OPEN_VARIABLES : 'variables'
}

/** SHOW: `name` says what is shown, in lower case: `tables`, `variables`, `create table`. */
export const show: Grammar = (t) => {
  t.expect('show')
  const words: string[] = []
  while (!t.done && !t.isAny(ends)) {
    const { kind, word } = t.next()
    const enough = words[0] === 'create' ? words.length === 2 : words.length === 3
    if (kind === Kind.word && !enough && !fill.has(word)) words.push(word)
  }
  const name = words.join(' ')
  const called = name === 'variables' ? variables(t) : name
  let picks = false
  let sized = false
  for (let computes = words[0] === 'explain' || words[0] === 'analyze', where = false; !t.done; ) {
    where ||= t.is('where')
    computes ||= where
    if (t.take('in')) skipConstants(t)
    if (t.done) break
    const token = t.next()
    const { kind, word } = token
    picks ||= where && namesValue(token)
    sized ||= where && namesSize(token)
    if (computes && (word === '(' || kind === Kind.userVariable || kind === Kind.systemVariable))
      throw new Unreadable('a call, a query or a variable may stand in SHOW … WHERE')
  }
  if (words.length === 0) throw new Unreadable('SHOW names nothing')
  const shown = sized && called === 'table status' ? BY_SIZE : called
  return { kind: 'show', name: shown, ...(picks && { picks: true as const }) }
}

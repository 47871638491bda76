import { Unreadable } from '@sluice/reading/unreadable'
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

/** SHOW: `name` says what is shown, in lower case: `tables`, `variables`, `create table`. */
export const show: Grammar = (t) => {
  t.expect('show')
  const words: string[] = []
  while (!t.done && !t.isAny(ends)) {
    const { kind, word } = t.next()
    const enough = words[0] === 'create' ? words.length === 2 : words.length === 3
    if (kind === Kind.word && !enough && !fill.has(word)) words.push(word)
  }
  let picks = false
  for (let computes = words[0] === 'explain' || words[0] === 'analyze', where = false; !t.done; ) {
    where ||= t.is('where')
    computes ||= where
    if (t.take('in')) skipConstants(t)
    if (t.done) break
    const token = t.next()
    const { kind, word } = token
    picks ||= where && namesValue(token)
    if (computes && (word === '(' || kind === Kind.userVariable || kind === Kind.systemVariable))
      throw new Unreadable('a call, a query or a variable may stand in SHOW … WHERE')
  }
  if (words.length === 0) throw new Unreadable('SHOW names nothing')
  return { kind: 'show', name: words.join(' '), ...(picks && { picks: true as const }) }
}

import type { SetVariable, Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import type { Select } from '@sluice/core/statement/query'
import { Unreadable } from '@sluice/reading/unreadable'
import { Kind } from '../lexer/kind.ts'
import { expression } from './pieces.ts'
import type { Grammar, Tokens } from './tokens.ts'

/** One item of a SET: a setting of the server, or a variable of the session. */
type Item =
  | {
      readonly kind: 'setting'
      readonly name: string
      readonly scope: string
      readonly value: Expression | string
    }
  | { readonly kind: 'variable'; readonly value: Expression }

const scopes = ['global', 'session', 'local', 'persist', 'persist_only']

const setting = (name: string, value?: readonly string[]): SetVariable => ({
  kind: 'set',
  name,
  local: false,
  ...(value === undefined ? {} : { value }),
})

/** A select list that only puts values into variables. */
export const valuesOf = (values: readonly Expression[]): Select => ({
  kind: 'select',
  distinct: false,
  distinctOn: [],
  targets: values.map((value) => ({ kind: 'target', expression: value })),
  from: [],
  groupBy: [],
  windows: [],
  orderBy: [],
  locks: false,
})

const charset = (t: Tokens): string =>
  (t.peek().kind === Kind.string ? t.string() : t.next().text).toLowerCase()

const named: Readonly<Record<string, (t: Tokens) => SetVariable | undefined>> = {
  names: (t) => {
    const value = charset(t)
    if (t.take('collate')) charset(t)
    return setting('names', [value])
  },
  charset: (t) => setting('character set', [charset(t)]),
  role: (t) => setting('role', rest(t)),
  password: (t) => setting('password', rest(t) && undefined),
  default: (t) => (t.take('role') ? setting('default role', rest(t)) : undefined),
  resource: (t) => (t.take('group') ? setting('resource group', rest(t)) : undefined),
}

const rest = (t: Tokens): string[] => {
  const words: string[] = []
  while (!t.done) words.push(t.next().text)
  return words
}

/** SET in all its forms. Several settings at once become one whose name lists them. */
export const set: Grammar = (t) => {
  t.expect('set')
  if (t.take('statement')) throw new Unreadable('SET STATEMENT is not understood')
  const { at } = t
  if (t.take('character', 'set') || t.take('char', 'set')) return setting('character set', [charset(t)])
  const { word } = t.peek()
  const assigns = t.peek(1).word === '=' || t.peek(1).word === ':='
  if (Object.hasOwn(named, word) && (!assigns || word === 'password')) {
    t.at++
    const made = named[word]!(t)
    if (made !== undefined && (t.done || !t.is(','))) return made
    t.at = at
    throw new Unreadable('several kinds of SET are mixed')
  }
  return transaction(t) ?? items(t)
}

const transaction = (t: Tokens): Statement | undefined => {
  const { at } = t
  t.takeAny('global', 'session', 'local')
  if (!t.take('transaction')) {
    t.at = at
    return undefined
  }
  t.skipRest()
  return { kind: 'transaction', op: 'set transaction' }
}

const items = (t: Tokens): Statement => {
  const found = t.list(() => item(t))
  const settings = found.filter((one) => one.kind === 'setting')
  if (settings.length === 0) return valuesOf(found.map(({ value }) => value as Expression))
  const plain = found.every(
    ({ value }) => typeof value === 'string' || isPlain(value) || isPlainVariable(value),
  )
  if (!plain) throw new Unreadable('a setting is set to something that is computed')
  const name = settings.map((one) => (one.scope === '' ? one.name : `${one.scope} ${one.name}`)).join(', ')
  const values = settings.map(({ value }) => (typeof value === 'string' ? value : textOf(value)))
  return values.some((value) => value === undefined) ? setting(name) : setting(name, values as string[])
}

const textOf = (value: Expression): string | undefined =>
  value.kind === 'literal' ? (value.value ?? value.type) : undefined

/** What puts something plain into a variable. */
const isPlainVariable = (value: Expression): boolean =>
  value.kind === 'call' && value.name[0] === ':=' && value.args.every(isPlain)

/** Reads no table and changes nothing: a constant, another setting, arithmetic and functions of these. */
const isPlain = (value: Expression): boolean => {
  switch (value.kind) {
    case 'literal':
    case 'default':
    case 'param':
      return true
    case 'operator':
      return value.operands.every(isPlain)
    case 'call':
      return (
        (value.name.length === 1 &&
          value.name[0] !== ':=' &&
          value.args.every(isPlain) &&
          !/^[a-z]/.test(value.name[0] ?? '')) ||
        isTextual(value)
      )
    default:
      return false
  }
}

const textual: ReadonlySet<string> = new Set([
  'concat',
  'replace',
  'lower',
  'upper',
  'if',
  'ifnull',
  'coalesce',
  'greatest',
  'least',
  'cast',
  'now',
  'unix_timestamp',
  'concat_ws',
  'repeat',
])

const isTextual = (value: Expression & { kind: 'call' }): boolean =>
  value.name.length === 1 && textual.has(value.name[0]!) && value.args.every(isPlain)

const item = (t: Tokens): Item => {
  const { kind, text } = t.peek()
  if (kind === Kind.userVariable) {
    t.at++
    if (t.takeAny('=', ':=') === undefined) throw new Unreadable('`=` was expected')
    const { at } = t
    const value = expression(t)
    t.readValues(at, valuesOf([value]))
    return {
      kind: 'variable',
      value: { kind: 'call', name: [':='], args: [value], star: false, distinct: false, orderBy: [] },
    }
  }
  let scope = ''
  let name = ''
  if (kind === Kind.systemVariable) {
    t.at++
    name = text.slice(2)
    if (scopes.includes(name) && t.take('.')) [scope, name] = [name, t.lowerName()]
  } else {
    if (t.peek(1).word !== '=' && t.peek(1).word !== ':=' && t.peek(1).word !== '.')
      scope = t.takeAny(...scopes) ?? ''
    name = t.lowerName()
  }
  while (t.take('.')) name = `${name}.${t.lowerName()}`
  if (t.takeAny('=', ':=') === undefined) throw new Unreadable('`=` was expected')
  return {
    kind: 'setting',
    name,
    scope: scope === 'session' || scope === 'local' ? '' : scope,
    value: settingValue(t),
  }
}

/** ON, ALL, BINARY and names stand without quotes too. */
const settingValue = (t: Tokens): Expression | string => {
  const { kind, word, text } = t.peek()
  const { word: after, kind: afterKind } = t.peek(1)
  const single = after === ',' || afterKind === Kind.end
  if (
    single &&
    (kind === Kind.quoted || (kind === Kind.word && !/^(?:null|true|false|default)$/.test(word)))
  ) {
    t.at++
    return text.toLowerCase()
  }
  return expression(t)
}

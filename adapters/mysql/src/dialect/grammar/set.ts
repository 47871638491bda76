import type { SetVariable, Statement } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'
import { Unreadable } from '@sluice/reading/unreadable'
import { isHarmlessSetting } from '../../analysis-traits/settings.ts'
import { Kind } from '../lexer/kind.ts'
import { checkedPlainName } from '../names.ts'
import { account } from './account.ts'
import { computes } from './computes.ts'
import { ddl } from './ddl.ts'
import { keepsRowsInside, unknownEngine } from './engines.ts'
import { expression, statement } from './pieces.ts'
import { valuesOf } from './select-of.ts'
import { isConstant, isFixed, isPlain, isSystemVariable, restores, textOf } from './setting-value.ts'
import type { Grammar, Tokens } from './tokens.ts'
import { assigned, variableName } from './user-variable.ts'

/** One item of a SET: a setting of the server, or a variable of the session. */
type Item =
  | {
      readonly kind: 'setting'
      readonly name: string
      readonly scope: string
      readonly value: Expression | string
    }
  | { readonly kind: 'variable'; readonly name: string; readonly value: Expression }

const scopes = ['global', 'session', 'local', 'persist', 'persist_only']
const serverScopes: ReadonlySet<string> = new Set(['global', 'persist', 'persist_only'])

const setting = (name: string, value?: readonly string[]): SetVariable => ({
  kind: 'set',
  name,
  local: false,
  ...(value === undefined ? {} : { value }),
})

const charset = (t: Tokens): string =>
  (t.peek().kind === Kind.string ? t.string() : t.next().text).toLowerCase()

const named: Readonly<Record<string, (t: Tokens) => Statement | undefined>> = {
  names: (t) => {
    const value = charset(t)
    if (t.take('collate')) charset(t)
    return setting('names', [value])
  },
  charset: (t) => setting('character set', [charset(t)]),
  role: (t) => setting('role', roles(t)),
  password: (t) => {
    const names = t.take('for') ? [account(t)] : []
    if (rest(t).includes(',')) throw mixed()
    return { ...ddl('alter', 'user', names), called: 'set password' }
  },
  default: (t) => {
    if (!t.take('role')) return undefined
    roles(t)
    if (t.takeAny('for', 'to') !== undefined) accounts(t)
    return { ...ddl('alter', 'user', []), called: 'set default role' }
  },
  resource: (t) => (t.take('group') ? setting('resource group', rest(t)) : undefined),
}

/**
 * `DEFAULT`, `NONE`, `ALL EXCEPT a, b`, roles. INVARIANT (deny-by-default): MariaDB has one of them, and takes settings
 * behind the comma, which would be set unseen.
 */
const roles = (t: Tokens): readonly string[] => {
  const { at } = t
  if (t.take('all', 'except')) accounts(t)
  else if (t.takeAny('all', 'none', 'default') === undefined) accounts(t)
  const { at: end } = t
  t.at = at
  return Array.from({ length: end - at }, () => t.next().text)
}

/** Several with commas, in MySQL alone. */
const accounts = (t: Tokens): void => {
  account(t)
  while (!t.mariadb && t.take(',')) account(t)
}

const mixed = (): Unreadable => new Unreadable('several kinds of SET are mixed')

const rest = (t: Tokens): string[] => {
  const words: string[] = []
  while (!t.done) words.push(t.next().text)
  return words
}

/** SET in all its forms. Several settings at once become one whose name lists them. */
export const set: Grammar = (t) => {
  t.expect('set')
  if (t.take('statement')) return setStatement(t)
  const { at } = t
  if (t.take('character', 'set') || t.take('char', 'set')) return setting('character set', [charset(t)])
  const { word } = t.peek()
  const assigns = t.peek(1).word === '=' || t.peek(1).word === ':='
  if (Object.hasOwn(named, word) && (!assigns || word === 'password')) {
    t.at++
    const made = named[word]!(t)
    if (made !== undefined && (t.done || !t.is(','))) return made
    t.at = at
    throw mixed()
  }
  return transaction(t) ?? items(t)
}

/** Statements that read a text of their own, or set what outlives them, when they run. */
const unsettled: ReadonlySet<string> = new Set(['prepare', 'execute', 'set', 'call', 'use'])

/** `SET STATEMENT a = 1 FOR SELECT …` of MariaDB: the settings hold for that statement alone. */
const setStatement = (t: Tokens): Statement => {
  const found = t.list(() => item(t, ''))
  t.expect('for')
  // INVARIANT (deny-by-default): what is computed for them stands in no tree.
  if (
    !found.every(({ kind, value }) => kind === 'setting' && (typeof value === 'string' || isConstant(value)))
  )
    throw new Unreadable('a setting is set to something that is computed')
  // A mask counts by the session's clock.
  if (found.some((one) => one.kind === 'setting' && one.name.toLowerCase() === 'time_zone'))
    throw new Unreadable('a time zone holds for it alone; set it for the session')
  const harmless = found.every((one) => one.kind === 'setting' && isHarmlessSetting(one.name))
  if (!harmless && t.isAny(unsettled))
    throw new Unreadable('a setting that may change what a statement means holds for it alone')
  return statement(t)
}

/** SET TRANSACTION: for the next one, for all that follow, or for the whole server. */
const transaction = (t: Tokens): Statement | undefined => {
  const { at } = t
  const scope = t.takeAny('global', 'session', 'local')
  if (!t.take('transaction')) {
    t.at = at
    return undefined
  }
  t.skipRest()
  if (scope === undefined) return { kind: 'transaction', op: 'set transaction' }
  const made: SetVariable = { ...setting('transaction_isolation'), called: 'set transaction' }
  return scope === 'global' ? { ...made, server: true } : made
}

/** A keyword for the scope holds for what follows it, too ("SET Syntax for Variable Assignment"). */
const items = (t: Tokens): Statement => {
  let scope = ''
  const found = t.list(() => {
    const keyword =
      t.peek().kind === Kind.word && t.peek(1).kind === Kind.word ? t.takeAny(...scopes) : undefined
    scope = keyword ?? scope
    return item(t, scope)
  })
  const settings = found.filter((one) => one.kind === 'setting')
  const expressions = computedOf(found)
  if (settings.length === 0) return computes('set', expressions)
  const plain = found.every(({ value }) => typeof value === 'string' || isPlain(value))
  if (!plain) throw new Unreadable('a setting is set to something that is computed')
  const ofServer = settings.filter((one) => serverScopes.has(one.scope)).length
  if (ofServer > 0 && ofServer < found.length)
    throw new Unreadable('settings of the server and of the session are mixed')
  const name = settings.map((one) => (one.scope === '' ? one.name : `${one.scope} ${one.name}`)).join(', ')
  const values = settings.map(({ value }) => (typeof value === 'string' ? value : textOf(value)))
  const texts = values.filter((value) => value !== undefined)
  // Without a value it would be called RESET.
  const called = texts.length < values.length ? { ...setting(name), called: 'set' } : setting(name, texts)
  const made = expressions.length === 0 ? called : { ...called, expressions }
  return ofServer > 0 ? { ...made, server: true } : made
}

/**
 * What items run: of a setting only what no constant is. What it is given is put where anybody can ask for it, unless that
 * is as hidden as where it comes from.
 */
const computedOf = (items: readonly Item[]): Expression[] => {
  const alone = items.every(({ kind }) => kind === 'variable')
  return items.flatMap((item) => {
    const { kind, name, value } = item
    if (typeof value === 'string' || (kind === 'setting' && isFixed(value))) return []
    const hidden = kind === 'setting' ? restores(name, value) : !alone && isSystemVariable(value)
    return [hidden ? value : assigned(kind === 'setting' ? `@@${name}` : name, value)]
  })
}

const item = (t: Tokens, keyword: string): Item => {
  const { kind, text } = t.peek()
  if (kind === Kind.userVariable) return variable(t)
  let scope = keyword
  let name = ''
  if (kind === Kind.systemVariable) {
    t.at++
    scope = ''
    name = text.slice(2)
    if (scopes.includes(name) && t.take('.')) [scope, name] = [name, t.lowerName()]
  } else {
    name = t.lowerName()
    // No setting, but what MariaDB takes among them as well.
    if (name === 'password') throw mixed()
  }
  while (t.take('.')) name = `${name}.${t.lowerName()}`
  checkedPlainName(name)
  if (t.takeAny('=', ':=') === undefined) throw new Unreadable('`=` was expected')
  const own = scope === 'session' || scope === 'local'
  const value = settingValue(t)
  if (name.endsWith('storage_engine')) checkEngine(value)
  return { kind: 'setting', name, scope: own ? '' : scope, value }
}

/** A table that is made without `ENGINE` is of the engine that is set: see `ddl.ts`. */
const checkEngine = (value: Expression | string): void => {
  const name = typeof value === 'string' ? value : (textOf(value) ?? value.kind)
  if (name !== 'default' && name !== 'null' && !keepsRowsInside(name.toLowerCase())) throw unknownEngine()
}

const variable = (t: Tokens): Item => {
  const name = variableName(t.next().text)
  if (t.takeAny('=', ':=') === undefined) throw new Unreadable('`=` was expected')
  const { at } = t
  const value = expression(t)
  t.readValues(at, valuesOf([value]))
  return { kind: 'variable', name, value }
}

/** ON, ALL, BINARY and names stand without quotes too. */
const settingValue = (t: Tokens): Expression | string => {
  const { kind, word, text } = t.peek()
  const { word: after, kind: afterKind } = t.peek(1)
  const single = after === ',' || after === 'for' || afterKind === Kind.end
  if (
    single &&
    (kind === Kind.quoted || (kind === Kind.word && !/^(?:null|true|false|default)$/.test(word)))
  ) {
    t.at++
    return text.toLowerCase()
  }
  return expression(t)
}

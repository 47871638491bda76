import type { Statement } from '@sluice/core/statement/command'
import { Kind } from '../lexer/kind.ts'
import { systemCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { give } from './declare.ts'
import { procedural, readValue } from './message.ts'
import { isAssignment } from './query.ts'
import { setting, transaction } from './session.ts'

/** SET of a variable or of options of the session. */
export const readSet = (c: Cursor): Statement => {
  c.at++
  if (c.peek().kind === Kind.variable) return setVariable(c)
  if (c.takeAll('transaction', 'isolation', 'level')) return isolation(c)
  if (c.take('identity_insert')) {
    c.path()
    return setting('identity_insert', [onOff(c)])
  }
  if (c.take('statistics')) return toggles(c, 'statistics ')
  if (c.isOneOf(valued)) return withValue(c)
  return toggles(c, '')
}

const setVariable = (c: Cursor): Statement => {
  const variable = c.peek().value
  if (!isAssignment(c)) return method(c)
  const compound = c.peek(1).value !== '='
  c.at += 2
  if (c.is('cursor')) return c.fail('a cursor in a variable is not read')
  const value = give(c, variable)
  if (compound) c.batch.assigned.push({ variable, clean: true, from: [variable] })
  return procedural('set', [value])
}

/** `SET @x.modify('…')`: what goes in may be anything that the text names, columns among it. */
const method = (c: Cursor): Statement => {
  const variable = c.next().value
  c.expectSign('.')
  c.name()
  const args = c.parenthesised(() => c.list(() => readValue(c)))
  c.batch.assigned.push({ variable, clean: false, from: [] })
  return procedural('set', [systemCall('@method', ...args)])
}

const isolation = (c: Cursor): Statement => {
  const known = [
    ['read', 'uncommitted'],
    ['read', 'committed'],
    ['repeatable', 'read'],
    ['snapshot'],
    ['serializable'],
  ]
  if (!known.some((words) => c.takeAll(...words))) c.fail('an isolation level was expected')
  return transaction('set transaction', undefined)
}

const onOff = (c: Cursor): string => {
  if (!c.is('on') && !c.is('off')) c.fail('`on` or `off` was expected')
  return c.next().value
}

const toggled: ReadonlySet<string> = new Set(
  `
  ansi_defaults ansi_null_dflt_off ansi_null_dflt_on ansi_nulls ansi_padding ansi_warnings arithabort arithignore
  concat_null_yields_null cursor_close_on_commit fmtonly forceplan implicit_transactions io no_browsetable nocount noexec
  numeric_roundabort parseonly profile quoted_identifier remote_proc_transactions showplan_all showplan_text
  showplan_xml time xact_abort xml
  `
    .trim()
    .split(/\s+/),
)

/** `SET a, b ON`. */
const toggles = (c: Cursor, prefix: string): Statement => {
  const names = c.list(() => {
    if (!c.isOneOf(toggled)) c.fail('this SET is not read')
    return `${prefix}${c.next().value}`
  })
  const value = [onOff(c)]
  const [only] = names
  if (names.length === 1 && only !== undefined) return setting(only, value)
  return procedural(
    'set',
    [],
    names.map((name) => setting(name, value)),
  )
}

const valued: ReadonlySet<string> = new Set([
  'context_info',
  'datefirst',
  'dateformat',
  'deadlock_priority',
  'fips_flagger',
  'language',
  'lock_timeout',
  'query_governor_cost_limit',
  'rowcount',
  'textsize',
])

/** `SET LOCK_TIMEOUT -1`, `SET LANGUAGE French`, `SET ROWCOUNT @n`. A literal's value is not part of the tree. */
const withValue = (c: Cursor): Statement => {
  const name = c.next().value
  const minus = c.takeSign('-')
  const { kind, value } = c.next()
  const word = kind === Kind.word || kind === Kind.quoted
  if (minus && kind !== Kind.number) c.fail('a number was expected')
  if (kind === Kind.operator || kind === Kind.mark) c.fail('a value was expected')
  return setting(name, [word || kind === Kind.variable ? value : '?'])
}

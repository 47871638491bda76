import type { FlowPlace } from '../../catalog/catalog.ts'
import type { Call, SortKey, Window } from '../../statement/expression.ts'
import type { Name } from '../../statement/node.ts'
import type { TableRef } from '../../statement/query.ts'
import { columnFeed } from '../column-feed.ts'
import { LOOKS } from '../effects.ts'
import { blanked, doubtful, type Feed, UNKNOWN, union } from '../feed.ts'
import type { Scope } from '../scope.ts'
import type { BuiltinFunction } from '../traits.ts'
import { risked, used } from '../uses.ts'
import { asNumbers } from './as-numbers.ts'
import type { Binder } from './binder.ts'
import { madeArray, takenBy } from './elements.ts'
import { lengthened } from './length.ts'
import { callCode, candidatesOf, findFunction, findTable, runs, worstOf } from './names.ts'
import { sorted, wordIsFollowed } from './operator.ts'
import { projected } from './projection.ts'
import { becomesAlike, meetsCollation, typesAreFollowed } from './type.ts'

/** It asks whether its arguments are equal, by `=`. */
const EQUAL = 'nullif'

/** It chooses among the others by whether its first argument is true. */
const CHOICE = 'if'

/** A function, aggregate or window call: everything it is given feeds its value. */
export const bindCall = (b: Binder, node: Call, scope: Scope): Feed => {
  const bound = node.args.map((e) => b.expression(e, scope))
  const equal = node.name.at(-1) === EQUAL
  const given = equal ? takenBy(b, '=', asNumbers(b, node.args, bound)) : bound
  const compared = !equal || wordIsFollowed(b, EQUAL, bound)
  const made = typesAreFollowed(b, node.makes ?? [], bound)
  const order = bindSortKeys(b, node.orderBy, scope)
  for (const feed of order) b.findings.tells(feed, 'order')
  const filter = node.filter ? [b.expression(node.filter, scope)] : []
  for (const feed of filter) b.findings.decides(feed)
  const over = node.over ? bindWindow(b, node.over, scope) : []
  const called = bindFunction(b, node.name, given, {
    open: isOpenSetting(b, node),
    numbers: onlyNumbers(node),
    field: projected(b, node, given),
    ...(node.variable !== undefined && { variable: variablePlace(node.variable) }),
  })
  const value = lengthened(b, node.name.at(-1) ?? '', called, node.args, given)
  if (node.name.at(-1) === b.traits.settingFunction) bindSetting(b, node)
  if (node.sequence) bindSequence(b, node, node.sequence)
  const more = [...order, ...filter, ...over]
  const fed = more.length === 0 ? value : union([value, ...more])
  return compared && made ? fed : doubtful(fed)
}

/** What is known of a call beside what it is given. */
type CallShape = {
  /** It reads a setting that is safe to show, if it is the system's. */
  readonly open?: boolean
  /** All arguments behind the first are numbers. */
  readonly numbers?: boolean
  /** What the value is where the call turns out to be a field of its argument. */
  readonly field?: Feed | undefined
  /** The variable of the session that it reads, or that it puts what it is given into. */
  readonly variable?: FlowPlace
}

const onlyNumbers = ({ args }: Call): boolean =>
  args.slice(1).every((arg) => arg.kind === 'literal' && arg.type === 'number')

/** Calls a function on values: finds what it may do, and what its value may carry. */
export const bindFunction = (
  b: Binder,
  name: Name,
  given: readonly Feed[],
  { open = false, numbers = false, field, variable }: CallShape = {},
): Feed => {
  const candidates = candidatesOf(b, name, given.length)
  const found = worstOf(candidates)
  for (const { called, does } of candidates) runs(b, called, does.own === true)
  if (found.telling === 'decides') tellsChoice(b, given, name.at(-1) === CHOICE)
  if (found.telling === 'fallback') tellsFallback(b, given)
  if (found.own === true) callCode(b, name, given)
  const alike = found.own === true ? 'any' : b.traits.makesAlike?.(name.at(-1) ?? '')
  if (alike) becomesAlike(b, given, alike)
  meetsCollation(b, given)
  const warns = candidates.map(({ does }) => does.warns).filter((one) => one !== undefined)
  if (warns.length > 0)
    for (const feed of given) if (warns.includes(true) || !isNumber(b, feed)) b.findings.warns(feed)
  const called = valueOf(b, found, given, name.at(-1) ?? '')
  const made = field && found.lineage === 'shown' ? union([called, field]) : called
  const value = found.blank === true || (found.blank !== undefined && !numbers) ? blanked(made) : made
  if (variable && given.length === 0) b.findings.reads.add(variable)
  // What code that only looks is given goes nowhere but into its value.
  if (!LOOKS.has(found.effect)) for (const feed of given) b.findings.handsOver(feed, variable)
  // INVARIANT (no-unproven-column): the users may have made a function of the same name.
  const isOpen = open && candidates.every(({ does }) => does.own !== true)
  return found.lineage !== 'unknown' || isOpen ? value : doubtful(value)
}

/** Columns of numbers as they are. */
const isNumber = (b: Binder, { sources, unknown, functions }: Feed): boolean =>
  !unknown && functions.length === 0 && sources.every(({ type }) => b.traits.isNumberType?.(type) === true)

/** A value of which all is said is one value of the column that stands for it, as it is. */
const valueOf = (b: Binder, found: BuiltinFunction, given: readonly Feed[], name: string): Feed => {
  const shown = (found.shows ?? []).map(columnFeed)
  if (found.lineage !== 'shown') return union([...toldOf(b, found, given, name), ...shown], name)
  const [only, ...others] = shown
  return only !== undefined && others.length === 0 ? { ...only, functions: [name] } : union(shown, name)
}

/** What the value tells of the arguments. */
const toldOf = (
  b: Binder,
  { telling, own, blessed, casts }: BuiltinFunction,
  given: readonly Feed[],
  name: string,
): readonly Feed[] => {
  if (casts === true) return given.map(risked)
  if (own === true) return given.map(toldByOwn(given, blessed === true))
  if (telling === undefined) return given.map(risked)
  if (telling === 'same') return takenBy(b, name, given)
  if (telling === 'fallback') return given
  if (telling === 'decides') return given.map((feed) => used(feed, 'equality'))
  if (telling === 'elements') return madeArray(b, given).map((feed) => used(feed, 'computed'))
  return given.map((feed, i) => (TAKES[telling](i, given.length) ? used(feed, 'computed') : risked(feed)))
}

/**
 * What code of the users' own makes of one column as it is, and for which values it fails, is its author's business, as in
 * a view. What a client asks it with more than that, or with what it made itself of a column, is an answer to the client.
 */
const toldByOwn = (given: readonly Feed[], blessed: boolean): ((feed: Feed) => Feed) => {
  const alone = given.length === 1 && given.every(({ pending }) => pending.length === 0)
  if (alone) return (feed) => used(feed, 'computed')
  return blessed ? (feed) => blanked(used(feed, 'computed')) : risked
}

/** Which arguments a function takes whatever they are. */
const TAKES: Readonly<
  Record<'total' | 'first' | 'second' | 'last' | 'values', (at: number, of: number) => boolean>
> = {
  total: () => true,
  first: (at) => at === 0,
  second: (at) => at === 1,
  last: (at, of) => at === of - 1,
  values: (at) => at % 2 === 1,
}

const tellsChoice = (b: Binder, given: readonly Feed[], byTruth: boolean): void => {
  for (const [i, feed] of given.entries())
    if (byTruth && i === 0) b.findings.decides(feed)
    else b.findings.chooses(feed)
}

/** What stands behind a value is evaluated where that is NULL, and may fail then. */
const tellsFallback = (b: Binder, given: readonly Feed[]): void => {
  for (const feed of given.slice(0, -1)) if (feed.blank === true) b.findings.decides(used(feed, 'null'))
}

/** Taking a sequence's next value, or setting it, writes the sequence; the last value is only read. */
const bindSequence = (b: Binder, node: Call, sequence: TableRef): void => {
  b.findings.seen.add(sequence)
  const found = findTable(b, sequence.name)
  const writes = findFunction(b, node.name, node.args.length).effect === 'sequence'
  b.findings.table(found.schema, found.name, found.relation, writes ? 'write' : 'read')
}

/** A variable of a session is known by its name in all of them: what is read may be what came to it. */
export const variablePlace = (table: string): FlowPlace => ({ schema: '', table, made: false })

/** Setting a setting by a function is SET. What is set by a name that is not a literal may be any. */
const bindSetting = (b: Binder, node: Call): void => {
  const setting = constant(node, 0)?.toLowerCase()
  if (setting === undefined || !b.traits.isHarmlessSetting(setting)) b.findings.changesSettings = true
  if (setting === undefined || b.traits.isIdentitySetting(setting)) b.findings.changesIdentity = true
  if (b.findings.unreadable !== 'yes')
    b.findings.unreadable = b.traits.unreadable?.(setting, constant(node, 1)) ?? b.findings.unreadable
}

/** The text that stands for an argument. Undefined: it may be any. */
const constant = ({ args, argNames }: Call, at: number): string | undefined => {
  const arg = args[at]
  return argNames === undefined && arg?.kind === 'literal' && arg.type === 'string' ? arg.value : undefined
}

/** Reading a setting by its literal name is as safe as the setting. */
const isOpenSetting = (b: Binder, node: Call): boolean => {
  const [first] = node.args
  const literal = first?.kind === 'literal' && first.type === 'string' ? first.value : undefined
  return node.name.at(-1) === 'current_setting' && literal !== undefined && b.traits.isOpenSetting(literal)
}

/** PARTITION BY, ORDER BY and the frame of a window: they decide its value. */
export const bindWindow = (b: Binder, node: Window, scope: Scope): readonly Feed[] => {
  b.findings.seen.add(node)
  b.findings.spend(1)
  const parts = [...node.partitionBy, ...node.bounds].map((e) => b.expression(e, scope))
  const named = [node.name, node.refersTo].filter((n) => n !== undefined)
  const keys = bindSortKeys(b, node.orderBy, scope)
  for (const feed of [...parts, ...keys]) b.findings.tells(feed, 'window')
  return [...parts, ...keys, ...named.flatMap((n) => namedWindow(b, n, scope))]
}

/** Binds what an ORDER BY sorts by. */
export const bindSortKeys = (b: Binder, keys: readonly SortKey[], scope: Scope): readonly Feed[] =>
  keys.map((key) => {
    b.findings.seen.add(key)
    return sorted(b, key, b.expression(key.expression, scope))
  })

/** What feeds the named windows of a scope, as far as they were referred to. */
const referredTo = new WeakMap<Scope, Map<Window, Feed>>()

/** Bound once: as many may refer to a window as it has columns. */
const namedWindow = (b: Binder, name: string, scope: Scope): readonly Feed[] => {
  b.findings.spend(scope.windows?.length ?? 0)
  const found = scope.windows?.find((w) => w.name === name)
  if (!found) return [UNKNOWN]
  const bound = referredTo.get(scope) ?? new Map<Window, Feed>()
  referredTo.set(scope, bound)
  // The definition's own name must not lead back to it.
  const feed = bound.get(found) ?? union(b.findings.deeper(() => bindWindow(b, withoutName(found), scope)))
  bound.set(found, feed)
  b.findings.spend(feed.sources.length + feed.pending.length)
  return [feed]
}

const withoutName = (window: Window): Window => {
  const { name: _name, ...rest } = window
  return rest
}

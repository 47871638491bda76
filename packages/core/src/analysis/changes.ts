import type { FunctionEffect } from '../catalog/catalog.ts'
import type { Ddl, Prepare, Statement, Transaction } from '../statement/command.ts'
import { intoOf } from '../statement/into.ts'
import type { Query } from '../statement/query.ts'
import type { ReadStatement } from '../statement/reading.ts'
import { codeChangeOf, OWN_CODE } from './code-change.ts'
import type { Analysis, ContextChange } from './context.ts'
import { keepsPath } from './same-path.ts'
import { filledBy, tableChangeOf } from './table-change.ts'
import type { DialectTraits } from './traits.ts'
import type { BoundStatement } from './work.ts'

const SETTINGS: ContextChange = { kind: 'settings' }
const TEXTS: ContextChange = { kind: 'settings', texts: true }
const RIGHTS: ContextChange = { kind: 'settings', rights: true }
const SAME_PATH: ContextChange = { kind: 'settings', samePath: true }
const CATALOG: ContextChange = { kind: 'catalog' }
const VOID: ContextChange = { kind: 'names-void' }
const TRANSACTION_END: ContextChange = { kind: 'transaction-end' }

/** Code ran that may have done anything a session can do. */
export const ANYTHING: readonly ContextChange[] = [VOID, SETTINGS, { kind: 'catalog', code: OWN_CODE }]

const ANYTHING_EFFECTS: ReadonlySet<FunctionEffect> = new Set<FunctionEffect>(['unknown', 'dynamic'])

/** How a statement changes the reading of later ones, once the server has confirmed it. */
export const changesOf = (bound: BoundStatement): readonly ContextChange[] => {
  const { statement } = bound
  if (bound.opaque !== undefined || bound.dynamic || bound.findings.writesSystem)
    return withUnreadable(bound, ANYTHING)
  const all = merged([...ownChanges(statement, bound), ...functionChanges(bound), ...innerChanges(bound)])
  return withUnreadable(bound, all)
}

const UNREADABLE: ContextChange = { kind: 'settings', unreadable: true }

const withUnreadable = (
  bound: BoundStatement,
  changes: readonly ContextChange[],
): readonly ContextChange[] => {
  if (!makesUnreadable(bound)) return changes
  return changes.includes(UNREADABLE) ? changes : [...changes, UNREADABLE]
}

/** Where the setting or its value is not known, nothing is read otherwise before the next statement but what it returns. */
const makesUnreadable = ({ statement, around, findings, inner }: BoundStatement): boolean => {
  if (statement.kind === 'set')
    return (
      statement.value !== undefined &&
      around.traits.unreadable?.(statement.name, statement.value.join(',')) !== undefined
    )
  if (isCalledLater(statement)) return false
  const returns = findings.tables.size > 0 || findings.routines.size > 0
  if (findings.unreadable === 'yes' || (findings.unreadable === 'unknown' && returns)) return true
  return inner?.changes.includes(UNREADABLE) ?? false
}

/** What PREPARE and CREATE VIEW call is called later. */
const isCalledLater = (statement: Statement): boolean =>
  statement.kind === 'prepare' || (statement.kind === 'ddl' && statement.object === 'view')

const ownChanges = (node: Statement, bound: BoundStatement): readonly ContextChange[] => {
  switch (node.kind) {
    case 'set':
      return settingChanges(node.name, bound.around.traits)
    case 'discard':
      return discarded(node.target)
    case 'dcl':
      return [RIGHTS]
    case 'ddl':
      // A new schema may be one that the search path names already; a temporary table makes the temporary schema.
      return [defined(node, bound), keepsPath(node, bound) ? SAME_PATH : SETTINGS]
    case 'maintenance':
      return node.verb === 'load' || node.verb === 'alter system' ? [SETTINGS] : []
    case 'select':
    case 'set-operation':
      return bound.findings.makesTable ? [madeBy(node, bound), SETTINGS] : []
    case 'deallocate':
      return [node.name === undefined ? { kind: 'deallocate' } : { kind: 'deallocate', name: node.name }]
    case 'close-cursor':
      return [node.name === undefined ? { kind: 'close' } : { kind: 'close', name: node.name }]
    case 'prepare':
      return bound.inner ? [prepared(node, bound.read, bound.inner)] : ANYTHING
    case 'declare-cursor':
      return bound.inner
        ? [{ kind: 'declare', name: node.name, hold: node.hold, analysis: bound.inner }]
        : ANYTHING
    case 'transaction':
      return transactionChanges(node)
    default:
      return []
  }
}

const settingChanges = (name: string, traits: DialectTraits): readonly ContextChange[] => {
  if (name === 'all') return [SETTINGS]
  if (traits.isTextSetting?.(name) === true) return [TEXTS]
  return traits.isHarmlessSetting(name) ? [] : [SETTINGS]
}

const defined = (node: Ddl, bound: BoundStatement): ContextChange => {
  const code = codeChangeOf(node, bound)
  const tables = tableChangeOf(node, bound)
  return { kind: 'catalog', ...(code && { code }), ...(tables && { tables }) }
}

const madeBy = (node: Query, bound: BoundStatement): ContextChange => {
  const name = intoOf(node)?.name.at(-1)
  if (name === undefined) return CATALOG
  return { kind: 'catalog', tables: { names: [name], others: 'made', ...filledBy(bound) } }
}

const prepared = (node: Prepare, read: ReadStatement, analysis: Analysis): ContextChange => ({
  kind: 'prepare',
  name: node.name,
  analysis,
  read: { ...read, statement: node.statement },
})

const transactionChanges = (node: Transaction): readonly ContextChange[] => {
  switch (node.op) {
    case 'commit':
    case 'rollback':
    case 'rollback to':
    case 'prepare transaction':
      return [TRANSACTION_END, SETTINGS]
    case 'commit prepared':
    case 'rollback prepared':
      return [CATALOG, SETTINGS]
    default:
      return []
  }
}

const discarded = (target: string): readonly ContextChange[] => {
  switch (target.toLowerCase()) {
    case 'plans':
    case 'sequences':
      return []
    case 'temp':
    case 'temporary':
      return [CATALOG, SETTINGS]
    default:
      return [{ kind: 'deallocate' }, { kind: 'close' }, CATALOG, SETTINGS]
  }
}

const functionChanges = ({ statement, findings }: BoundStatement): readonly ContextChange[] => {
  if (isCalledLater(statement)) return []
  const effects = [...findings.functions.values()].map(({ effect }) => effect)
  if (effects.some((e) => ANYTHING_EFFECTS.has(e))) return ANYTHING
  if (findings.effects.has('ddl') || findings.effects.has('dcl')) return [CATALOG, SETTINGS]
  return findings.changesSettings || effects.includes('admin') ? [SETTINGS] : []
}

/** What code of the users' own changes that runs beside a statement. */
export const ownCodeChanges = (effect: FunctionEffect): readonly ContextChange[] => {
  if (ANYTHING_EFFECTS.has(effect)) return ANYTHING
  return effect === 'pure' ? [] : [SETTINGS]
}

/** A statement inside another changes what it changes when it runs. */
const innerChanges = ({ statement, inner }: BoundStatement): readonly ContextChange[] => {
  if (!inner) return []
  switch (statement.kind) {
    case 'execute':
    case 'fetch':
    case 'declare-cursor':
    case 'procedural':
    case 'do':
      return inner.changes
    case 'explain':
      // Planning may call functions.
      return statement.analyze ? inner.changes : inner.changes.filter((c) => ANYTHING.includes(c))
    default:
      return []
  }
}

/** Names lead behind it where they did. */
export const keepsNames = (change: ContextChange): boolean =>
  change.kind === 'settings' && change.texts === true

/** Behind it the rest of the same text cannot be looked up: nobody can be asked in between. */
export const obscures = (change: ContextChange): boolean =>
  change.kind === 'names-void' ||
  (change.kind === 'settings' && !keepsNames(change) && change.samePath !== true)

/** Without repeats. */
export const merged = (changes: readonly ContextChange[]): readonly ContextChange[] => [...new Set(changes)]

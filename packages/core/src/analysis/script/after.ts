import type { SetVariable, Statement, Transaction } from '../../statement/command.ts'
import type { ReadStatement } from '../../statement/reading.ts'
import { keepsNames } from '../changes.ts'
import type { Analysis } from '../context.ts'
import { namesAfter } from '../names-after.ts'
import { afterProcedural } from './blocks.ts'
import { afterDdl, afterInto } from './definitions.ts'
import type { Kept, OpenTransaction, ScriptState, ScriptTraits } from './state.ts'

const LOST = 'follows a statement in the same text that may change what names mean; send it by itself'

/**
 * The state behind a statement of a script, as if the database had run it: each next statement is read in the context
 * of those before. INVARIANT (deny-by-default): where that context cannot be told, what follows is Opaque.
 */
export const stateAfter = (
  state: ScriptState,
  read: ReadStatement,
  analysis: Analysis,
  script: ScriptTraits,
): ScriptState => {
  const { changes } = analysis
  if (changes.every(keepsNames) && read.statement.kind !== 'transaction') return state
  const sealed = script.sealedCode === true && read.statement.kind !== 'opaque'
  if (!sealed && changes.some(({ kind }) => kind === 'names-void')) return lose(state)
  const names = changes.reduce(namesAfter, state.names)
  return afterStatement({ ...state, names }, read, analysis, script)
}

/** The analysis of a statement in a state: Opaque where its names cannot be looked up any more. */
export const inState = (state: ScriptState, analysis: Analysis): Analysis => {
  const { facts } = analysis
  const { lost } = state
  if (lost === undefined || facts.opaque !== undefined) return analysis
  if (facts.tables.length === 0 && facts.functions.length === 0) return analysis
  const effects = [...new Set([...facts.effects, 'unknown' as const])].sort()
  const outputs = facts.outputs === 'none' ? 'none' : 'unknown'
  return { ...analysis, facts: { ...facts, effects, outputs, bounded: false, opaque: lost } }
}

const lose = (state: ScriptState): ScriptState => ({ ...state, lost: state.lost ?? LOST })

const afterStatement = (
  state: ScriptState,
  read: ReadStatement,
  { changes }: Analysis,
  script: ScriptTraits,
): ScriptState => {
  const { statement } = read
  switch (statement.kind) {
    case 'transaction':
      return afterTransaction(state, statement, script)
    case 'procedural':
      return afterProcedural(state, statement, script)
    case 'ddl': {
      const made = afterDdl(state, statement, read, script)
      return script.rollsBackDefinitions ? made : ended(made)
    }
    case 'dcl':
      return state
    case 'select':
    case 'set-operation':
      if (statement.into) {
        const { into, ...query } = statement
        return afterInto(state, query, into.name, false, read, script)
      }
      return afterSetting(state, statement, changes, script)
    case 'set':
      return afterSet(state, statement, script)
    default:
      return afterSetting(state, statement, changes, script)
  }
}

const afterSetting = (
  state: ScriptState,
  statement: Statement,
  changes: Analysis['changes'],
  script: ScriptTraits,
): ScriptState => {
  if (!changes.some(({ kind }) => kind === 'settings')) return state
  const context = script.contextAfter(state.context, statement)
  if (context === undefined) return lose(state)
  const { transaction } = state
  return { ...state, context, ...(transaction ? { transaction: { ...transaction, lasting: context } } : {}) }
}

/** What is set for the transaction only is taken back at its end. */
const afterSet = (state: ScriptState, statement: SetVariable, script: ScriptTraits): ScriptState => {
  const { transaction } = state
  // Whether a text of several statements is one transaction hangs on how it is sent.
  if (statement.local && transaction === undefined) return lose(state)
  const context = script.contextAfter(state.context, statement)
  const lasting =
    transaction &&
    (statement.local ? transaction.lasting : script.contextAfter(transaction.lasting, statement))
  if (context === undefined || (transaction && lasting === undefined)) return lose(state)
  return {
    ...state,
    context,
    ...(transaction && lasting ? { transaction: { ...transaction, lasting } } : {}),
  }
}

const afterTransaction = (
  state: ScriptState,
  { op, name }: Transaction,
  script: ScriptTraits,
): ScriptState => {
  const { transaction } = state
  switch (op) {
    case 'begin':
      return begun(state, name, script)
    case 'savepoint':
      return transaction ? withSavepoint(state, transaction, name ?? '') : state
    case 'release':
    case 'set transaction':
      return state
    case 'rollback to': {
      const savepoint = transaction?.savepoints.findLast((point) => point.name === name)
      // Settings made for good before the savepoint cannot be told from local ones: what lasts is what was there.
      if (savepoint) return { ...state, ...takenBack(savepoint.kept, script) }
      return transaction && transaction.name === name ? rolledBack(state, script) : lose(state)
    }
    case 'commit':
      return transaction && transaction.depth > 1
        ? { ...state, transaction: { ...transaction, depth: transaction.depth - 1 } }
        : ended(state)
    case 'rollback':
    case 'prepare transaction':
      return rolledBack(state, script)
    case 'commit prepared':
    case 'rollback prepared':
      return lose(state)
  }
}

const begun = (state: ScriptState, name: string | undefined, script: ScriptTraits): ScriptState => {
  const { transaction } = state
  if (transaction) {
    const depth = transaction.depth + (script.countsBegins === true ? 1 : 0)
    return { ...state, transaction: { ...transaction, depth } }
  }
  const named = name === undefined ? {} : { name }
  return {
    ...state,
    transaction: { before: kept(state), ...named, depth: 1, lasting: state.context, savepoints: [] },
  }
}

const withSavepoint = (state: ScriptState, transaction: OpenTransaction, name: string): ScriptState => ({
  ...state,
  transaction: { ...transaction, savepoints: [...transaction.savepoints, { name, kept: kept(state) }] },
})

const rolledBack = (state: ScriptState, script: ScriptTraits): ScriptState =>
  state.transaction ? { ...ended(state), ...takenBack(state.transaction.before, script) } : state

/** What a rollback puts back. */
const takenBack = ({ catalog, context }: Kept, script: ScriptTraits): Partial<Kept> =>
  script.settingsStay === true ? { catalog } : { catalog, context }

const kept = ({ catalog, context }: ScriptState): Kept => ({ catalog, context })

const ended = ({ transaction, ...state }: ScriptState): ScriptState =>
  transaction ? { ...state, context: transaction.lasting } : state

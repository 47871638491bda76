import type { Procedural, Statement } from '../../statement/command.ts'
import { doubtDdl, doubtTable, LOST } from './definitions.ts'
import type { ScriptState, ScriptTraits } from './state.ts'

/**
 * The state behind a statement of a procedural language: what stands inside may have run or not. INVARIANT
 * (deny-by-default): what it may have defined is not known from then on, and where it may have changed how names are
 * looked up, nothing is.
 */
export const afterProcedural = (state: ScriptState, node: Procedural, script: ScriptTraits): ScriptState =>
  within(state, node, false, script)

/** `sealed`: inside of a text that is run, whose settings and temporary tables end with it. */
const within = (state: ScriptState, node: Procedural, sealed: boolean, script: ScriptTraits): ScriptState => {
  const inside = sealed || (script.sealedCode === true && node.verb === 'execute')
  return node.statements.reduce((before, inner) => afterInner(before, inner, inside, script), state)
}

const afterInner = (
  state: ScriptState,
  node: Statement,
  sealed: boolean,
  script: ScriptTraits,
): ScriptState => {
  switch (node.kind) {
    case 'procedural':
      return within(state, node, sealed, script)
    case 'ddl':
      return sealed && node.temporary ? state : doubtDdl(state, node, script)
    case 'select':
    case 'set-operation':
      return node.into ? doubtTable(state, node.into.name, script) : state
    case 'transaction':
      return afterPerhaps(state, node.op)
    case 'set':
    case 'discard':
    case 'call-procedure':
      return sealed || script.contextAfter(state.context, node) === state.context ? state : lose(state)
    default:
      return state
  }
}

/** A transaction that may have been rolled back, or not. */
const afterPerhaps = (state: ScriptState, op: string): ScriptState => {
  const { transaction } = state
  const moved = transaction !== undefined && transaction.before.catalog !== state.catalog
  return moved && op.startsWith('rollback') ? lose(state) : state
}

const lose = (state: ScriptState): ScriptState => ({ ...state, lost: state.lost ?? LOST })

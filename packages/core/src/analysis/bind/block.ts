import type { Ddl, DoBlock, Procedural, Statement } from '../../statement/command.ts'
import type { Binder } from './binder.ts'
import type { Analyser, Outcome } from './statement.ts'

/**
 * DO: does what its body does. A block returns no rows, but it can say in a message, and put into any table, what its
 * variables hold, which are not followed. INVARIANT (no-unproven-column): so its values flow anywhere.
 */
export const bindBlock = (b: Binder, node: DoBlock, analyse: Analyser): Outcome => {
  b.findings.moves = true
  if (!node.runs) return { outputs: 'unknown', dynamic: true }
  const inner = analyse(node.runs)
  const { facts } = inner
  const sets = facts.functions.some(({ name }) => name === b.traits.settingFunction)
  const steady = !sets && keepsNames(node.runs)
  return { outputs: 'none', inner, dynamic: facts.opaque !== undefined || facts.dynamic || !steady }
}

/** Statements of a body behind which names may mean something else: the ones after it are read as if they did not. */
const keepsNames = ({ statements }: Procedural): boolean => statements.every(keeps)

const keeps = (node: Statement): boolean => {
  switch (node.kind) {
    case 'set':
    case 'discard':
    case 'prepare':
    case 'deallocate':
      return false
    case 'ddl':
      return keepsDefined(node)
    case 'dcl':
      // Rights to schemas decide which of the search path count.
      return (node.tables ?? []).length > 0
    case 'procedural':
      return keepsNames(node)
    default:
      return true
  }
}

/** Objects whose making leaves everything that has a name what it was, or hides it behind something new. */
const NEW: ReadonlySet<string> = new Set(['table', 'index', 'sequence', 'type', 'statistics'])

const keepsDefined = ({ verb, object, relabels, renames }: Ddl): boolean => {
  if (verb === 'truncate' || verb === 'comment' || verb === 'refresh') return true
  return verb === 'create'
    ? NEW.has(object)
    : verb === 'alter' && object === 'table' && !relabels && !renames?.length
}

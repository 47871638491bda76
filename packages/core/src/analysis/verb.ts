import type { Statement } from '../statement/command.ts'
import type { DialectTraits } from './traits.ts'

/** The statement's first word or two, in lower case. */
export const verbOf = (node: Statement, traits: DialectTraits): string => {
  if (node.called !== undefined) return node.called
  switch (node.kind) {
    case 'select':
    case 'set-operation':
      return node.into ? 'select into' : 'select'
    case 'joined-update':
      return 'update'
    case 'joined-delete':
      return 'delete'
    case 'ddl':
      return node.verb === 'truncate' ? 'truncate' : `${node.verb} ${node.object}`
    case 'dcl':
      return node.verb
    case 'transaction':
      return node.op
    case 'set':
      return setVerb(node, traits)
    case 'call-procedure':
      return 'call'
    case 'declare-cursor':
      return 'declare'
    case 'fetch':
      return node.move ? 'move' : 'fetch'
    case 'close-cursor':
      return 'close'
    case 'notification':
      return node.op
    case 'maintenance':
    case 'procedural':
      return node.verb
    default:
      return node.kind
  }
}

/**
 * SET ROLE and its like are named whole: who acts is what a rule wants to know. With DEFAULT in the place of a name it is RESET.
 */
const setVerb = (node: Extract<Statement, { kind: 'set' }>, traits: DialectTraits): string => {
  const resets = node.value === undefined
  if (traits.isIdentitySetting(node.name))
    return `${resets ? 'reset' : 'set'} ${node.name.replaceAll('_', ' ')}`
  return resets && node.toDefault !== true ? 'reset' : 'set'
}

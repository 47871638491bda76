import { type AnyNode, children, visit } from '@sluice/core/statement/walk'
import type { Part } from '../grammar/tokens.ts'
import { type Junction, outlineOf } from './logic.ts'
import type { Testimony } from './witness.ts'

const junctions: ReadonlySet<string> = new Set(['and', 'or', 'xor'])

const junction = (node: AnyNode): Junction<AnyNode> | undefined =>
  node.kind === 'operator' && junctions.has(node.op) && node.operands.length >= 2 ? node : undefined

const logicOf = (root: AnyNode): string => {
  const found: string[] = []
  const open: AnyNode[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const outline = outlineOf(node, junction)
    if (outline === undefined) open.push(...children(node))
    else {
      found.push(outline.text)
      open.push(...outline.leaves)
    }
  }
  return found.sort().join(' ')
}

/** What our own reading of a part says, in the words in which it is held against others'. */
export const ownTestimony = ({ text, tree }: Part): Testimony => {
  const tables = new Set<string>()
  const columns = new Set<string>()
  const word = /^[a-z]*/.exec(text)?.[0] ?? ''
  const replaces = word === 'replace'
  visit(tree, (node) => {
    // What REPLACE does to an old row was added by us.
    if (replaces && node.kind === 'on-conflict') return false
    if (node.kind === 'table-ref') tables.add(node.name.join('.').toLowerCase())
    else if (node.kind === 'column-ref') columns.add(node.name.at(-1) ?? '')
    return true
  })
  const { kind } = tree
  const verb = replaces ? word : kind === 'set-operation' || kind === 'values' ? 'select' : kind
  // Conditions of an UPDATE or DELETE of several tables were joined by us.
  const outline = kind === 'update' || kind === 'delete' ? undefined : logicOf(tree)
  // The others give XOR other precedences than the servers do.
  const logic = outline?.includes('xor') === true ? undefined : outline
  return { verb, tables, columns, ...(logic === undefined ? {} : { logic }) }
}

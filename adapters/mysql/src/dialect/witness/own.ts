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

const verbs: Readonly<Partial<Record<Part['tree']['kind'], string>>> = {
  'set-operation': 'select',
  values: 'select',
  'joined-update': 'update',
  'joined-delete': 'delete',
}

const verbOf = (tree: Part['tree']): string =>
  tree.kind === 'insert' ? (tree.called ?? tree.kind) : (verbs[tree.kind] ?? tree.kind)

/** What our own reading of a part says, in the words in which it is held against others'. */
export const ownTestimony = ({ tree }: Part): Testimony => {
  const tables = new Set<string>()
  const columns = new Set<string>()
  const qualifiers = new Set<string>()
  visit(tree, (node) => {
    if (node.kind === 'call' && node.sequence) return false
    if (node.kind === 'call') for (const part of node.name.slice(0, -1)) qualifiers.add(part.toLowerCase())
    if (node.kind === 'table-ref') tables.add(node.name.join('.').toLowerCase())
    else if (node.kind === 'column-ref') columns.add(node.name.at(-1) ?? '')
    return true
  })
  const outline = logicOf(tree)
  // The others give XOR other precedences than the servers do.
  const logic = outline.includes('xor') ? undefined : outline
  return { verb: verbOf(tree), tables, columns, qualifiers, ...(logic === undefined ? {} : { logic }) }
}

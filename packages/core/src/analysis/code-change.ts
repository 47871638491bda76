import type { CodeMoves } from '../catalog/catalog.ts'
import { amountOf } from '../flow/code-moves.ts'
import type { Ddl } from '../statement/command.ts'
import type { Name } from '../statement/node.ts'
import { RELATIONS, ROUTINES } from '../statement/objects.ts'
import { LOOKS } from './effects.ts'
import type { BoundStatement } from './work.ts'

/** What a statement does to the code that later statements run. */
export type CodeChange = {
  /** Whose code may do something else now. `own`: the users'; `any`: what operators and casts of the system do, too. */
  readonly other: 'none' | 'own' | 'any'
  /** Functions and tables that may stand for other code than the catalog says, without their schemas. */
  readonly changed?: readonly string[]
  /** Tables that run code when they are used, of which it is known that it only looks. */
  readonly runs?: readonly string[]
  /** What the function reads and moves that is made. Absent: nothing that is known. */
  readonly does?: CodeMoves
  /** A table's old name and its new one. */
  readonly renamed?: readonly [from: string, to: string]
  /** The trigger's function that is made, which reads and tells nothing of any row. */
  readonly stamps?: string
  /** Functions may have come that nobody names. */
  readonly installs?: true
}

/** Code ran that may have changed any of the users'. */
export const OWN_CODE: CodeChange = { other: 'own' }

const OPERATIONS: CodeChange = { other: 'any' }

/** What names nothing by which a statement that uses it is known. */
const NAMELESS: ReadonlySet<string> = new Set([
  'operator',
  'operator class',
  'operator family',
  'cast',
  'transform',
  'conversion',
  'language',
  'access method',
])

/**
 * What a definition does to the code that later statements run; undefined: nothing. Behind DROP other things of the name
 * are left, which the catalog has. Triggers, defaults and checks run for statements that write anyway. An extension is
 * its installer's code, and what it makes is not known by name.
 */
export const codeChangeOf = (node: Ddl, bound: BoundStatement): CodeChange | undefined => {
  const { verb, object } = node
  if (verb === 'alter' && object === 'schema') return node.relabels && OPERATIONS
  if (verb !== 'create' && verb !== 'alter') return undefined
  if (ROUTINES.has(object))
    return { other: 'own', changed: bare(node.names), ...doesOf(bound), ...stampsOf(node) }
  if (NAMELESS.has(object)) return OPERATIONS
  switch (object) {
    case 'domain':
      return hasEffects(bound) ? OPERATIONS : undefined
    case 'rule':
      return { other: 'own', changed: under(node) }
    case 'policy':
      return kept(under(node), bound)
    case 'index':
      return verb === 'create' && hasEffects(bound) ? { other: 'own', changed: under(node) } : undefined
    case 'extension':
      return { other: 'none', installs: true }
    case 'schema':
      return node.targets && { other: 'own', changed: bare(node.targets.map(({ name }) => name)) }
    default:
      if (verb === 'create') return object === 'view' ? kept(bare(node.names), bound) : undefined
      return RELATIONS.has(object) ? renaming(node) : undefined
  }
}

const doesOf = ({ around, read, statement }: BoundStatement): Pick<CodeChange, 'does'> => {
  const does = around.catalog.defined?.({ ...read, statement })
  return does === undefined || amountOf(does) === 0 ? {} : { does }
}

const stampsOf = ({ names, stamps }: Ddl): Pick<CodeChange, 'stamps'> => {
  const [name] = bare(names)
  return stamps === true && name !== undefined ? { stamps: name } : {}
}

/** Names that stand for what is kept now and runs later. */
const kept = (names: readonly string[], bound: BoundStatement): CodeChange =>
  hasEffects(bound) ? { other: 'own', changed: names } : { other: 'none', runs: names }

const renaming = ({ names, on }: Ddl): CodeChange | undefined => {
  const [from, to] = bare(names)
  return on === undefined && from !== undefined && to !== undefined
    ? { other: 'none', renamed: [from, to] }
    : undefined
}

const under = ({ on, names }: Ddl): readonly string[] => bare(on ? [on.name] : names.slice(0, 1))

const bare = (names: readonly Name[]): readonly string[] => names.map((name) => name.at(-1) ?? '')

const hasEffects = ({ findings }: BoundStatement): boolean =>
  [...findings.functions.values()].some(({ effect }) => !LOOKS.has(effect))

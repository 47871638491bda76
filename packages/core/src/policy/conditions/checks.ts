import {
  type CelNode,
  celNodes,
  fieldAccess,
  functionCall,
  identifier,
  isLoop,
  literal,
  methodCall,
} from './tree.ts'

/** Something wrong `offset` characters into the condition. */
export type Fault = { readonly offset: number; readonly message: string }

/** What a condition asks about, as far as deciding depends on it. */
export type Mentions = {
  readonly session: boolean
  /** Names `statement.opaque`, so that it may speak about statements that were not understood. */
  readonly opaque: boolean
  /** Names `statement.clientFile`, so that it may let files of clients through. */
  readonly clientFile: boolean
  /** May ask which table a column is of. */
  readonly table: boolean
  /** Asks about nothing: always the same answer. */
  readonly constant: boolean
}

/** `variables`: those of the place where the condition stands. */
export const mentionsOf = (root: CelNode, variables: readonly string[]): Mentions => {
  const nodes = [...celNodes(root)]
  const names = new Set(nodes.map(identifier))
  return {
    session: names.has('session'),
    opaque: namesFact(nodes, 'opaque'),
    clientFile: namesFact(nodes, 'clientFile'),
    table: namesTable(nodes),
    constant: !variables.some((name) => names.has(name)),
  }
}

const namesFact = (nodes: readonly CelNode[], field: string): boolean =>
  nodes.some((node) => {
    const access = fieldAccess(node)
    return access?.field === field && identifier(access.operand) === 'statement'
  })

/** What a column is called and what it holds is the same in all tables that share its rows. */
const shared: ReadonlySet<string> = new Set(['name', 'type', 'labels'])

const isColumn = (node: CelNode): boolean => identifier(node) === 'column'

const namesTable = (nodes: readonly CelNode[]): boolean => {
  const apart = nodes.filter((node) => {
    const access = fieldAccess(node)
    return access !== undefined && isColumn(access.operand) && shared.has(access.field)
  })
  return nodes.filter(isColumn).length > apart.length
}

/** Rules of ours beyond CEL's own. */
export const faultsOf = (root: CelNode, variables: readonly string[]): readonly Fault[] =>
  [...celNodes(root)].flatMap((node) => [
    ...shadowing(node, variables),
    ...pattern(node),
    ...lettersOfAll(node),
  ])

/** A loop variable named like a fact would make the condition read as something else than it does. */
const shadowing = (node: CelNode, variables: readonly string[]): readonly Fault[] => {
  const name = isLoop(methodCall(node)?.name ?? '') ? methodCall(node)?.args[0] : undefined
  const taken = name === undefined ? undefined : identifier(name)
  if (name === undefined || taken === undefined || !variables.includes(taken)) return []
  return [
    {
      offset: name.start,
      message: `\`${taken}\` is what the condition asks about; name the loop variable \`x\``,
    },
  ]
}

/**
 * INVARIANT (hostile-both-sides): patterns run on text that clients choose, so a pattern is a constant that
 * backtracks little: no repeated group, no back reference, no look-around, few repeats.
 */
const pattern = (node: CelNode): readonly Fault[] => {
  const call = methodCall(node) ?? functionCall(node)
  if (call?.name !== 'matches') return []
  const given = call.args.at(-1)
  const text = given === undefined ? undefined : literal(given)
  const offset = given?.start ?? node.start
  if (typeof text !== 'string')
    return [{ offset, message: 'the pattern of `matches` must be a constant text' }]
  if (!isRegExp(text)) return [{ offset, message: `\`${text}\` is no regular expression` }]
  return mayTakeLong(text)
    ? [
        {
          offset,
          message:
            'the pattern of `matches` may take too long; begin it with `^`, or use `startsWith`, `contains` or `in`',
        },
      ]
    : []
}

/** Each repeat tries all lengths for each length of those before it, and so does a search for where to begin. */
const maxRepeats = 2
/** In how many ways what may be there or not, and choices between others, can be taken together. */
const maxWays = 64

const mayTakeLong = (text: string): boolean => {
  const bare = text
    .replaceAll(/\\[^]/g, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replaceAll('(?:', '(')
  if (text.length > 256 || /\\[1-9k]/.test(text) || /\(\?|\)[*+?{]/.test(bare)) return true
  const repeats = bare.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0
  const optional = bare.match(/(?<![*+}])\?/g)?.length ?? 0
  const { ways, outside } = withoutGroups(bare)
  const isAnchored = outside.split('|').every((one) => one.startsWith('^'))
  return repeats + (isAnchored ? 0 : 1) > maxRepeats || ways * 2 ** optional > maxWays
}

/** What stands outside of groups, and in how many ways these can be taken together. */
const withoutGroups = (bare: string): { readonly ways: number; readonly outside: string } => {
  let ways = 1
  let outside = bare
  while (/\([^()]*\)/.test(outside))
    outside = outside.replaceAll(/\([^()]*\)/g, (group) => {
      ways *= group.split('|').length
      return 'x'
    })
  return { ways, outside }
}

/** `lowerAscii` of the library changes letters of all alphabets, and so makes one name of two. */
const lettersOfAll = (node: CelNode): readonly Fault[] => {
  const name = methodCall(node)?.name
  return name === 'lowerAscii' || name === 'upperAscii'
    ? [
        {
          offset: node.start,
          message: `\`${name}\` would take different names for one; compare with each spelling: \`in ['ana', 'Ana']\``,
        },
      ]
    : []
}

const isRegExp = (text: string): boolean => {
  try {
    return new RegExp(text) instanceof RegExp
  } catch {
    return false
  }
}

import { listNames } from '../nearest.ts'
import type { Fault } from './checks.ts'
import {
  type CelNode,
  checkedType,
  fieldAccess,
  identifier,
  isLoop,
  literal,
  methodCall,
  operands,
} from './tree.ts'
import { closedWords, longerVerbs, openingWords } from './words.ts'

/** What is wrong with a word that something is compared with, or with a part that it is asked for; or undefined. */
type Judge = (word: string, part?: Part) => string | undefined

/** The methods that ask a text for a part of it. */
type Part = 'startsWith' | 'endsWith' | 'contains'

const isPart = (method: string): method is Part =>
  method === 'startsWith' || method === 'endsWith' || method === 'contains'

const has: Readonly<Record<Part, (word: string, part: string) => boolean>> = {
  startsWith: (word, part) => word.startsWith(part),
  endsWith: (word, part) => word.endsWith(part),
  contains: (word, part) => word.includes(part),
}

/** What loop variables stand for, where that is one of a closed set. */
type Bound = ReadonlyMap<string, Judge>

/**
 * Words that a field never is: a rule that compares it with one holds never, or always. The condition was type-checked.
 */
export const unknownWords = (root: CelNode): readonly Fault[] => inNode(root, new Map())

const inNode = (node: CelNode, bound: Bound): readonly Fault[] => {
  const call = methodCall(node)
  const [variable, ...body] = call?.args ?? []
  const name = call && isLoop(call.name) && variable ? identifier(variable) : undefined
  if (call === undefined || name === undefined)
    return [...compared(node, bound), ...operands(node.args).flatMap((one) => inNode(one, bound))]
  const inside = new Map(bound)
  const judge = judgeOf(call.receiver, bound)
  if (judge === undefined) inside.delete(name)
  else inside.set(name, judge)
  return [...inNode(call.receiver, bound), ...body.flatMap((one) => inNode(one, inside))]
}

const comparisons: ReadonlySet<string> = new Set(['==', '!=', 'in'])

const compared = (node: CelNode, bound: Bound): readonly Fault[] => {
  const call = methodCall(node)
  if (call !== undefined && isPart(call.name)) {
    const { name, receiver, args } = call
    return args.flatMap((part) => against(judgeOf(receiver, bound), part, name))
  }
  if (!comparisons.has(node.op)) return []
  const [left, right] = operands(node.args)
  if (left === undefined || right === undefined) return []
  const faults = [...against(judgeOf(left, bound), right), ...against(judgeOf(right, bound), left)]
  if (faults.length > 0 || node.op === 'in') return faults
  return [...unsorted(left, right), ...unsorted(right, left)]
}

const against = (judge: Judge | undefined, given: CelNode, part?: Part): readonly Fault[] => {
  if (judge === undefined) return []
  const words = given.op === 'list' ? operands(given.args) : [given]
  return words.flatMap((node) => {
    const word = literal(node)
    const message = typeof word === 'string' ? judge(word, part) : undefined
    return message === undefined ? [] : [{ offset: node.start, message }]
  })
}

/** A list that is compared as a whole, with one in an order that it never has. */
const unsorted = (field: CelNode, given: CelNode): readonly Fault[] => {
  const access = fieldAccess(field)
  if (access?.field !== 'effects' || given.op !== 'list') return []
  const words = operands(given.args).map(literal)
  if (words.every((word, i) => i === 0 || String(words[i - 1]) < String(word))) return []
  const sorted = [...new Set(words.map((word) => `'${String(word)}'`))].sort().join(', ')
  return [{ offset: given.start, message: `effects are sorted, each once: \`[${sorted}]\`` }]
}

/** Of a field, of its elements, or of some of them. */
const judgeOf = (node: CelNode, bound: Bound): Judge | undefined => {
  const name = identifier(node)
  if (name !== undefined) return bound.get(name)
  const access = fieldAccess(node)
  if (access !== undefined) return judgeOfField(`${checkedType(access.operand)}.${access.field}`)
  const call = methodCall(node)
  if (call?.name === 'filter') return judgeOf(call.receiver, bound)
  const [list] = operands(node.args)
  return node.op === '[]' && list !== undefined ? judgeOf(list, bound) : undefined
}

const judgeOfField = (field: string): Judge | undefined => {
  if (field === 'Statement.verb' || field === 'Statement.verbs') return verbJudge
  if (field === 'Function.name') return functionJudge
  if (field.endsWith('.labels')) return labelJudge
  const words = closedWords.get(field)
  return (
    words &&
    ((word, part) => {
      const isThere = part === undefined ? words.includes(word) : words.some((one) => has[part](one, word))
      return isThere ? undefined : `it is never \`${word}\`; use one of ${listNames(words)}`
    })
  )
}

/** A function may have a dot in its name; nobody's has, and rules had the schema there once. */
const functionJudge: Judge = (word) =>
  word.includes('.')
    ? `a function's \`name\` is without its schema: compare \`name\` and \`schema\` by themselves`
    : undefined

const labelJudge: Judge = (word) =>
  word === word.toLowerCase() ? undefined : `labels are in lower case: \`${word.toLowerCase()}\``

const verbJudge: Judge = (word, part) => {
  if (word !== word.toLowerCase()) return `verbs are in lower case: \`${word.toLowerCase()}\``
  if (part !== undefined) return undefined
  const verb = longerVerbs.get(word)
  if (verb !== undefined) return `no verb is \`${word}\`; write \`${verb}\``
  return openingWords.includes(word)
    ? `no verb is \`${word}\` alone; write \`startsWith('${word} ')\`, or what it is done to: \`${word} table\``
    : undefined
}

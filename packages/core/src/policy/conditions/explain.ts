import { TypeError as CelTypeError, ParseError } from '@marcbachmann/cel-js'
import { listNames, suggest } from '../nearest.ts'
import type { Fault } from './checks.ts'
import { type ConditionPlace, conditionTypes, conditionVariables, variablesOf } from './schema.ts'
import { type CelNode, celNodes, checkedType, fieldAccess } from './tree.ts'

/** Puts an error of the CEL library into our words: where, what, and what to write instead. */
export const explain = (error: unknown, root: CelNode | undefined, place: ConditionPlace): Fault => {
  if (!(error instanceof ParseError) && !(error instanceof CelTypeError))
    return { offset: 0, message: 'the condition is no valid CEL expression' }
  const offset = error.range?.start ?? 0
  const word = /^[^:]*: (.*)$/.exec(error.summary)?.[1] ?? ''
  if (error.code === 'unknown_variable') return { offset, message: unknownVariable(word, place) }
  if (error.code === 'no_such_key') return { offset, message: unknownField(word, offset, root) }
  const call = /^found no matching overload for '(?:[^']*\.)?(\w+)\(/.exec(error.summary)?.[1]
  if (call !== undefined) return { offset, message: unknownCall(call, error.summary) }
  if (error.code === 'no_such_overload' || error.code === 'incompatible_types')
    return { offset, message: `${lowerFirst(error.summary)}; both sides must have types that fit` }
  return { offset, message: `${lowerFirst(error.summary)}; write a CEL expression that yields true or false` }
}

const unknownVariable = (word: string, place: ConditionPlace): string => {
  const known = variablesOf[place]
  if (!Object.hasOwn(conditionVariables, word)) return `\`${word}\` is not known; ${suggest(word, known)}`
  const where =
    place === 'statement' ? 'outside `columns` of a mask rule' : 'in a mask rule, which holds for a session'
  return `\`${word}\` is not known ${where}; ask about ${listNames(known)}`
}

const unknownCall = (name: string, summary: string): string =>
  functions.includes(name)
    ? `${summary}; its arguments must have types that fit`
    : `there is no function \`${name}\`; ${suggest(name, functions)}`

/** What conditions are written with; CEL has more. */
const functions = [
  'all',
  'contains',
  'endsWith',
  'exists',
  'exists_one',
  'filter',
  'has',
  'map',
  'matches',
  'size',
  'startsWith',
]

/** The checker has typed the operand by then, so the fields it does have can be listed. */
const unknownField = (field: string, offset: number, root: CelNode | undefined): string => {
  const nodes = root === undefined ? [] : [...celNodes(root)]
  const accesses = nodes.filter((node) => fieldAccess(node)?.field === field)
  const at = accesses.find((node) => node.start <= offset && offset <= node.end) ?? accesses[0]
  const type = at === undefined ? undefined : checkedType(fieldAccess(at)?.operand)
  const fields: readonly string[] =
    type !== undefined && Object.hasOwn(conditionTypes, type)
      ? Object.keys(conditionTypes[type as keyof typeof conditionTypes])
      : []
  return `there is no field \`${field}\`; ${suggest(field, fields)}`
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

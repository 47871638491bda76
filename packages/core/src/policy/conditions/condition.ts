import { EvaluationError, type ParseResult } from '@marcbachmann/cel-js'
import { type Fault, faultsOf, type Mentions, mentionsOf } from './checks.ts'
import { environments } from './environment.ts'
import { explain } from './explain.ts'
import { type ConditionPlace, variablesOf } from './schema.ts'
import { celRoot } from './tree.ts'
import { unknownWords } from './unknown-words.ts'
import type { ColumnValue, DatabaseValue, PrincipalValue, SessionValue, StatementValue } from './values.ts'

/** What a condition is asked with: the variables of its place. */
export type ConditionInput = {
  readonly principal: PrincipalValue
  readonly database: DatabaseValue
  readonly statement?: StatementValue
  readonly session?: SessionValue
  readonly column?: ColumnValue
}

/** A CEL expression that was type-checked when loaded and yields true or false. */
export type Condition = {
  readonly text: string
  readonly mentions: Mentions
  /** The answer of a condition that asks about nothing. */
  readonly always?: boolean
  /** Throws `ConditionFailed` where it has no answer. */
  test(input: ConditionInput): boolean
}

/** A condition that could not be answered. The message has no value of the statement in it. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed'
}

/** A condition longer than this is refused. */
export const maxConditionCharacters = 4096

/** Checks a condition against the schema of its place. */
export const compileCondition = (text: string, place: ConditionPlace): Condition | readonly Fault[] => {
  if (text.trim() === '')
    return [{ offset: 0, message: 'the condition is empty; leave it out to mean always' }]
  if (text.length > maxConditionCharacters)
    return [
      {
        offset: 0,
        message: `the condition has more than ${maxConditionCharacters} characters; split the rule`,
      },
    ]
  let parsed: ParseResult
  try {
    parsed = environments[place].parse(text)
  } catch (error) {
    return [explain(error, undefined, place)]
  }
  const root = celRoot(parsed.ast)
  const faults = faultsOf(root, variablesOf[place])
  if (faults.length > 0) return faults
  const checked = parsed.check()
  if (!checked.valid) return [explain(checked.error, root, place)]
  if (checked.type !== 'bool')
    return [
      {
        offset: 0,
        message: `the condition yields \`${checked.type}\`; compare it, so that it yields \`bool\``,
      },
    ]
  const unknown = unknownWords(root)
  if (unknown.length > 0) return unknown
  const mentions = mentionsOf(root, variablesOf[place])
  const test = (input: ConditionInput): boolean => ask(parsed, input)
  return mentions.constant ? constant(text, mentions, parsed) : { text, mentions, test }
}

const constant = (text: string, mentions: Mentions, parsed: ParseResult): Condition | readonly Fault[] => {
  try {
    const always = ask(parsed, {})
    return { text, mentions, always, test: () => always }
  } catch (error) {
    return [{ offset: 0, message: `${error instanceof Error ? error.message : 'fails'}; it always does` }]
  }
}

const ask = (parsed: ParseResult, input: Partial<ConditionInput>): boolean => {
  let answer: unknown
  try {
    answer = parsed(input)
  } catch (error) {
    throw new ConditionFailed(reason(error))
  }
  if (typeof answer !== 'boolean') throw new ConditionFailed('the condition did not yield true or false')
  return answer
}

/** INVARIANT (secrets-stay-out): the code and the place in the policy's own text, never the library's message, which can hold values. */
const reason = (error: unknown): string => {
  if (!(error instanceof EvaluationError)) return 'the condition failed'
  const at = error.range === undefined ? '' : ` at character ${error.range.start + 1}`
  return `the condition failed with ${error.code.replaceAll('_', ' ')}${at}`
}

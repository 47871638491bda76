import { formatProblem, type Problem } from '@sluice/core/policy/problem'
import * as Data from 'effect/Data'

/** Everything wrong with a configuration and the files it names. Fault: gateway. The message has one line each. */
export class ConfigErrors extends Data.TaggedError('ConfigErrors')<{
  readonly problems: readonly Problem[]
  readonly message: string
}> {
  static of(problems: readonly Problem[]): ConfigErrors {
    return new ConfigErrors({ problems, message: problems.map(formatProblem).join('\n') })
  }
}

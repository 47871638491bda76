import * as Schema from 'effect/Schema'
import type { Limits } from '../config.ts'
import { whole } from './words.ts'

/** What holds where the configuration says nothing. */
export const defaultLimits: Limits = {
  maxSessions: 1000,
  maxFrameBytes: 64 * 1024 * 1024,
  authenticationTimeoutMs: 10_000,
  statementParseMs: 250,
}

/** Bounds of the whole process. */
export const limitsSchema = Schema.Struct({
  maxSessions: Schema.optionalKey(
    whole(1, 100_000, `Sessions at once, at each listener (default ${defaultLimits.maxSessions})`),
  ),
  maxFrameBytes: Schema.optionalKey(
    whole(65_536, 1_073_741_824, `Longest protocol message (default ${defaultLimits.maxFrameBytes})`),
  ),
  authenticationTimeoutMs: Schema.optionalKey(
    whole(
      100,
      600_000,
      `From the first byte to a proven principal (default ${defaultLimits.authenticationTimeoutMs})`,
    ),
  ),
  statementParseMs: Schema.optionalKey(
    whole(
      10,
      10_000,
      `Longest time of a processor to read one statement, eight times that by the clock (default ${defaultLimits.statementParseMs})`,
    ),
  ),
})

/** The names of the limits, for environment variables. */
export const limitNames = Object.keys(defaultLimits)

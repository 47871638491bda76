import { tellable } from '@sluice/wire/text'
import { encodeErrorResponse } from '../messages/error-response.ts'
import type { SqlState } from './sqlstate.ts'

/** What the gateway tells a client that it refuses: native code, what was refused and why, what to do next. */
export type Refusal = {
  readonly code: SqlState
  /** Lower-case, the thing named in backticks. */
  readonly message: string
  /** Empty: the database has none for this either. */
  readonly hint: string
  /** Where in the statement, as the database says it. */
  readonly context?: string
}

/** An ErrorResponse after which the session goes on. INVARIANT (session-survives-deny). */
export function errorReply(refusal: Refusal): Buffer {
  return reply('ERROR', refusal)
}

/** An ErrorResponse after which the connection is closed. */
export function fatalReply(refusal: Refusal): Buffer {
  return reply('FATAL', refusal)
}

/** A refusal may quote what either side said, whatever that is. INVARIANT (hostile-both-sides). */
function reply(severity: string, { code, message, hint, context }: Refusal): Buffer {
  const fields = new Map([
    ['S', severity],
    ['V', severity],
    ['C', code],
    ['M', tellable(message)],
  ])
  if (hint !== '') fields.set('H', tellable(hint))
  if (context !== undefined) fields.set('W', tellable(context))
  return encodeErrorResponse({ fields: fields.set('R', 'sluice') })
}

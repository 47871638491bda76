import type { Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'

/** What a client is told of its statement that it cancelled before the database had it. */
export const canceled: Refusal = {
  code: sqlstate.queryCanceled,
  message: 'canceling statement due to user request',
  hint: 'it was still in the gateway: the database has not seen it',
}

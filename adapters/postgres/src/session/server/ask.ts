import { ProtocolViolation } from '@sluice/wire/violation'
import { backend } from '../../messages/codes.ts'
import { decodeCommandComplete } from '../../messages/command-complete.ts'
import { decodeDataRow } from '../../messages/data-row.ts'
import { decodeRowDescription } from '../../messages/row-description.ts'
import type { Expectation } from '../expectations.ts'
import type { Session } from '../session.ts'

type Ask = Extract<Expectation, { kind: 'ask' }>

/**
 * A reply to the gateway's own question: kept from the client. All of them are answered in one row. INVARIANT
 * (hostile-both-sides): a database that says more is not heard to its end.
 */
export function handleAnswer(session: Session, ask: Ask, type: number, payload: Buffer): void {
  if (type === backend.DataRow) {
    if (ask.rows.length > 0)
      throw new ProtocolViolation('upstream', 'unexpected', 'a question was answered in several rows')
    ask.rows.push(decodeDataRow(payload).values.map((value) => value?.toString('utf8') ?? null))
    return
  }
  // INVARIANT (no-unread-bytes): read too, though nothing of it goes anywhere.
  if (type === backend.RowDescription) decodeRowDescription(payload)
  if (type === backend.CommandComplete) decodeCommandComplete(payload)
  if (type === backend.CloseComplete) ask.closes -= 1
  if (ask.simple ? type !== backend.CommandComplete : ask.closes > 0) return
  session.expectations.shift()
  ask.answered(ask.rows)
}

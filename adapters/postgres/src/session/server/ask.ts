import { backend } from '../../messages/codes.ts'
import { decodeCommandComplete } from '../../messages/command-complete.ts'
import { decodeDataRow } from '../../messages/data-row.ts'
import type { Expectation } from '../expectations.ts'
import type { Session } from '../session.ts'

type Ask = Extract<Expectation, { kind: 'ask' }>

/** A reply to the gateway's own question: kept from the client. The question ends at its second CloseComplete. */
export function handleAnswer(session: Session, ask: Ask, type: number, payload: Buffer): void {
  if (type === backend.DataRow) {
    ask.rows.push(decodeDataRow(payload).values.map((value) => value?.toString('utf8') ?? null))
    return
  }
  // INVARIANT (no-unread-bytes): read too, though nothing of it goes anywhere.
  if (type === backend.CommandComplete) decodeCommandComplete(payload)
  if (type !== backend.CloseComplete) return
  ask.closes += 1
  if (ask.closes < 2) return
  session.expectations.shift()
  ask.answered(ask.rows)
}

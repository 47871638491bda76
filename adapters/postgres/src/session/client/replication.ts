import { NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { extendedQueryTypes, frontend } from '../../messages/codes.ts'
import { decideReplication } from '../../replication/decide.ts'
import { databaseWords } from '../../replies/database-words.ts'
import { refuseExtended, refuseSimple } from '../refuse.ts'
import type { Session } from '../session.ts'
import { carryAlone } from './carry-alone.ts'
import type { ClientFrame } from './frame.ts'

/** A replication command: decided and recorded by its first word, its answer passed as it is. */
export async function handleReplication(
  session: Session,
  command: string,
  { raw }: ClientFrame,
): Promise<void> {
  const { analysis, decision } = decideReplication(session.governance, session.who, command)
  const sent = await carryAlone(session, { analysis, decision, values: NO_VALUES, raw })
  if (sent !== undefined)
    session.expectations.push({ kind: 'replication', run: sent.run, state: 'replication' })
}

/** Refuses what the database takes on no replication connection. True where that was it. */
export function refusedByReplication(session: Session, type: number): boolean | Promise<void> {
  if (session.replication === 'off') return false
  if (type === frontend.FunctionCall) return refuseSimple(session, databaseWords.noFunctionCall)
  if (!extendedQueryTypes.has(type)) return false
  refuseExtended(session, databaseWords.noExtendedQuery)
  return true
}

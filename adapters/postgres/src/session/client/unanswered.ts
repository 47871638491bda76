import { decodeBind } from '../../messages/bind.ts'
import { frontend } from '../../messages/codes.ts'
import { decodeDescribe } from '../../messages/describe.ts'
import { decodeExecute } from '../../messages/execute.ts'
import { allAnswered } from '../ask.ts'
import type { Running } from '../running.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

/**
 * What a message has to wait for that uses a name whose definition stands in an earlier pipeline and is not answered
 * yet: if the database refused it, the name means something else. So it does behind code that may redefine names as a
 * statement is read or planned. Undefined where there is nothing to wait for.
 */
export function unanswered(session: Session, frame: ClientFrame): Promise<void> | undefined {
  if (session.expectations.size === 0) return undefined
  if (session.voiding !== undefined && isBehindCode(session, session.voiding, frame))
    return allAnswered(session)
  return session.names.owesEarlier && usesOpenName(session, frame) ? allAnswered(session) : undefined
}

/** The portal that was planned with it is what it was. */
function isBehindCode(session: Session, voiding: Running, { type, payload }: ClientFrame): boolean {
  const { names, encoding } = session
  if (type === frontend.Execute)
    return names.portal(decodeExecute(payload, encoding).portal)?.opened?.run !== voiding
  if (type !== frontend.Describe) return true
  const { target, name } = decodeDescribe(payload, encoding)
  return target === 'statement' || names.portal(name)?.opened?.run !== voiding
}

/** Words of SQL that use a name defined by the wire protocol. */
const usesNames = /execute|fetch|move/i

function usesOpenName({ names, encoding }: Session, { type, payload }: ClientFrame): boolean {
  switch (type) {
    case frontend.Bind:
      return names.isOpenStatement(decodeBind(payload, encoding).statement)
    case frontend.Execute:
      return names.isOpenPortal(decodeExecute(payload, encoding).portal)
    case frontend.Describe: {
      const { target, name } = decodeDescribe(payload, encoding)
      return target === 'statement' ? names.isOpenStatement(name) : names.isOpenPortal(name)
    }
    case frontend.Query:
    case frontend.Parse:
      return usesNames.test(payload.toString('latin1'))
    default:
      return false
  }
}

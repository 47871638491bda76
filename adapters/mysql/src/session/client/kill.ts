import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision } from '@sluice/core/policy/decision'
import { columnMasks } from '@sluice/core/policy/masks'
import { samePrincipal } from '@sluice/core/policy/principal'
import type { Statement } from '@sluice/core/statement/command'
import { admit, closeRecord, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { guardIdentity } from '@sluice/gateway/pipeline/decide'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import type { Frame } from '../../framing/frame-piece.ts'
import { decodeComProcessKill } from '../../messages/com-process-kill.ts'
import { encodeComQuery } from '../../messages/com-query.ts'
import { carryOut } from '../carry-out.ts'
import type { LiveConnection } from '../connections.ts'
import { decide, recordAllowed } from '../decide.ts'
import { answerOk } from '../local-ok.ts'
import { readOne } from '../read-one.ts'
import type { Outcome } from '../session.ts'
import type { WireSession } from '../wire-session.ts'

/** What a KILL ends, and of which connection; `id` is undefined where the text does not say it as a number. */
type Kill = { readonly what: 'query' | 'connection'; readonly id: number | undefined }

/** KILL as both servers have it, without what only an administrator needs: USER, QUERY ID, HARD and SOFT. */
const plain = /^kill\s+(?:(connection|query)\s+)?(\d{1,10})\s*;?$/i

/** The KILL that a statement is; undefined: it is another statement. */
export function asKill(statement: Statement, text: string): Kill | undefined {
  if (statement.kind !== 'maintenance' || statement.verb !== 'kill') return undefined
  const [, what, id] = plain.exec(text.trim()) ?? []
  return {
    what: what?.toLowerCase() === 'query' ? 'query' : 'connection',
    id: id === undefined ? undefined : Number(id),
  }
}

/** COM_PROCESS_KILL, as `KILL` with the id. */
export async function handleProcessKill(session: WireSession, frame: Frame): Promise<void> {
  const { connectionId } = decodeComProcessKill(frame.payload)
  const one = await readOne(session, `KILL ${connectionId}`)
  if (one.kind !== 'statement') throw new Error('`KILL` of a connection cannot be read')
  const kill: Kill = { what: 'connection', id: connectionId }
  const message = encodeKill(session, kill, connectionId)
  await killStatement(session, kill, one.understood.analysis, undefined, message)
}

/**
 * Ends a connection or what runs on it. Ids are the gateway's own. Of a session of the same principal the gateway does it
 * by itself, and no rule needs to allow it; of any other the policy decides, and the database is told its own id of it.
 */
export function killStatement(
  session: WireSession,
  kill: Kill,
  analysis: Analysis,
  traceparent: string | undefined,
  message: Buffer | Frame,
): Promise<Outcome> {
  const target = kill.id === undefined ? undefined : session.connections.find(kill.id)
  if (target !== undefined && isOwn(session, target))
    return killOwn(session, target, kill, analysis, traceparent)
  const decision = decide(session, analysis)
  const told = target === undefined ? message : encodeKill(session, kill, target.upstreamId)
  return carryOut(session, { kind: 'query', analysis, decision, traceparent, message: told })
}

function encodeKill({ upstreamCapabilities }: WireSession, { what }: Kill, id: number): Buffer {
  return encodeComQuery(
    { sql: `KILL ${what.toUpperCase()} ${id}`, attributes: [] },
    upstreamCapabilities.flags,
  )
}

function isOwn({ who }: WireSession, { principal }: LiveConnection): boolean {
  return samePrincipal(principal, who.principal)
}

async function killOwn(
  session: WireSession,
  target: LiveConnection,
  { what }: Kill,
  analysis: Analysis,
  traceparent: string | undefined,
): Promise<Outcome> {
  const { governance, who } = session
  const execution = recordAllowed(session, analysis, ownDecision(session), NO_VALUES, traceparent)
  if (execution === undefined) return 'failed'
  await admit(governance, who, execution)
  closeRecord(governance, who, execution, statementResult('completed', undefined, undefined), 0, 0)
  // Before what it asks for: it may end this very session.
  answerOk(session)
  if (what === 'connection') target.kill()
  else await target.cancel()
  return 'done'
}

function ownDecision({ governance, who }: WireSession): Decision {
  const expired = guardIdentity(governance, who)
  if (expired !== undefined) return expired
  return {
    kind: 'allow',
    rules: [{ id: 'sluice:own-connection', effect: 'allow', mode: 'enforce' }],
    errors: [],
    obligations: { masks: columnMasks(governance.policy(), who.principal, governance.database) },
    policyVersion: governance.policy().version,
  }
}

import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision } from '@sluice/core/policy/decision'
import { admit, type Execution, isAllowed } from '@sluice/gateway/pipeline/admit'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import { closeUnsent, record, refusalOf } from '../decide.ts'
import { failureCodeOf } from '../failure-code.ts'
import { refuseSimple } from '../refuse.ts'
import { type Running, running, settle } from '../running.ts'
import { isDeaf, sendStatement } from '../send.ts'
import type { Session } from '../session.ts'

/** What stands behind a message that is a statement by itself. */
type Alone = {
  readonly analysis: Analysis
  readonly decision: Decision
  readonly values: Parameters<typeof record>[3]
  readonly raw: Buffer
}

/** What was sent, whose answer is owed. */
export type Sent = { readonly run: Running; readonly execution: Execution }

/** Records a decided message that is a statement by itself, and sends or refuses it. Undefined: nothing was sent. */
export async function carryAlone(session: Session, alone: Alone): Promise<Sent | undefined> {
  const { analysis, decision, values, raw } = alone
  const execution = record(session, analysis, decision, values, undefined)
  if (decision.kind === 'deny' || !isAllowed(execution)) {
    closeUnsent(session, execution)
    if (decision.kind === 'deny') await refuseSimple(session, refusalOf(decision))
    return undefined
  }
  const run = running(execution)
  const permit = await permitOf(session, run)
  if (isDeaf(session)) {
    settle(session, run, 'skipped')
    return undefined
  }
  sendStatement(session, [permit], raw)
  return { run, execution }
}

async function permitOf(session: Session, run: Running): Promise<Permit> {
  try {
    return await admit(session.governance, session.who, run.execution)
  } catch (error) {
    settle(session, run, 'refused', failureCodeOf(error))
    throw error
  }
}

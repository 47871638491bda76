import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision } from '@sluice/core/policy/decision'
import type { Statement } from '@sluice/core/statement/command'
import { fileDenied } from './client-file.ts'
import { decide, denied } from './decide.ts'
import { asksForWarnings, isWarned } from './server/warnings.ts'
import { charsetRefusal } from './session.ts'
import type { WireSession } from './wire-session.ts'

/** Decides one statement: by the policy, behind what cannot be carried whatever the policy says. `named`: see `fileDenied`. */
export function decideHere(
  session: WireSession,
  statement: Statement,
  analysis: Analysis,
  named = false,
): Decision {
  const charset = charsetRefusal(statement)
  if (charset !== undefined) return denied(session, 'sluice:character-set', charset, 'connect with `utf8mb4`')
  const decision = decide(session, analysis)
  if (decision.kind === 'deny') return decision
  if (decision.obligations.masks.any && asksForWarnings(analysis) && isWarned(session))
    return denied(
      session,
      'sluice:inference',
      'the warnings of the statement before may tell what masked values are',
      'read it without masked columns, or ask someone who may read them raw',
    )
  return fileDenied(session, statement, analysis, named) ?? decision
}

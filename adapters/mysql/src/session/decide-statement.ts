import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision } from '@sluice/core/policy/decision'
import type { Statement } from '@sluice/core/statement/command'
import { decide, denied } from './decide.ts'
import { charsetRefusal } from './session.ts'
import type { WireSession } from './wire-session.ts'

/** Decides one statement: by the policy, behind what cannot be carried whatever the policy says. */
export function decideHere(session: WireSession, statement: Statement, analysis: Analysis): Decision {
  const charset = charsetRefusal(statement)
  if (charset !== undefined) return denied(session, 'sluice:character-set', charset, 'connect with `utf8mb4`')
  if (readsClientFile(statement)) {
    return denied(
      session,
      'sluice:local-infile',
      'the gateway carries no file of the client, so `LOAD DATA LOCAL` is refused',
      'send the rows with `INSERT`',
    )
  }
  return decide(session, analysis)
}

/** LOAD DATA LOCAL, also where it is prepared for later. */
function readsClientFile(statement: Statement): boolean {
  if (statement.kind === 'prepare') return readsClientFile(statement.statement)
  if (statement.kind === 'procedural') return statement.statements.some(readsClientFile)
  return statement.kind === 'copy' && statement.via === 'client'
}

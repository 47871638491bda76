import type { Analysis } from '@sluice/core/analysis/context'
import { isCapped } from '@sluice/core/policy/caps'
import type { Deny } from '@sluice/core/policy/decision'
import type { Statement } from '@sluice/core/statement/command'
import { spend } from '@sluice/gateway/pipeline/spend'
import { capability, has } from '../messages/capabilities.ts'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'
import { denied } from './decide.ts'
import type { Running } from './running.ts'
import type { WireSession } from './wire-session.ts'

/**
 * Why a statement that a rule lets send a file cannot all the same; undefined: it can, or it sends none. `named`: its text
 * names the file, so that it is known which one the database may ask for.
 */
export function fileDenied(
  session: WireSession,
  statement: Statement,
  { facts }: Analysis,
  named: boolean,
): Deny | undefined {
  if (facts.clientFile !== true) return undefined
  if (statement.kind !== 'copy' || !named)
    return denied(
      session,
      RULE,
      'a file of the client is sent for a statement that stands by itself only',
      'send `LOAD DATA LOCAL` as a text of its own, neither prepared nor inside of another statement',
    )
  if (has(session.capabilities.flags, capability.LOCAL_FILES)) return undefined
  return denied(
    session,
    RULE,
    'the client and the database have not both agreed to files of the client at the login',
    'turn on `local_infile` in the client, with `mariadb` by `--local-infile=1`, and at the database; then connect again',
  )
}

const RULE = 'sluice:local-infile'

/** Counts more of a file; what the client is told where a limit is passed. Then nothing of it may be sent. */
export function countFile({ governance }: WireSession, run: Running, bytes: number): Refusal | undefined {
  const { decision } = run.execution
  if (isCapped(decision.obligations)) {
    const exceeded = spend(governance, decision, run.returned, { rows: 0, bytes, labelled: 0 })
    if (exceeded !== undefined)
      return {
        code: errno.queryInterrupted,
        message: `the file is longer than rule \`${exceeded.rule}\` allows, so the session is ended and nothing is kept where tables have transactions`,
        hint: 'send a shorter file, or ask for a higher limit',
      }
  }
  run.bytes += bytes
  run.returned.bytes += bytes
  return undefined
}

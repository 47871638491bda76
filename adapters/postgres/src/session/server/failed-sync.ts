import { hash } from 'node:crypto'
import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision } from '@sluice/core/policy/decision'
import { columnMasks } from '@sluice/core/policy/masks'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { closeRecord, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import { record } from '../decide.ts'
import type { Expectation } from '../expectations.ts'
import { readAgain } from '../read.ts'
import type { Session } from '../session.ts'

/** What a Sync outside of a transaction block is (PostgreSQL documentation, "Extended Query": "Pipelining"). */
const COMMIT: ReadStatement = {
  statement: { kind: 'transaction', op: 'commit' },
  canonical: 'commit',
  fingerprint: hash('sha256', 'postgresql\ncommit', 'hex').slice(0, 32),
  literals: false,
  parameterCount: 0,
}

/**
 * A Sync failed, as where a check that was put off until then does: what its pipeline did is taken back, though its records
 * say, as the database did, that it completed. It has a record of its own then, as a COMMIT has.
 */
export function recordFailedSync(session: Session, owed: Expectation, code: string): void {
  if (owed.kind !== 'sync' || owed.own === true || session.transaction !== 'I') return
  const close = (analysis: Analysis): void => {
    const { governance, who } = session
    const execution = record(session, analysis, decisionOf(session), NO_VALUES, undefined)
    closeRecord(governance, who, execution, statementResult('failed', code, undefined), 0, 0)
  }
  const analysis = readAgain(session, COMMIT)
  if (analysis instanceof Promise) void analysis.then(close, session.report)
  else close(analysis)
}

/** No rule needs to allow it: the client asked for none. */
function decisionOf({ governance, who }: Pick<Session, 'governance' | 'who'>): Decision {
  const policy = governance.policy()
  return {
    kind: 'allow',
    rules: [{ id: 'sluice:sync', effect: 'allow', mode: 'enforce' }],
    errors: [],
    obligations: { masks: columnMasks(policy, who.principal, governance.database) },
    policyVersion: policy.version,
  }
}

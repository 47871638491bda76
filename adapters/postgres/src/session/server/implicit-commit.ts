import { hash } from 'node:crypto'
import type { Analysis } from '@sluice/core/analysis/context'
import type { Effect } from '@sluice/core/analysis/facts'
import { withoutTree } from '@sluice/core/analysis/without-tree'
import type { Decision } from '@sluice/core/policy/decision'
import { columnMasks } from '@sluice/core/policy/masks'
import { closeRecord, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { statementResult } from '@sluice/gateway/pipeline/statement-result'
import { record } from '../decide.ts'
import type { Expectation } from '../expectations.ts'
import type { Running } from '../running.ts'
import type { Session } from '../session.ts'

/**
 * What the transaction holds, of statements that were completed since the last ReadyForQuery, which no statement of the client's
 * ends: `changes`, which the database commits at a Sync or at the end of their text, or nothing. In a `block` COMMIT does.
 */
export type Uncommitted = 'nothing' | 'changes' | 'block'

/** A statement has completed: what of it is not committed yet (PostgreSQL documentation, "Pipelining" and "Multiple Statements"). */
export function noteCompleted(session: Session, owed: Expectation, { execution }: Running): void {
  const { verb, effects } = execution.analysis.facts
  if (session.transaction !== 'I') return
  if (endsItsText(owed) || endsBlock.has(verb)) session.uncommitted = 'nothing'
  else if (verb === 'begin') session.uncommitted = 'block'
  else if (session.uncommitted === 'nothing' && effects.some(isChange) && !byItself.test(verb))
    session.uncommitted = 'changes'
}

/** Committed by the time the database says that it is complete, unless a pipeline stands before it. */
function endsItsText(owed: Expectation): boolean {
  if (owed.kind !== 'query' || owed.endsPipeline || owed.refusal !== undefined) return false
  return owed.at === owed.runs.length - 1
}

const endsBlock: ReadonlySet<string> = new Set(['commit', 'rollback', 'prepare transaction'])

/** What commits itself, some of it in some forms (backend/access/transam/xact.c, `PreventInTransactionBlock`). */
const byItself =
  /^(vacuum|cluster|reindex|alter system|alter database|(create|drop|alter) (index|database|tablespace|subscription)|(commit|rollback) prepared)/

const isChange = (effect: Effect): boolean => effect !== 'read' && effect !== 'session'

/**
 * What was completed and not committed is taken back, or nobody knows: that has a record of its own, as a COMMIT has, since theirs
 * say, as the database did, that they completed.
 */
export function recordUncommitted(
  session: Session,
  outcome: 'failed' | 'skipped' | 'lost',
  code: string | undefined,
): void {
  session.uncommitted = 'nothing'
  const { governance, who } = session
  const execution = record(session, committing(session), decisionOf(session), NO_VALUES, undefined)
  closeRecord(governance, who, execution, statementResult(outcome, code, undefined), 0, 0)
}

/** As of a COMMIT. */
function committing({ governance }: Session): Analysis {
  return withoutTree(
    {
      verb: 'commit',
      effects: [],
      outputs: 'none',
      bounded: true,
      fingerprint: FINGERPRINT,
      canonical: 'commit',
    },
    governance.catalog.last()?.version ?? 0,
  )
}

const FINGERPRINT = hash('sha256', 'postgresql\ncommit', 'hex').slice(0, 32)

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

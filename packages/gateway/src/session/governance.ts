import type { Analysis, NameContext, SessionNames } from '@sluice/core/analysis/context'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { DatabaseFacts, SessionFacts } from '@sluice/core/policy/decision'
import type { Policy } from '@sluice/core/policy/policy'
import type { Principal } from '@sluice/core/policy/principal'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { AuditSink, Reach } from '../ports/audit-sink.ts'
import type { BudgetLedger } from '../ports/budget-ledger.ts'
import type { CatalogSource } from '../ports/catalog-source.ts'
import type { Dialect } from '../ports/dialect.ts'
import type { FlowLedger } from '../ports/flow-ledger.ts'
import type { IdentityProvider } from '../ports/identity-provider.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { Refusals } from './refusals.ts'

/** Everything that governs the sessions on one database. Shared by them; `policy` is asked anew at each statement. */
export type Governance = {
  readonly database: DatabaseFacts
  readonly dialect: Dialect
  readonly analyse: (
    read: ReadStatement,
    catalog: Catalog,
    context: NameContext,
    names: SessionNames,
  ) => Analysis
  readonly catalog: CatalogSource
  readonly policy: () => Policy
  readonly identity: IdentityProvider
  readonly audit: AuditSink
  /** Where connections are recorded that did not become a session. */
  readonly refusals: Refusals
  /** How far the record of a pure read must come before a byte of its result leaves. Absent: `disk`. */
  readonly readsWaitFor?: Reach
  readonly metrics: Metrics
  /** Keeps what statements move, so that labels follow it. Absent: nothing does. */
  readonly flows?: FlowLedger
  /** Counts hourly budgets. Absent: a rule that sets one lets nothing through. */
  readonly budgets?: BudgetLedger
  /** Keyed hash of a bind value for the record, lower-case hex. */
  readonly hashValue: (value: Uint8Array) => string
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Who is on a session and since when: fixed at connect. INVARIANT (identity-bound). */
export type SessionIdentity = {
  readonly principal: Principal
  readonly facts: SessionFacts
}

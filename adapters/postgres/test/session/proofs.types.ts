// Not run: compiled with the other tests, where each line marked as an error must be one.
import type { MaskedRow } from '@sluice/core/mask/apply'
import { rawRows } from '@sluice/core/mask/apply'
import type { MaskPlan } from '@sluice/core/mask/plan'
import type { Allow, Decision } from '@sluice/core/policy/decision'
import { admit, type Execution } from '@sluice/gateway/pipeline/admit'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { sendRows, sendStatement } from '../../src/session/send.ts'
import type { Session } from '../../src/session/session.ts'

declare const session: Session
declare const governance: Governance
declare const who: SessionIdentity
declare const message: Buffer
declare const permit: Permit
declare const row: MaskedRow
declare const plan: MaskPlan
declare const execution: Execution
declare const allowed: Execution & { readonly decision: Allow }
declare const decision: Decision

sendStatement(session, [permit], message)
sendRows(session, row)
sendRows(session, rawRows(plan, message))

// @ts-expect-error INVARIANT (record-before-effect): a statement needs a permit
sendStatement(session, message)
// @ts-expect-error a decision is none
sendStatement(session, [decision], message)
// @ts-expect-error a record's position is none
sendStatement(session, [{ position: 1 }], message)
// @ts-expect-error nor is the promise of one: it must have been waited for
sendStatement(session, [admit(governance, who, allowed)], message)
// @ts-expect-error a statement that was not allowed gets none
void admit(governance, who, execution)

// @ts-expect-error INVARIANT (no-unproven-column): bytes of rows are no masked rows
sendRows(session, message)
// @ts-expect-error nor is a copy of masked rows
sendRows(session, Buffer.from(row))
// @ts-expect-error nor a part of them
sendRows(session, row.subarray(1))

import type { Principal } from '@sluice/core/policy/principal'
import type { PrincipalRecord, SessionRefused } from '@sluice/core/record/record'
import { recorded } from '../pipeline/admit.ts'
import type { Governance, SessionIdentity } from './governance.ts'

/**
 * A session is about to begin: who, from where, on what. INVARIANT (record-before-effect): nothing is done for it before its
 * record is kept, which is when this resolves; the entry stands before all that are made behind the call. Rejects with
 * `JournalUnavailable`. Either way `closeSession` ends it.
 */
export async function openSession(
  governance: Governance,
  who: SessionIdentity,
  protocol: string,
): Promise<void> {
  governance.metrics.sessionOpened()
  const position = governance.audit.append({
    type: 'session.opened',
    session: who.facts.id,
    at: governance.now(),
    principal: principalRecord(who.principal),
    clientAddress: who.facts.clientAddress,
    applicationName: who.facts.applicationName,
    protocol,
    ...systemOf(governance, protocol),
    database: governance.database.name,
    tls: who.facts.tls,
  })
  await recorded(governance, { position, reach: governance.readsWaitFor ?? 'disk' })
}

/** A session ended. */
export function closeSession(
  governance: Governance,
  who: SessionIdentity,
  statements: number,
  reason: string,
): void {
  governance.metrics.sessionClosed()
  governance.audit.append({
    type: 'session.closed',
    session: who.facts.id,
    at: governance.now(),
    statements,
    reason: shortened(reason),
  })
}

/** A connection did not become a session. */
export function refuseSession(
  governance: Governance,
  refused: Omit<SessionRefused, 'type' | 'at' | 'system'>,
): void {
  const { protocol, login, database, reason } = refused
  governance.refusals.record({
    type: 'session.refused',
    at: governance.now(),
    ...refused,
    login: shortened(login),
    database: shortened(database),
    reason: shortened(reason),
    ...systemOf(governance, protocol),
  })
}

/** Longest text that the record keeps of who has proven nothing, in UTF-16 code units. Reasons quote what was sent. */
const MAX_TEXT_LENGTH = 256

function shortened(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`
}

function systemOf({ database: { system } }: Governance, protocol: string): { readonly system?: string } {
  return system === protocol ? {} : { system }
}

function principalRecord(principal: Principal): PrincipalRecord {
  const { id, kind, groups, provider, onBehalfOf, agent } = principal
  return {
    id,
    kind,
    groups,
    provider,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf: principalRecord(onBehalfOf) }),
    ...(agent === undefined ? {} : { agent }),
  }
}

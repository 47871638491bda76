import type { Principal } from '@sluice/core/policy/principal'
import type { PrincipalRecord, SessionRefused } from '@sluice/core/record/record'
import type { Governance, SessionIdentity } from './governance.ts'

/** A session began: who, from where, on what. */
export function openSession(governance: Governance, who: SessionIdentity, protocol: string): void {
  governance.metrics.sessionOpened()
  governance.audit.append({
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
    reason,
  })
}

/** A connection did not become a session. */
export function refuseSession(
  governance: Governance,
  refused: Omit<SessionRefused, 'type' | 'at' | 'system'>,
): void {
  const { protocol, login, database } = refused
  governance.refusals.record({
    type: 'session.refused',
    at: governance.now(),
    ...refused,
    login: shortened(login),
    database: shortened(database),
    ...systemOf(governance, protocol),
  })
}

/** Longest name that the record keeps of who has proven nothing, in UTF-16 code units. */
const MAX_NAME_LENGTH = 256

function shortened(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`
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

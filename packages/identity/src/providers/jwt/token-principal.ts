import type { Principal } from '@sluice/core/policy/principal'
import { IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import { type ClaimMapping, type Claims, claimAt, isClaims } from './claim-mapping.ts'

/** Names longer than this are refused, not cut: a cut name may be somebody else's. */
export const MAX_NAME_CHARS = 256
/** A principal with more groups is refused, not cut: the group that a deny rule names may be the one lost. */
export const MAX_GROUPS = 256
/** Actors of actors in one `act` claim. */
export const MAX_ACTORS = 4

/** What a mapping needs besides the claims. */
type TokenContext = {
  readonly provider: string
  readonly issuer: string
  readonly mapping: ClaimMapping
}

/**
 * Who a verified token speaks for. With an `act` claim (RFC 8693, "\"act\" (Actor) Claim") the principal is the
 * actor, an agent, on behalf of the token's subject. Actors nested deeper are history: RFC 8693 forbids to decide
 * by them, so their shape is checked and no more. Throws `IdentityRefused` with reason `malformed`.
 */
export function tokenPrincipal(claims: Claims, context: TokenContext): Principal {
  refuseUnverifiedEmail(claims, context.mapping)
  const subject = subjectOf(claims, context)
  const act = claims['act']
  return act === undefined ? subject : actorOf(actorClaims(act, context.issuer), claims, subject, context)
}

function subjectOf(claims: Claims, { provider, issuer, mapping }: TokenContext): Principal {
  const kind = kindOf(claims, mapping)
  return {
    id: requiredName(claimAt(claims, mapping.id), mapping.id),
    kind,
    groups: groupsOf(claims, mapping),
    provider,
    issuer,
    expiresAt: expiryOf(claims),
    ...(kind === 'agent' ? agentOf([claims], mapping) : {}),
  }
}

function actorOf(actor: Claims, token: Claims, subject: Principal, context: TokenContext): Principal {
  return {
    id: requiredName(actor['sub'], 'act.sub'),
    kind: 'agent',
    groups: groupsOf(actor, context.mapping),
    provider: context.provider,
    issuer: context.issuer,
    expiresAt: expiryOf(token),
    onBehalfOf: subject,
    ...agentOf([actor, token], context.mapping),
  }
}

/** The current actor. Its name is only unique within one issuer, so an actor of another one is refused. */
function actorClaims(act: unknown, issuer: string): Claims {
  let depth = 0
  for (let one: unknown = act; one !== undefined; one = one['act']) {
    if (!isClaims(one)) throw malformed('`act` is not an object')
    if (++depth > MAX_ACTORS) throw malformed(`more than ${MAX_ACTORS} actors in \`act\``)
    requiredName(one['sub'], 'act.sub')
    if (one['iss'] !== undefined && one['iss'] !== issuer) throw malformed('an actor of another issuer')
  }
  return act as Claims
}

/** JSON can write `1e999`, which reads as infinity: a token that never ends. */
function expiryOf(claims: Claims): number {
  const seconds = claims['exp']
  if (typeof seconds === 'number' && seconds <= Number.MAX_SAFE_INTEGER) return seconds
  throw malformed('`exp` is not a time')
}

function kindOf(claims: Claims, mapping: ClaimMapping): Principal['kind'] {
  const kind = claimAt(claims, mapping.kind)
  if (kind === undefined) return mapping.defaultKind
  if (kind === 'human' || kind === 'workload' || kind === 'agent') return kind
  throw malformed(`\`${mapping.kind}\` is not \`human\`, \`workload\` or \`agent\``)
}

function groupsOf(claims: Claims, mapping: ClaimMapping): readonly string[] {
  const groups = claimAt(claims, mapping.groups)
  if (groups === undefined) {
    refuseGroupsElsewhere(claims, mapping)
    return []
  }
  const list: readonly unknown[] = Array.isArray(groups) ? groups : [groups]
  if (list.length > MAX_GROUPS) throw malformed(`more than ${MAX_GROUPS} groups`)
  return [...new Set(list.map((group) => requiredName(group, mapping.groups)))]
}

/**
 * OpenID Connect, "Aggregated and Distributed Claims": Entra sends this when somebody has too many groups, or `hasgroups`
 * (Microsoft identity platform, "Access token claims reference").
 */
function refuseGroupsElsewhere(claims: Claims, mapping: ClaimMapping): void {
  const elsewhere = claims['_claim_names']
  const claim = mapping.groups.replace(/^\//, '')
  const untold = claim === 'groups' && claims['hasgroups'] === true
  if (untold || (isClaims(elsewhere) && Object.hasOwn(elsewhere, claim))) {
    throw malformed(
      `\`${mapping.groups}\` is not in the token but elsewhere; have the issuer send fewer groups`,
    )
  }
}

/** The first of `sources` that has a claim counts. Without a name there is no agent to describe. */
function agentOf(sources: readonly Claims[], mapping: ClaimMapping): Pick<Principal, 'agent'> {
  const name = firstName(sources, mapping.agentName)
  if (name === undefined) return {}
  const model = firstName(sources, mapping.agentModel)
  const runId = firstName(sources, mapping.agentRunId)
  return {
    agent: { name, ...(model === undefined ? {} : { model }), ...(runId === undefined ? {} : { runId }) },
  }
}

function firstName(sources: readonly Claims[], claim: string): string | undefined {
  const value = sources.map((source) => claimAt(source, claim)).find((found) => found !== undefined)
  return value === undefined ? undefined : requiredName(value, claim)
}

function requiredName(value: unknown, claim: string): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_NAME_CHARS) {
    throw malformed(`\`${claim}\` is not a text of 1 to ${MAX_NAME_CHARS} characters`)
  }
  // Names end up in logs, terminals and other protocols: half a surrogate pair would be the same character for all of them.
  if (/[\p{Cc}\p{Cs}]/u.test(value))
    throw malformed(`\`${claim}\` holds a control character or half a surrogate pair`)
  return value
}

/** An address that its holder did not prove is anybody's. Some issuers write the truth value as a text. */
function refuseUnverifiedEmail(claims: Claims, mapping: ClaimMapping): void {
  if (mapping.id !== 'email' && mapping.id !== '/email') return
  const verified = claims['email_verified']
  if (verified !== undefined && verified !== true && verified !== 'true')
    throw malformed('`email` is not verified')
}

function malformed(detail: string): IdentityRefused {
  return new IdentityRefused('malformed', detail)
}

import type { Principal } from '@sluice/core/policy/principal'

/**
 * Which claim says what. A name that starts with `/` is a JSON pointer (RFC 6901) into nested claims, such as
 * `/realm_access/roles`; any other is a claim of that very name, dots and colons included.
 */
export type ClaimMapping = {
  /** The principal's id. A token without it proves nobody. */
  readonly id: string
  /** A list of strings or one string. Absent: no groups. */
  readonly groups: string
  /** `human`, `workload` or `agent`. Absent: `defaultKind`. */
  readonly kind: string
  readonly defaultKind: Principal['kind']
  readonly agentName: string
  readonly agentModel: string
  readonly agentRunId: string
}

/** The conventions for issuers that can be told what to write. Override what yours calls otherwise. */
export const DEFAULT_CLAIMS: ClaimMapping = {
  id: 'sub',
  groups: 'groups',
  kind: 'principal_kind',
  defaultKind: 'human',
  agentName: 'agent_name',
  agentModel: 'agent_model',
  agentRunId: 'agent_run_id',
}

/** A JSON object from a token. The signature is good; what it holds is still input. */
export type Claims = Readonly<Record<string, unknown>>

/**
 * The value at `name`, or undefined. Only own properties are claims. What is there on the way and is no object has nothing
 * below it that could be left out: null, which fits no claim.
 */
export function claimAt(claims: Claims, name: string): unknown {
  const path = name.startsWith('/') ? name.slice(1).split('/').map(unescaped) : [name]
  let value: unknown = claims
  for (const key of path) {
    if (!isClaims(value)) return null
    if (!Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

/** Whether `value` is a JSON object. */
export function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}

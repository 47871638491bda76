import type { TokenIssuer } from '@sluice/testkit/tokens'

/** Somebody with a password; the gateway only keeps its verifier. */
type DemoPerson = {
  readonly id: string
  readonly login: string
  readonly password: string
  readonly groups: readonly string[]
}

/** May read, with personal data masked. */
export const ana: DemoPerson = {
  id: 'ana@example.com',
  login: 'ana',
  password: 'ana-demo',
  groups: ['analysts'],
}

/** The data-protection officer: sees everything. */
export const dora: DemoPerson = {
  id: 'dora@example.com',
  login: 'dora',
  password: 'dora-demo',
  groups: ['dpo'],
}

/** Everybody with a password. */
export const people: readonly DemoPerson[] = [ana, dora]

/** The login name that the agent gives; its token says who it is. */
export const AGENT_LOGIN = 'report-writer'

/** Who signs the demo's tokens, and whom they are for. */
export const issuerIdentity = { issuer: 'https://issuer.sluice.example', audience: 'sluice-demo' } as const

/** A token for an agent that acts for Ana (RFC 8693, "\"act\" (Actor) Claim"), good for eight hours. */
export function agentToken(issuer: TokenIssuer): Promise<string> {
  const act = {
    sub: AGENT_LOGIN,
    agent_name: AGENT_LOGIN,
    agent_model: 'demo-model-1',
    agent_run_id: 'run-42',
  }
  return issuer.sign(ana.id, { groups: [...ana.groups], act }, 8 * 3600)
}

import { describe, expect, test } from '@jest/globals'
import { type ClaimMapping, DEFAULT_CLAIMS } from '@sluice/identity/providers/jwt/claim-mapping'
import {
  MAX_ACTORS,
  MAX_GROUPS,
  MAX_NAME_CHARS,
  tokenPrincipal,
} from '@sluice/identity/providers/jwt/token-principal'

const ISSUER = 'https://issuer.example'
const ANA = { id: 'ana', kind: 'human', groups: [], provider: 'okta', issuer: ISSUER, expiresAt: 100 }

function principal(claims: object, mapping: Partial<ClaimMapping> = {}) {
  const context = { provider: 'okta', issuer: ISSUER, mapping: { ...DEFAULT_CLAIMS, ...mapping } }
  return tokenPrincipal({ sub: 'ana', exp: 100, ...claims }, context)
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `g${i}`)
}

/** `act` nested `depth` deep. */
function actors(depth: number): object {
  return depth === 1 ? { sub: 'a1' } : { sub: `a${depth}`, act: actors(depth - 1) }
}

describe('who a token speaks for', () => {
  test.each<[string, object, Partial<ClaimMapping>, object]>([
    ['the least there is', {}, {}, ANA],
    ['groups', { groups: ['a', 'b', 'a'] }, {}, { ...ANA, groups: ['a', 'b'] }],
    ['one group as text', { groups: 'a' }, {}, { ...ANA, groups: ['a'] }],
    [
      'groups inside another claim (Keycloak)',
      { realm_access: { roles: ['dba'] } },
      { groups: '/realm_access/roles' },
      { ...ANA, groups: ['dba'] },
    ],
    [
      'a claim with a URL for a name (Auth0)',
      { 'https://example.com/groups': ['a'] },
      { groups: 'https://example.com/groups' },
      { ...ANA, groups: ['a'] },
    ],
    ['an e-mail address as id', { email: 'ana@x.org' }, { id: 'email' }, { ...ANA, id: 'ana@x.org' }],
    [
      'an e-mail address that was proven, in words',
      { email: 'ana@x.org', email_verified: 'true' },
      { id: 'email' },
      { ...ANA, id: 'ana@x.org' },
    ],
    [
      'a workload by default (GitHub Actions)',
      { sub: 'repo:acme/shop', run_id: '7' },
      { defaultKind: 'workload' },
      { ...ANA, id: 'repo:acme/shop', kind: 'workload' },
    ],
    ['a kind in the token', { principal_kind: 'workload' }, {}, { ...ANA, kind: 'workload' }],
    [
      'an agent of its own',
      { principal_kind: 'agent', agent_name: 'etl', agent_model: 'm', agent_run_id: 'r' },
      {},
      { ...ANA, kind: 'agent', agent: { name: 'etl', model: 'm', runId: 'r' } },
    ],
    ['agent claims of somebody who is none', { agent_name: 'etl' }, {}, ANA],
  ])('%s', (_, claims, mapping, expected) => {
    expect(principal(claims, mapping)).toEqual(expected)
  })
})

describe('an actor (RFC 8693)', () => {
  const agent = { ...ANA, id: 'helper', kind: 'agent', onBehalfOf: { ...ANA, groups: ['analysts'] } }
  test.each<[string, object, object]>([
    ['acts for the subject, without its groups', { act: { sub: 'helper' } }, agent],
    ['of the same issuer', { act: { sub: 'helper', iss: ISSUER } }, agent],
    ['has its own groups', { act: { sub: 'helper', groups: ['bots'] } }, { ...agent, groups: ['bots'] }],
    [
      'is described in `act` first, then beside it',
      { agent_name: 'outer', agent_run_id: 'r', act: { sub: 'helper', agent_name: 'inner' } },
      { ...agent, agent: { name: 'inner', runId: 'r' } },
    ],
    ['earlier actors are history', { act: { sub: 'helper', act: { sub: 'root', groups: ['dba'] } } }, agent],
  ])('%s', (_, claims, expected) => {
    expect(principal({ groups: ['analysts'], ...claims })).toEqual(expected)
  })

  test('as many as the limit, not more', () => {
    expect(principal({ act: actors(MAX_ACTORS) })).toMatchObject({ id: `a${MAX_ACTORS}` })
    expect(() => principal({ act: actors(MAX_ACTORS + 1) })).toThrow(/more than 4 actors/)
  })
})

describe('refused rather than guessed', () => {
  test.each<[string, object, Partial<ClaimMapping>]>([
    ['no id', { sub: undefined }, {}],
    ['an empty id', { sub: '' }, {}],
    ['an id that is a number', { sub: 7 }, {}],
    ['a long id', { sub: 'x'.repeat(MAX_NAME_CHARS + 1) }, {}],
    ['an id of two lines', { sub: 'ana\nroot' }, {}],
    ['an id that many would be in other protocols', { sub: 'ana\ud800' }, {}],
    ['a group like that', { groups: ['\udc00'] }, {}],
    ['an inherited property as id', {}, { id: 'constructor' }],
    ['an inherited property on the way', {}, { id: '/constructor/name' }],
    ['a text where an id stands in an object', { user: 'ana' }, { id: '/user/name' }],
    ['an address nobody proved', { email: 'ceo@x.org', email_verified: false }, { id: 'email' }],
    [
      'an address nobody proved, by its pointer',
      { email: 'ceo@x.org', email_verified: false },
      { id: '/email' },
    ],
    ['an address nobody proved, in words', { email: 'ceo@x.org', email_verified: 'false' }, { id: 'email' }],
    ['groups that are an object', { groups: { a: true } }, {}],
    ['a group that is a number', { groups: ['a', 1] }, {}],
    ['groups that are null', { groups: null }, {}],
    ['a list where groups stand in an object', { realm_access: ['dba'] }, { groups: '/realm_access/roles' }],
    ['null where groups stand in an object', { realm_access: null }, { groups: '/realm_access/roles' }],
    ['a text where a kind stands in an object', { app: 'agent' }, { kind: '/app/kind' }],
    ['too many groups', { groups: names(MAX_GROUPS + 1) }, {}],
    ['groups kept elsewhere (Entra)', { _claim_names: { groups: 'src1' } }, {}],
    ['groups kept elsewhere, by pointer', { _claim_names: { groups: 'src1' } }, { groups: '/groups' }],
    ['groups that are not told (Entra)', { hasgroups: true }, {}],
    ['a kind there is not', { principal_kind: 'admin' }, {}],
    ['an actor that is text', { act: 'helper' }, {}],
    ['an actor that is null', { act: null }, {}],
    ['an actor without a name', { act: { groups: [] } }, {}],
    ['an actor of another issuer', { act: { sub: 'helper', iss: 'https://evil.example' } }, {}],
    ['an earlier actor that is a list', { act: { sub: 'helper', act: [] } }, {}],
    ['a run id that is a number', { principal_kind: 'agent', agent_name: 'a', agent_run_id: 7 }, {}],
    ['no end in sight', { exp: Number.POSITIVE_INFINITY }, {}],
  ])('%s', (_, claims, mapping) => {
    expect(() => principal(claims, mapping)).toThrow(expect.objectContaining({ reason: 'malformed' }))
  })

  test('as many groups as the limit', () => {
    expect(principal({ groups: names(MAX_GROUPS) }).groups).toHaveLength(MAX_GROUPS)
  })
})

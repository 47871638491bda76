import { describe, expect, test } from '@jest/globals'
import { type Principal, samePrincipal } from '../../src/policy/principal.ts'

const ana: Principal = { id: 'ana', kind: 'human', groups: ['analysts'], provider: 'okta' }
const agent: Principal = {
  id: 'ana',
  kind: 'agent',
  groups: [],
  provider: 'okta',
  agent: { name: 'reporter', model: 'm', runId: 'run-1' },
  onBehalfOf: ana,
}

describe('two logins', () => {
  test.each<readonly [string, Principal, Principal]>([
    ['one person', ana, { ...ana, groups: [], expiresAt: 5 }],
    ['one run', agent, { ...agent, agent: { name: 'reporter', runId: 'run-1' }, onBehalfOf: { ...ana } }],
  ])('are of %s', (_name, a, b) => {
    expect([samePrincipal(a, b), samePrincipal(b, a)]).toEqual([true, true])
  })

  test.each<readonly [string, Principal, Principal]>([
    ['ids', ana, { ...ana, id: 'bo' }],
    ['providers', ana, { ...ana, provider: 'other' }],
    ['kinds', ana, { ...ana, kind: 'workload' }],
    ['a person and an agent', { ...ana, kind: 'agent' }, agent],
    ['runs', agent, { ...agent, agent: { name: 'reporter', runId: 'run-2' } }],
    ['runs, one unnamed', agent, { ...agent, agent: { name: 'reporter' } }],
    ['agents', agent, { ...agent, agent: { name: 'other', runId: 'run-1' } }],
    ['people behind one agent', agent, { ...agent, onBehalfOf: { ...ana, id: 'bo' } }],
    ['an agent for somebody, and for nobody', agent, { ...agent, onBehalfOf: undefined as never }],
  ])('differ: %s', (_name, a, b) => {
    expect([samePrincipal(a, b), samePrincipal(b, a)]).toEqual([false, false])
  })
})

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { type ClaimMapping, DEFAULT_CLAIMS } from '@sluice/identity/providers/jwt/claim-mapping'
import { MAX_TOKEN_CHARS } from '@sluice/identity/providers/jwt/jwt-provider'
import { JWKS_COOLDOWN_MS, JWKS_MAX_AGE_MS, JWKS_TIMEOUT_MS } from '@sluice/identity/providers/jwt/key-source'
import {
  MAX_ACTORS,
  MAX_GROUPS,
  MAX_NAME_CHARS,
  tokenPrincipal,
} from '@sluice/identity/providers/jwt/token-principal'
import { MAX_ITERATIONS, MIN_ITERATIONS } from '@sluice/identity/scram-verifier'

const page = readFileSync(new URL('../../../docs/identity.md', import.meta.url), 'utf8')

function written(count: number): string {
  return count.toLocaleString('en')
}

test.each([
  `${written(MIN_ITERATIONS)} to ${written(MAX_ITERATIONS)} iterations`,
  `at most ${written(MAX_TOKEN_CHARS)} characters`,
  `every ${JWKS_MAX_AGE_MS / 60_000} minutes, in at most ${JWKS_TIMEOUT_MS / 1000} seconds`,
  `again after ${JWKS_COOLDOWN_MS / 1000} seconds`,
  `more than ${MAX_GROUPS} groups, names over ${MAX_NAME_CHARS} characters`,
  `\`act\` inside \`act\`, ${MAX_ACTORS} at most`,
])('docs/identity.md says: %s', (text) => {
  expect(page).toContain(text)
})

test.each(Object.entries(DEFAULT_CLAIMS))('docs/identity.md says: `%s` is `%s`', (key, claim) => {
  const table = page.slice(page.indexOf('### What a token says'), page.indexOf('### Agents'))
  const lines = table.split('\n').filter((line) => line.includes(`\`${key}\``))
  expect(lines.filter((line) => line.includes(`\`${claim}\``))).toHaveLength(1)
})

test('the agent of docs/identity.md is who the page says', () => {
  const [, example] = /```json\n(.*?)```/s.exec(page) ?? []
  const mapping: ClaimMapping = DEFAULT_CLAIMS
  const claims = JSON.parse(example ?? '') as Record<string, unknown>
  expect(tokenPrincipal(claims, { provider: 'p', issuer: 'https://issuer.example', mapping })).toMatchObject({
    id: 'report-writer',
    kind: 'agent',
    groups: ['agents'],
    agent: { name: 'report-writer', model: 'some-model', runId: 'run-7' },
    onBehalfOf: { id: 'ana@example.com', kind: 'human', groups: ['analysts'] },
  })
})

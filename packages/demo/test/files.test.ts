import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { loadPolicy } from '@sluice/core/policy/policy'
import { formatProblem } from '@sluice/core/policy/problem'

test('the policy that the demo shows is a good one', () => {
  const text = readFileSync(new URL('../files/policy.yaml', import.meta.url), 'utf8')
  const loaded = loadPolicy(text, 'policy.yaml')
  expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).toEqual([])
})

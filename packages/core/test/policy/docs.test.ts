import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { conditionTypes } from '../../src/policy/conditions/schema.ts'
import { ruleKeys } from '../../src/policy/parse-rule.ts'
import { problemsOf } from './given.ts'

const page = readFileSync(new URL('../../../../docs/policy.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '')

describe('docs/policy.md', () => {
  test('has examples', () => {
    expect(blocks.length).toBeGreaterThan(2)
  })

  test.each(blocks)('an example loads: %j', (text) => {
    expect(problemsOf(text)).toEqual([])
  })

  test.each(Object.entries(conditionTypes))('names every field of %s', (_, fields) => {
    for (const field of Object.keys(fields)) expect(page).toMatch(new RegExp(`\`(statement\\.)?${field}\``))
  })

  test.each(Object.entries(ruleKeys))('names every key of %s rules', (_, keys) => {
    for (const key of keys) expect(page).toContain(`| \`${key}\` |`)
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { policyEditorSchema } from '../../src/policy/editor-schema.ts'
import { baselineText } from '../../src/policy/packs/baseline.ts'
import { problemsOf } from './given.ts'
import { conforms } from './json-schema.ts'

const schema = policyEditorSchema()

test('the published file is what the code says', () => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../../../docs/schema/policy.schema.json', import.meta.url), 'utf8'),
  )
  expect(published).toEqual(schema)
})

test('the baseline conforms', () => {
  expect(conforms(schema, parse(baselineText))).toBe(true)
})

const mask = (transform: string) => `{ id: m, effect: mask, columns: "true", with: ${transform} }`

describe('the schema and the parser agree', () => {
  const allow = '{ id: all, effect: allow }'
  test.each([
    ['{ id: a, effect: allow, when: "true" }', true],
    ['{ id: a, effect: allow, mode: observe, unless: session.tls }', true],
    ['{ id: a, effect: deny, when: "true", message: no }', true],
    ['{ id: a, effect: limit, rows: 5 }', true],
    [mask('redact'), true],
    [mask('null'), true],
    [mask('{ constant: x }'), true],
    [mask('{ partial: { first: 1 } }'), true],
    [mask('{ default: redact, pii.email: { partial: { last: 1 } } }'), true],
    [mask('{ fpe: { alphabet: digits } }'), true],
    [mask('{ date: year }'), true],
    [mask('{ number: 1000 }'), true],
    [mask('{ json: { $.ssn: redact, "$.phones[*].number": { partial: { last: 2 } } } }'), true],
    [mask('{ pii.salary: { number: 1000 }, pii.dob: { date: decade } }'), true],
    ['{ id: a, effect: mask, columns: "true", with: redact, scan: on }', true],
    ['{ id: a, effect: mask, columns: "true", with: redact, scan: sometimes }', false],
    ['{ id: a, effect: limit, rows: 5, scan: on }', false],
    [mask('{ fpe: digits }'), false],
    [mask('{ fpe: { alphabet: runes } }'), false],
    [mask('{ date: hour }'), false],
    [mask('{ number: 1 }'), false],
    [mask('{ number: 2.5 }'), false],
    [mask('{ json: {} }'), false],
    [mask('{ json: { ssn: redact } }'), false],
    [mask('{ json: { $.ssn: blur } }'), false],
    ['{ effect: allow }', false],
    ['{ id: a }', false],
    ['{ id: a, effect: hold }', false],
    ['{ id: "a b", effect: allow }', false],
    ['{ id: a, effect: allow, message: no }', false],
    ['{ id: a, effect: allow, mode: off }', false],
    ['{ id: a, effect: deny }', false],
    ['{ id: a, effect: limit }', false],
    ['{ id: a, effect: limit, rows: 0 }', false],
    ['{ id: a, effect: limit, rows: many }', false],
    ['{ id: a, effect: mask, columns: "true" }', false],
    [mask('{}'), false],
    [mask('blur'), false],
    [mask('{ partial: {} }'), false],
    [mask('{ partial: { last: 33 } }'), false],
    [mask('{ PII: redact }'), false],
    [mask('{ default: blur }'), false],
  ])('%s', (rule, good) => {
    const text = `version: 1\nrules:\n  - ${allow}\n  - ${rule}\n`
    expect(conforms(schema, parse(text))).toBe(good)
    expect(problemsOf(text).length === 0).toBe(good)
  })

  test.each([
    'version: 2\nrules: [{ id: a, effect: allow }]',
    'rules: [{ id: a, effect: allow }]',
    'version: 1\nrules: []',
    'version: 1\nrules: [{ id: a, effect: allow }]\nextra: 1',
  ])('%j is refused by both', (text) => {
    expect(conforms(schema, parse(text))).toBe(false)
    expect(problemsOf(text)).not.toEqual([])
  })
})

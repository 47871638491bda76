import { describe, expect, test } from '@jest/globals'
import { type ColumnUse, useOf } from '../../src/analysis/uses.ts'
import type { Column } from '../../src/catalog/catalog.ts'
import { decide } from '../../src/policy/decide.ts'
import type { Decision } from '../../src/policy/decision.ts'
import { loadPolicy } from '../../src/policy/policy.ts'
import { column, database, facts, principal, problemsOf, session } from './given.ts'

const policyText = (level: string | undefined, more = ''): string => `version: 1
${level === undefined ? '' : `inference: ${level}\n`}rules:
  - { id: all, effect: allow, when: "statement.opaque == '' || true" }
  - { id: personal, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact, unless: "'dpo' in principal.groups" }
${more}`

const ask = (
  text: string,
  uses: readonly (readonly [Column | undefined, ColumnUse])[],
  who = principal(),
): Decision => {
  const loaded = loadPolicy(text, 'policy.yaml')
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  const told = facts({ uses: uses.map(([of, use]) => useOf(of, use)) })
  return decide(loaded.value, { facts: told, principal: who, database, session })
}

const email = column('email', 'pii.email')
const city = column('city')
const partly: Column = {
  ...email,
  labels: [{ name: 'pii.email', origin: 'derived', confidence: 1, computed: true }],
}

const mild: readonly ColumnUse[] = ['equality', 'join', 'null']
const telling: readonly ColumnUse[] = [
  'pattern',
  'range',
  'computed',
  'failing',
  'stored',
  'tested',
  'order',
  'group',
  'distinct',
  'set operation',
  'window',
  'rows',
]

const rule = (level: string): string =>
  `  - { id: own, effect: mask, columns: "column.name == 'card'", with: redact, inference: ${level} }`

describe('under `balanced`, the default', () => {
  test.each(mild)('a masked column may be used for %s', (use) => {
    expect(ask(policyText(undefined), [[email, use]]).kind).toBe('allow')
  })

  test.each(telling)('a masked column may not be used for %s', (use) => {
    expect(ask(policyText(undefined), [[email, use]])).toMatchObject({
      kind: 'deny',
      rules: [{ id: 'sluice:inference' }, { id: 'personal' }],
      message: expect.stringMatching(
        /^`public\.customers\.email`, which rule `personal` masks, may not be .*: that would tell what it holds \(rule `sluice:inference`\)$/,
      ),
      hint: expect.stringMatching(
        /^compare it as it is for equality with a value, leave it out there, or ask the owner of policy version `[0-9a-f]{12}`/,
      ),
    })
  })

  test.each(telling)('a column that nothing masks may be used for %s', (use) => {
    expect(ask(policyText(undefined), [[city, use]]).kind).toBe('allow')
  })

  test.each(telling)('whoever may read it may use it for %s', (use) => {
    expect(ask(policyText(undefined), [[email, use]], principal({ groups: ['dpo'] })).kind).toBe('allow')
  })

  test.each(['equality', 'join'] as const)(
    'what was computed of a masked column may not be used for %s',
    (use) => {
      expect(ask(policyText(undefined), [[partly, use]]).kind).toBe('deny')
    },
  )

  test.each(telling)('INVARIANT (no-unproven-column): what is not followed may not be used for %s', (use) => {
    expect(ask(policyText(undefined), [[undefined, use]])).toMatchObject({
      kind: 'deny',
      message: expect.stringContaining('a value whose origin cannot be proven'),
    })
    expect(ask(policyText(undefined), [[undefined, use]], principal({ groups: ['dpo'] })).kind).toBe('allow')
  })

  test('an agent has the masks of whom it acts for', () => {
    const agent = principal({ kind: 'agent', groups: ['dpo'], onBehalfOf: principal() })
    expect(ask(policyText(undefined), [[email, 'order']], agent).kind).toBe('deny')
  })

  test('one of several columns is enough', () => {
    expect(
      ask(policyText(undefined), [
        [city, 'order'],
        [email, 'equality'],
        [email, 'range'],
      ]).kind,
    ).toBe('deny')
  })
})

test.each([...mild, ...telling])('under `strict` a masked column may not be used for %s', (use) => {
  expect(ask(policyText('strict'), [[email, use]]).kind).toBe('deny')
  expect(ask(policyText('strict'), [[city, use]]).kind).toBe('allow')
})

test('under `strict` what was not understood is refused, whoever allows it', () => {
  const loaded = loadPolicy(policyText('strict'), 'policy.yaml')
  if (!loaded.ok) throw new Error('the policy did not load')
  const request = { facts: facts({ opaque: 'why' }), database, session }
  expect(decide(loaded.value, { ...request, principal: principal() }).kind).toBe('deny')
  expect(decide(loaded.value, { ...request, principal: principal({ groups: ['dpo'] }) }).kind).toBe('allow')
})

test.each([...mild, ...telling])('under `off` a masked column may be used for %s', (use) => {
  expect(ask(policyText('off'), [[email, use]]).kind).toBe('allow')
  expect(ask(policyText('off'), [[partly, use]]).kind).toBe('allow')
})

describe('a mask rule with a level of its own', () => {
  const card = column('card')
  const both = column('card', 'pii.card')

  test('counts for what it masks', () => {
    expect(ask(policyText('off', rule('strict')), [[card, 'equality']]).kind).toBe('deny')
    expect(ask(policyText('strict', rule('off')), [[card, 'order']]).kind).toBe('allow')
    expect(ask(policyText('strict', rule('off')), [[email, 'equality']]).kind).toBe('deny')
  })

  test('counts where it is the stricter', () => {
    expect(ask(policyText('off', rule('strict')), [[both, 'equality']]).kind).toBe('deny')
    expect(ask(policyText('strict', rule('off')), [[both, 'equality']]).kind).toBe('deny')
  })

  test('counts for what cannot be followed', () => {
    expect(ask(policyText('off', rule('balanced')), [[undefined, 'order']]).kind).toBe('deny')
  })
})

test('a level that is none is a mistake with its place', () => {
  expect(problemsOf(policyText('loose'))).toEqual([
    expect.stringMatching(/^policy\.yaml:2:12 inference: .*`balanced`/),
  ])
})

test('only mask rules have a level', () => {
  expect(problemsOf(policyText('off', '  - { id: d, effect: deny, when: "true", inference: off }'))).toEqual([
    expect.stringContaining('`inference` belongs to rules with `effect: mask`'),
  ])
})

import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { narrower } from '../../src/mask/narrower.ts'
import type { TransformSpec } from '../../src/mask/transform.ts'
import { columnMasks, transformFor } from '../../src/policy/masks.ts'
import type { Principal } from '../../src/policy/principal.ts'
import { column, database, policyOf, principal } from './given.ts'

const allow = '  - { id: all, effect: allow }\n'
const masks = (rules: string, who: Principal = principal()) =>
  columnMasks(policyOf(allow + rules), who, database)

const byLabel = `
  - id: pii
    effect: mask
    columns: "column.labels.exists(l, l.startsWith('pii.'))"
    with: { default: redact, pii: hash, pii.email: email, pii.card: { partial: { last: 4 } } }
    unless: "'dpo' in principal.groups"`

describe('the transform of a column', () => {
  test.each([
    ['no label', [], undefined],
    ['a label that no rule names', ['secret.token'], undefined],
    ['its own entry', ['pii.email'], { kind: 'email' }],
    ['the entry of a parent', ['pii.card.number'], { kind: 'partial', first: 0, last: 4 }],
    ['the entry of the root', ['pii.geo'], { kind: 'hash' }],
    ['the default', ['secret.token', 'pii.'], { kind: 'hash' }],
  ] as const)('%s', (_, labels, transform) => {
    expect(masks(byLabel).forColumn(column('c', ...labels))?.transform).toEqual(transform)
  })

  test('samples of other columns are NULL, all alike, where anything is masked, whatever the rules name', () => {
    const samples = column('most_common_vals', 'internal.sample')
    const { unfollowed, ...found } = masks(byLabel)
    expect(found.verdict(samples)).toEqual({
      mask: { transform: { kind: 'null' }, rule: 'sluice:samples', inference: unfollowed },
      rules: [],
      errors: [],
    })
    expect(masks(byLabel, principal({ groups: ['dpo'] })).forColumn(samples)).toBeUndefined()
    expect(masks(byLabel.replace('unless', 'mode: observe\n    unless')).forColumn(samples)).toBeUndefined()
    const named = masks(`${byLabel}
  - { id: own, effect: mask, columns: "'internal.sample' in column.labels", with: { constant: hidden } }`)
    expect(named.forColumn(samples)).toMatchObject({ transform: { kind: 'null' }, rule: 'own' })
  })

  test('the default where no label has an entry', () => {
    const found = masks(
      `  - { id: x, effect: mask, columns: "true", with: { pii.email: email, default: 'null' } }`,
    )
    expect(found.forColumn(column('c', 'pii.name'))?.transform).toEqual({ kind: 'null' })
    expect(found.forColumn(column('c'))?.transform).toEqual({ kind: 'null' })
  })

  test('a `with` without a default redacts', () => {
    const found = masks('  - { id: x, effect: mask, columns: "true", with: { pii.email: email } }')
    expect(found.forColumn(column('c', 'pii.name'))?.transform).toEqual({ kind: 'redact' })
  })

  test('of two labels the narrower', () => {
    const labels = ['pii.email', 'pii.card']
    const spec = transformFor(
      {
        otherwise: { kind: 'redact' },
        byLabel: new Map([
          ['pii.email', { kind: 'partial', first: 3, last: 0 }],
          ['pii.card', { kind: 'partial', first: 1, last: 0 }],
        ]),
      },
      labels,
    )
    expect(spec).toEqual({ kind: 'partial', first: 1, last: 0 })
  })

  test('a label more of the same kind never shows more', () => {
    const labels = fc.constantFrom('pii.email', 'pii.card', 'pii.card.number', 'pii.national-id', 'pii.name')
    const spec = fc.constantFrom<TransformSpec>(
      { kind: 'redact' },
      { kind: 'hash' },
      { kind: 'email' },
      { kind: 'partial', first: 0, last: 4 },
      { kind: 'partial', first: 2, last: 0 },
    )
    const entries = fc.dictionary(fc.constantFrom('pii', 'pii.email', 'pii.card', 'pii.name'), spec)
    fc.assert(
      fc.property(spec, entries, fc.array(labels, { minLength: 1 }), labels, (otherwise, by, own, more) => {
        const transforms = { otherwise, byLabel: new Map(Object.entries(by)) }
        const [before, after] = [transformFor(transforms, own), transformFor(transforms, [...own, more])]
        expect(narrower(before, after)).toEqual(after)
      }),
    )
  })

  test('a label that only starts alike is no child', () => {
    const spec = transformFor(
      { otherwise: { kind: 'null' }, byLabel: new Map([['pii.mail', { kind: 'email' }]]) },
      ['pii.mailbox'],
    )
    expect(spec).toEqual({ kind: 'null' })
  })
})

const two = (a: string, b: string) =>
  masks(
    `  - { id: a, effect: mask, columns: "true", with: ${a} }\n  - { id: b, effect: mask, columns: "true", with: ${b} }`,
  )

describe('two rules on a column', () => {
  test.each([
    ['redact', 'email', 'redact', 'a'],
    ['email', 'redact', 'redact', 'b'],
    ['{ partial: { last: 4 } }', '{ partial: { last: 2 } }', 'partial', 'b'],
    ['hash', 'email', 'redact', 'b'],
    ['redact', 'redact', 'redact', 'a'],
  ])('%s and %s', (a, b, kind, rule) => {
    expect(two(a, b).forColumn(column('c'))).toMatchObject({ transform: { kind }, rule })
  })

  test('the order of the rules does not change what is revealed', () => {
    const any = fc.constantFrom(
      'redact',
      "'null'",
      'email',
      'hash',
      '{ partial: { last: 4 } }',
      '{ partial: { first: 2 } }',
      '{ constant: x }',
    )
    fc.assert(
      fc.property(any, any, (a, b) => {
        const one = two(a, b).forColumn(column('c'))?.transform
        const other = two(b, a).forColumn(column('c'))?.transform
        expect(one).toEqual(other)
      }),
    )
  })
})

describe('whom a mask is for', () => {
  test('`any` is false only where no rule can mask', () => {
    expect(masks('').any).toBe(false)
    expect(masks(byLabel).any).toBe(true)
    expect(masks(byLabel, principal({ groups: ['dpo'] })).any).toBe(false)
  })

  test('`unless` shows the column', () => {
    const dpo = masks(byLabel, principal({ groups: ['dpo'] }))
    expect(dpo.forColumn(column('c', 'pii.email'))).toBeUndefined()
  })

  test('an agent of a dpo is masked, and a dpo agent of anybody else too', () => {
    const dpo = principal({ groups: ['dpo'] })
    const email = column('c', 'pii.email')
    const agent = principal({ id: 'bot', kind: 'agent', groups: [], onBehalfOf: dpo })
    expect(masks(byLabel, agent).forColumn(email)).toBeDefined()
    expect(
      masks(byLabel, { ...agent, groups: ['dpo'], onBehalfOf: principal() }).forColumn(email),
    ).toBeDefined()
    expect(masks(byLabel, { ...agent, groups: ['dpo'] }).forColumn(email)).toBeUndefined()
  })

  test('an observed rule masks nothing', () => {
    const found = masks('  - { id: x, effect: mask, mode: observe, columns: "true", with: redact }')
    expect(found.any).toBe(false)
    expect(found.forColumn(column('c'))).toBeUndefined()
    expect(found.verdict(column('c')).rules).toEqual([{ id: 'x', effect: 'mask', mode: 'observe' }])
  })
})

describe('a mask rule that fails to evaluate masks', () => {
  test.each([
    [
      'columns',
      '{ id: x, effect: mask, columns: "column.labels[3] == \'a\'", with: email }',
      { kind: 'redact' },
    ],
    [
      'unless',
      '{ id: x, effect: mask, columns: "true", with: email, unless: "principal.groups[9] == \'a\'" }',
      { kind: 'email' },
    ],
    [
      'when',
      '{ id: x, effect: mask, columns: "true", with: email, when: "principal.groups[9] == \'a\'" }',
      { kind: 'email' },
    ],
  ])('in `%s`', (_, rule, transform) => {
    const found = masks(`  - ${rule}`)
    const verdict = found.verdict(column('c'))
    expect(found.any).toBe(true)
    expect(verdict.mask).toEqual({ transform, rule: 'x', inference: 'balanced' })
    expect([...found.errors, ...verdict.errors]).toEqual([expect.objectContaining({ rule: 'x' })])
  })
})

test('a column is judged once', () => {
  const found = masks(byLabel)
  const email = column('c', 'pii.email')
  expect(found.forColumn(email)).toBe(found.forColumn(email))
})

const rule = (id: string, more: string): string =>
  `
  - { id: ${id}, effect: mask, columns: "false == true", with: redact, ${more} }`.replace(
    'false == true',
    "column.name == 'x'",
  )

describe('scan', () => {
  test.each([
    ['absent', rule('a', 'mode: enforce'), undefined],
    ['off', rule('a', 'scan: off'), undefined],
    ['on', rule('a', 'scan: on'), 'a'],
    ['on in one of two', rule('a', 'scan: off') + rule('b', 'scan: on'), 'b'],
    ['on, only observed', rule('a', 'scan: on, mode: observe'), undefined],
    ['on, for others', rule('a', `scan: on, unless: "principal.id != ''"`), undefined],
  ])('%s', (_, rules, expected) => {
    expect(masks(rules).scan).toBe(expected)
  })

  test('an agent has the search of whom it acts for', () => {
    const rules = rule('a', `scan: on, unless: "'dpo' in principal.groups"`)
    const agent = principal({ kind: 'agent', groups: ['dpo'], onBehalfOf: principal({ groups: [] }) })
    expect(masks(rules, agent).scan).toBe('a')
    expect(masks(rules, principal({ groups: ['dpo'] })).scan).toBeUndefined()
  })
})

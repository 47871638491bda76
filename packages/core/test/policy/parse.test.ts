import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { maxRules, parsePolicy } from '../../src/policy/parse.ts'
import { loadPolicy } from '../../src/policy/policy.ts'
import { maxFileCharacters } from '../../src/policy/yaml-source.ts'
import { problemsOf } from './given.ts'

const allow = '  - { id: all, effect: allow }'
const withRule = (rule: string) => `version: 1\nrules:\n${allow}\n${rule}\n`

test('a document keeps its rules in order, with modes and defaults', () => {
  const parsed = parsePolicy(
    withRule(
      '  - { id: cap, effect: limit, rows: 5, mode: observe }\n  - { id: d, effect: deny, when: "true", message: no }',
    ),
    'p.yaml',
  )
  expect(parsed).toMatchObject({
    ok: true,
    value: {
      version: 1,
      rules: [
        { id: 'all', effect: 'allow', mode: 'enforce' },
        { id: 'cap', effect: 'limit', mode: 'observe', per: 'statement', most: { rows: 5 } },
        { id: 'd', effect: 'deny', mode: 'enforce', message: 'no' },
      ],
    },
  })
})

const version = (text: string) => {
  const loaded = loadPolicy(text, 'p.yaml')
  return loaded.ok ? loaded.value.version : undefined
}

test('the version is the hash of the text', () => {
  expect(version(withRule(''))).toMatch(/^[0-9a-f]{12}$/)
  expect(version(withRule(''))).toBe(version(withRule('')))
  expect(version(withRule(''))).not.toBe(version(withRule('# a comment')))
})

test.each([
  ['redact', { kind: 'redact' }],
  ['null', { kind: 'null' }],
  ["'null'", { kind: 'null' }],
  ['email', { kind: 'email' }],
  ['hash', { kind: 'hash' }],
  ['{ constant: hidden }', { kind: 'constant', value: 'hidden' }],
  ['{ partial: { last: 4 } }', { kind: 'partial', first: 0, last: 4 }],
  ['{ partial: { first: 1, last: 4 } }', { kind: 'partial', first: 1, last: 4 }],
  ['{ default: email }', { kind: 'email' }],
  ['{ fpe: { alphabet: digits } }', { kind: 'fpe', alphabet: 'digits' }],
  ['{ date: year }', { kind: 'date', unit: 'year' }],
  ['{ number: 1000 }', { kind: 'number', bucket: 1000 }],
  [
    '{ json: { $.ssn: redact, "$..phone": { partial: { last: 2 } } } }',
    {
      kind: 'json',
      paths: [
        { path: '$.ssn', transform: { kind: 'redact' } },
        { path: '$..phone', transform: { kind: 'partial', first: 0, last: 2 } },
      ],
    },
  ],
])('`with: %s`', (text, otherwise) => {
  const loaded = loadPolicy(withRule(`  - { id: m, effect: mask, columns: "true", with: ${text} }`), 'p.yaml')
  expect(loaded).toMatchObject({ ok: true, value: { masks: [{ transforms: { otherwise } }] } })
})

test.each([
  ['hash', true],
  ['{ default: redact, pii.email: hash }', true],
  ['{ default: redact, pii.card: { fpe: { alphabet: digits } } }', true],
  ['{ json: { $.id: hash } }', true],
  ['{ json: { $.id: redact } }', false],
  ['email', false],
])('`with: %s` needs the key: %s', (text, needsKey) => {
  const loaded = loadPolicy(withRule(`  - { id: m, effect: mask, columns: "true", with: ${text} }`), 'p.yaml')
  expect(loaded).toMatchObject({ ok: true, value: { needsKey } })
})

const rule = (text: string) => withRule(`  - ${text}`)

describe('one problem, with its place and what to write instead', () => {
  test.each([
    ['', '1:1 must be a map; write `version: 1` and a list of `rules`'],
    ['version: 1', '1:1 `rules` is missing; write a list of rules'],
    ['version: 1\nrules: []', '2:8 rules: the policy allows nothing; add a rule with `effect: allow`'],
    [
      'version: 1\nrules:\n  - { id: a, effect: limit, rows: 1 }',
      '3:3 rules: the policy allows nothing; add a rule with `effect: allow`',
    ],
    [
      'version: 1\nrules:\n  - { id: a, effect: allow, mode: observe }',
      '3:3 rules: the policy allows nothing; add a rule with `effect: allow`',
    ],
    [
      `version: 2\nrules:\n${allow}`,
      '1:10 version: this version of the product reads `version: 1`; write `version: 1`',
    ],
    [`version: 1\nrule: 3\nrules:\n${allow}`, '2:1 rule: unknown key `rule`; did you mean `rules`?'],
    [
      rule('{ effect: allow }'),
      '4:5 rules[1]: `id` is missing; name the rule, so that records and messages can cite it',
    ],
    [
      rule('{ id: a b, effect: allow }'),
      '4:11 rules[1].id: must be up to 64 letters, digits, `.`, `_` and `-`, e.g. `analysts-read`',
    ],
    [
      rule('{ id: all, effect: allow }'),
      '4:11 rules[1].id: `all` is the id of an earlier rule; give each rule its own',
    ],
    [
      rule('{ id: a }'),
      '4:5 rules[1]: `effect` is missing; write `effect: allow`, `deny`, `mask` or `limit`',
    ],
    [rule('{ id: a, effect: alow }'), '4:22 rules[1].effect: `alow` is not known; did you mean `allow`?'],
    [
      rule('{ id: a, effect: hold, approvers: { groups: [dba] } }'),
      '4:22 rules[1].effect: approvals (`hold`) are not in this version; the closest is `effect: deny` with a `message` that says whom to ask',
    ],
    [
      rule('{ id: a, effect: allow, mode: watch }'),
      '4:35 rules[1].mode: `watch` is not known; use one of `enforce`, `observe`',
    ],
    [
      rule('{ id: a, effect: allow, rows: 3 }'),
      '4:29 rules[1].rows: `rows` belongs to rules with `effect: limit`; add a rule of its own',
    ],
    [
      rule('{ id: a, effect: allow, wen: "true" }'),
      '4:29 rules[1].wen: unknown key `wen`; did you mean `when`?',
    ],
    [
      rule('{ id: a, effect: allow, when: true }'),
      '4:35 rules[1].when: must be a text; write a CEL expression in quotes, e.g. `"\'admins\' in principal.groups"`',
    ],
    [
      rule('{ id: a, effect: deny }'),
      "4:5 rules[1]: `when` is missing; without it everything is refused; write `when: 'true'` if that is meant",
    ],
    [
      rule('{ id: a, effect: deny, when: "false" }'),
      '4:34 rules[1].when: the rule can never fire; remove it or correct this condition',
    ],
    [
      rule('{ id: a, effect: deny, when: "1 == 2" }'),
      '4:34 rules[1].when: the rule can never fire; remove it or correct this condition',
    ],
    [
      rule('{ id: a, effect: deny, when: "1/0 == 2" }'),
      '4:35 rules[1].when: the condition failed with division by zero at character 1; it always does',
    ],
    [
      rule('{ id: a, effect: allow, unless: "true" }'),
      '4:37 rules[1].unless: the rule can never fire; remove it or correct this condition',
    ],
    [
      rule('{ id: a, effect: allow, when: session.tls, unless: session.tls }'),
      '4:56 rules[1].unless: the rule can never fire; remove it or correct this condition',
    ],
    [
      rule('{ id: a, effect: limit, rows: 0 }'),
      '4:35 rules[1].rows: must be a whole number from 1 to 1000000000',
    ],
    [
      rule('{ id: a, effect: limit, rows: 1.5 }'),
      '4:35 rules[1].rows: must be a whole number from 1 to 1000000000',
    ],
    [
      rule('{ id: a, effect: mask, with: redact }'),
      '4:5 rules[1]: `columns` is missing; say which columns, e.g. by `column.labels`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true" }'),
      '4:5 rules[1]: `with` is missing; say how to mask, e.g. `with: redact`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "false", with: redact }'),
      '4:37 rules[1].columns: the rule can never fire; remove it or correct this condition',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: {} }'),
      '4:51 rules[1].with: the rule masks with nothing; write `with: redact` or a transform per label',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: }'),
      '4:51 rules[1].with: is no transform; write e.g. `redact`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: emial }'),
      '4:51 rules[1].with: is no transform; did you mean `email`?',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: partial }'),
      '4:51 rules[1].with: say what to keep, e.g. `{ partial: { last: 4 } }`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { partial: { last: 99 } } }'),
      '4:70 rules[1].with.partial.last: must be a whole number from 0 to 32',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { partial: { last: 0 } } }'),
      '4:62 rules[1].with.partial: keeps nothing; write e.g. `{ last: 4 }`, or `redact` to keep nothing',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: json }'),
      '4:51 rules[1].with: say what to mask inside the document, e.g. `{ json: { $.ssn: redact } }`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { json: { ssn: redact } } }'),
      '4:61 rules[1].with.json.ssn: is no path; write e.g. `$.customer.ssn`, `$.phones[*].number` or `$..email` (up to 32 steps, one `..`)',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { json: { $.a: { json: { $.b: redact } } } } }'),
      '4:66 rules[1].with.json.$.a: `json` does not nest; write the whole path instead',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { json: {} } }'),
      '4:59 rules[1].with.json: must have 1 to 64 paths, each with a transform, e.g. `{ json: { $.ssn: redact } }`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { date: hour } }'),
      '4:59 rules[1].with.date: `hour` is not known; use one of `decade`, `year`, `month`, `day`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { number: 1 } }'),
      '4:61 rules[1].with.number: must be a whole number from 2 to 9007199254740991',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { fpe: { letters: digits } } }'),
      '4:60 rules[1].with.fpe.letters: unknown key `letters`; use `alphabet`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { fpe: { alphabet: digit } } }'),
      '4:70 rules[1].with.fpe.alphabet: `digit` is not known; did you mean `digits`?',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: redact, scan: maybe }'),
      '4:65 rules[1].scan: `maybe` is not known; use one of `on`, `off`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { PII: redact } }'),
      '4:53 rules[1].with.PII: must be `default` or a label such as `pii.email`',
    ],
    [
      rule('{ id: a, effect: mask, columns: "true", with: { pii.email: { constant: 3 } } }'),
      '4:76 rules[1].with.pii.email.constant: must be a text of up to 256 characters, in quotes',
    ],
    [
      'version: 1\nrules:\n  - { id: a',
      '3:12 flow map in block collection must be sufficiently indented and end with a }; write valid YAML',
    ],
    ['version: 1\nversion: 1', '2:1 map keys must be unique; write valid YAML'],
  ])('%j', (text, expected) => {
    expect(problemsOf(text)[0]).toBe(`policy.yaml:${expected}`)
  })
})

const when = (condition: string) => withRule(`  - { id: a, effect: allow, when: ${condition} }`)

describe('one problem inside a condition', () => {
  test.each([
    [
      when('"statement.verbx == \'x\'"'),
      '4:46 rules[1].when: there is no field `verbx`; did you mean `verb`?',
    ],
    [
      when('"statement.tables.exists(t, t.nam == \'a\')"'),
      '4:65 rules[1].when: there is no field `nam`; did you mean `name`?',
    ],
    [
      when('"principal.agent.modell == \'a\'"'),
      '4:52 rules[1].when: there is no field `modell`; did you mean `model`?',
    ],
    [
      when('"statement.constructor == 1"'),
      expect.stringContaining('4:46 rules[1].when: there is no field `constructor`; use one of'),
    ],
    [
      when('"stament.verb == \'x\'"'),
      '4:36 rules[1].when: `stament` is not known; did you mean `statement`?',
    ],
    [
      when('"column.name == \'x\'"'),
      '4:36 rules[1].when: `column` is not known outside `columns` of a mask rule; ask about `principal`, `database`, `statement`, `session`',
    ],
    [
      when('statement.verb == 3'),
      '4:35 rules[1].when: no such overload: string == int; both sides must have types that fit',
    ],
    [
      when('statement.verb'),
      '4:35 rules[1].when: the condition yields `string`; compare it, so that it yields `bool`',
    ],
    [
      when('dyn(statement.verb)'),
      '4:35 rules[1].when: the condition yields `dyn`; compare it, so that it yields `bool`',
    ],
    [
      when('"statement.verb =="'),
      '4:53 rules[1].when: unexpected token: EOF; write a CEL expression that yields true or false',
    ],
    [
      when('"statement.verb.startWith(\'x\')"'),
      '4:36 rules[1].when: there is no function `startWith`; did you mean `startsWith`?',
    ],
    [
      when('"[1].exists(statement, statement == 1)"'),
      '4:47 rules[1].when: `statement` is what the condition asks about; name the loop variable `x`',
    ],
    [
      when('"\'x\'.matches(session.applicationName)"'),
      '4:48 rules[1].when: the pattern of `matches` must be a constant text',
    ],
    [
      when('"statement.verb.matches(\'(a+)+$\')"'),
      '4:59 rules[1].when: the pattern of `matches` may take too long; begin it with `^`, or use `startsWith`, `contains` or `in`',
    ],
    [when('"statement.verb.matches(\'[\')"'), '4:59 rules[1].when: `[` is no regular expression'],
  ])('%j', (text, expected) => {
    const [first] = problemsOf(text)
    expect(first?.slice('policy.yaml:'.length)).toEqual(expected)
  })

  test('masks hold for a session, so they cannot ask about a statement', () => {
    const text = withRule(
      '  - { id: a, effect: mask, columns: "statement.verb == \'x\'", with: redact, unless: session.tls }',
    )
    expect(problemsOf(text)).toEqual([
      'policy.yaml:4:38 rules[1].columns: `statement` is not known in a mask rule, which holds for a session; ask about `principal`, `database`, `column`',
      'policy.yaml:4:84 rules[1].unless: `session` is not known in a mask rule, which holds for a session; ask about `principal`, `database`',
    ])
  })

  test.each([
    ['a block', '|\n      true &&\n        statement.verbx == 1', '7:19'],
    ['a folded block', '>-\n      true &&\n      statement.verbx == 1', '7:17'],
    ['single quotes', "'''x'' == statement.verbx'", '5:31'],
    ['double quotes', '"\\"x\\" == statement.verbx"', '5:31'],
  ])('the place is right in %s', (_, condition, place) => {
    const text = `version: 1\nrules:\n  - id: a\n    effect: allow\n    when: ${condition}\n`
    expect(problemsOf(text)[0]).toMatch(new RegExp(`^policy.yaml:${place} .* no field .verbx.`))
  })
})

test('all problems at once, in the order of the file', () => {
  const found = problemsOf(`version: 3
rules:
  - { id: a, effect: alow }
  - { id: a, effect: allow, when: "statement.verbx == ''", unless: "principal.idd == ''" }
extra: 1
`)
  expect(found.map((line) => line.split(' ')[0])).toEqual([
    'policy.yaml:1:10',
    'policy.yaml:3:22',
    'policy.yaml:4:11',
    'policy.yaml:4:46',
    'policy.yaml:4:79',
    'policy.yaml:5:1',
  ])
})

const level = (name: string, of: string) => `${name}: &${name} [${Array(20).fill(of).join(', ')}]`

const rules = (count: number) =>
  `version: 1\nrules:\n${Array.from({ length: count }, (_, index) => `  - { id: r${index}, effect: allow }`).join('\n')}`

describe('bounds', () => {
  test('rules', () => {
    expect(problemsOf(rules(maxRules))).toEqual([])
    expect(problemsOf(rules(maxRules + 1))[0]).toContain(`has more than ${maxRules} rules`)
  })
  test('characters', () => {
    const text = withRule('')
    expect(problemsOf(text + '#'.repeat(maxFileCharacters - text.length))).toEqual([])
    expect(problemsOf(text + '#'.repeat(maxFileCharacters - text.length + 1))[0]).toContain(
      'characters; split it',
    )
  })
  test('aliases that multiply', () => {
    const text = `a: &a [x, x]\n${level('b', '*a')}\n${level('c', '*b')}\n${level('d', '*c')}\n${level('e', '*d')}\n`
    expect(problemsOf(text)[0]).toContain('repeated too often')
  })
  test('an alias of itself', () => {
    expect(problemsOf('version: 1\nrules: &r [*r]')[0]).toContain('nested too deep')
  })
  test('conditions', () => {
    const long = `statement.verb == '${'x'.repeat(5000)}'`
    expect(problemsOf(withRule(`  - { id: a, effect: allow, when: "${long}" }`))[0]).toContain(
      'more than 4096 characters',
    )
    const deep = `${'('.repeat(200)}true${')'.repeat(200)}`
    expect(problemsOf(withRule(`  - { id: a, effect: allow, when: "${deep}" }`))).toHaveLength(1)
  })
})

test('any text gives a policy or problems with places, and never throws', () => {
  const word = fc.constantFrom(
    'version',
    'rules',
    'id',
    'effect',
    'allow',
    'mask',
    'with',
    'when',
    ':',
    ' ',
    '\n',
    '  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '*a',
    '&a',
    '"',
    "'",
    '1',
    'null',
    '|',
    '>',
    '#',
    '\t',
    '__proto__',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
      const loaded = loadPolicy(words.join(''), 'p.yaml')
      if (loaded.ok) return
      expect(loaded.problems.length).toBeGreaterThan(0)
      for (const problem of loaded.problems) {
        expect(problem.line).toBeGreaterThan(0)
        expect(problem.column).toBeGreaterThan(0)
      }
    }),
    { numRuns: 500 },
  )
})

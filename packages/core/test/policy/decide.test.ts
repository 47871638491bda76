import { describe, expect, test } from '@jest/globals'
import type { Facts } from '../../src/analysis/facts.ts'
import { isCapped } from '../../src/policy/caps.ts'
import { decide } from '../../src/policy/decide.ts'
import type { Decision } from '../../src/policy/decision.ts'
import { units } from '../../src/policy/document.ts'
import { column, database, facts, policyOf, principal, session } from './given.ts'

const ask = (rules: string, change: Partial<Facts> = {}, who = principal()): Decision =>
  decide(policyOf(rules), { facts: facts(change), principal: who, database, session })

/** `allow`, `deny`, and the ids of the rules behind it. */
const short = (decision: Decision): string =>
  [decision.kind, ...decision.rules.map((rule) => (rule.mode === 'observe' ? `(${rule.id})` : rule.id))].join(
    ' ',
  )

const readers = `
  - { id: readers, effect: allow, when: "statement.effects == ['read']" }`
const everything = `
  - { id: everything, effect: allow }`

describe('INVARIANT (deny-by-default)', () => {
  test.each([
    ['an allow rule holds', readers, {}, 'allow readers'],
    ['no allow rule holds', readers, { effects: ['read', 'write'] }, 'deny'],
    [
      'an observed allow rule allows nothing',
      `${readers}\n  - { id: all, effect: allow, mode: observe }`,
      { effects: ['ddl'] },
      'deny (all)',
    ],
    [
      'BEGIN has no effects',
      `  - { id: x, effect: allow, when: "statement.effects.all(e, e == 'read')" }`,
      { verb: 'begin', effects: [], tables: [] },
      'allow x',
    ],
  ] as const)('%s', (_, rules, change, expected) => {
    expect(short(ask(rules, change))).toBe(expected)
  })

  test('the denial says that nothing allows it, for whom, and what to ask for', () => {
    expect(ask(readers, { verb: 'delete', effects: ['read', 'write'] })).toMatchObject({
      kind: 'deny',
      message: 'no rule allows `delete` on `public.customers` for `ana@example.com`',
      hint: expect.stringMatching(
        /^ask the owner of policy version `[0-9a-f]{12}` for database `shop` for an allow rule \(verb `delete`, effects: read, write\)$/,
      ),
    })
  })

  test.each([
    ['deny', '{ id: broken, effect: deny, when: "statement.tables[5].name == \'x\'" }'],
    ['allow', '{ id: broken, effect: allow, when: "statement.tables[5].name == \'x\'" }'],
    ['limit', '{ id: broken, effect: limit, rows: 5, when: "statement.tables[5].name == \'x\'" }'],
    ['unless', '{ id: broken, effect: deny, when: "true", unless: "statement.tables[5].name == \'x\'" }'],
  ])('a rule that fails to evaluate denies: %s', (_, rule) => {
    const decision = ask(`${everything}\n  - ${rule}`)
    expect(decision).toMatchObject({
      kind: 'deny',
      rules: [{ id: 'broken' }],
      errors: [{ rule: 'broken', message: 'the condition failed with index out of bounds at character 1' }],
      message: '`select` on `public.customers` is refused: rule `broken` failed to evaluate',
    })
  })

  test('a rule in observe that fails is recorded and denies nothing', () => {
    const rule = '{ id: broken, effect: deny, mode: observe, when: "statement.tables[5].name == \'x\'" }'
    const decision = ask(`${everything}\n  - ${rule}`)
    expect(short(decision)).toBe('allow everything')
    expect(decision.errors).toEqual([expect.objectContaining({ rule: 'broken' })])
  })

  test('a fact that is missing fails the rule, and `has` asks for it first', () => {
    const bare = '{ id: for-bob, effect: deny, when: "principal.onBehalfOf.id == \'bob\'" }'
    const guarded =
      '{ id: for-bob, effect: deny, when: "has(principal.onBehalfOf) && principal.onBehalfOf.id == \'bob\'" }'
    expect(short(ask(`${everything}\n  - ${bare}`))).toBe('deny for-bob')
    expect(short(ask(`${everything}\n  - ${guarded}`))).toBe('allow everything')
  })

  test('an error never holds a value of the statement', () => {
    const rule = `{ id: broken, effect: deny, when: "int(statement.verb) == 1" }`
    const decision = ask(`${everything}\n  - ${rule}`, { verb: 'secret-in-verb' })
    expect(JSON.stringify(decision.errors)).not.toContain('secret-in-verb')
    expect(decision.kind).toBe('deny')
  })
})

describe('opaque statements', () => {
  const opaque = { opaque: 'nested too deep', effects: ['unknown'], tables: [], verb: 'opaque' } as const
  test.each([
    ['a rule without a condition does not speak for them', everything, 'deny'],
    [
      'a rule that is true of them by accident does not either',
      `  - { id: x, effect: allow, when: "statement.verb != 'drop table'" }`,
      'deny',
    ],
    [
      'a rule that asks for the reason may',
      `  - { id: x, effect: allow, when: "statement.opaque != ''" }`,
      'allow x',
    ],
    ['and is asked', `  - { id: x, effect: allow, when: "statement.opaque == ''" }`, 'deny'],
    [
      'naming it in `unless` is not enough',
      `  - { id: x, effect: allow, unless: "statement.opaque == 'x'" }`,
      'deny',
    ],
    [
      'deny rules speak for all',
      `  - { id: x, effect: allow, when: "statement.opaque != ''" }\n  - { id: no, effect: deny, when: "statement.verb == 'opaque'" }`,
      'deny no',
    ],
  ])('%s', (_, rules, expected) => {
    expect(short(ask(rules, opaque))).toBe(expected)
  })

  test('an empty reason is a reason too', () => {
    expect(ask(everything, { ...opaque, opaque: '' }).kind).toBe('deny')
  })

  test('the denial gives the reason and a way out', () => {
    expect(ask(everything, opaque)).toMatchObject({
      message:
        'the statement was not understood (nested too deep), and no rule allows that for `ana@example.com`',
      hint: 'write it in plainer SQL, one statement at a time, or ask for a rule that names `statement.opaque`',
    })
  })
})

describe('INVARIANT (deny-by-default): files of clients', () => {
  const load = { verb: 'load data', effects: ['write'], clientFile: true } as const
  const named = `  - { id: x, effect: allow, when: statement.clientFile }`
  test.each([
    ['a rule without a condition does not speak for them', everything, 'deny'],
    ['nor one about effects', `  - { id: x, effect: allow, when: "statement.effects == ['write']" }`, 'deny'],
    [
      'nor one for what is not understood',
      `  - { id: x, effect: allow, when: "statement.opaque == ''" }`,
      'deny',
    ],
    [
      'nor one that names them in `unless`',
      `  - { id: x, effect: allow, unless: "!statement.clientFile" }`,
      'deny',
    ],
    ['a rule that names them may', named, 'allow x'],
    ['and is asked', `  - { id: x, effect: allow, when: "!statement.clientFile" }`, 'deny'],
    [
      'deny rules speak for all',
      `${named}\n  - { id: no, effect: deny, when: "statement.verb == 'load data'" }`,
      'deny no',
    ],
  ])('%s', (_, rules, expected) => {
    expect(short(ask(rules, load))).toBe(expected)
  })

  test('the denial says which rule to ask for', () => {
    expect(ask(everything, load)).toMatchObject({
      message: 'no rule lets `ana@example.com` send a file with `load data` on `public.customers`',
      hint: 'ask for an allow rule that names `statement.clientFile`, or send the rows with `INSERT`',
    })
  })

  test.each([
    ['an allow rule that names them', named, true],
    [
      'one that is only observed',
      `  - { id: x, effect: allow, mode: observe, when: statement.clientFile }`,
      false,
    ],
    ['a deny rule', `  - { id: x, effect: deny, when: statement.clientFile }`, false],
    ['one for everything else', everything, false],
  ])('are offered by %s: %s', (_, rules, expected) => {
    expect(policyOf(`${everything}\n${rules.replace('everything', 'more')}`).takesClientFiles).toBe(expected)
  })
})

describe('deny, limit and observe', () => {
  const drop =
    '{ id: no-drop, effect: deny, when: "statement.verb.startsWith(\'drop\')", message: use a migration }'

  test('deny beats allow and says why', () => {
    const decision = ask(`${everything}\n  - ${drop}`, { verb: 'drop table', effects: ['ddl'] })
    expect(decision).toMatchObject({
      kind: 'deny',
      rules: [{ id: 'no-drop', effect: 'deny', mode: 'enforce' }],
      message: '`drop table` on `public.customers` is refused by rule `no-drop`: use a migration',
      hint: expect.stringContaining('can change rule `no-drop`'),
    })
  })

  test.each([
    ['file', [], '`select` that calls `pg_read_file`'],
    ['unknown', facts().tables, '`select` on `public.customers` that calls `pg_read_file`'],
    ['reads', facts().tables, '`select` on `public.customers`'],
  ] as const)('what is called with the effect %s is named where it may be why', (effect, tables, said) => {
    const functions = [
      { schema: 'pg_catalog', name: 'lower', effect: 'pure' },
      { schema: 'pg_catalog', name: 'pg_read_file', effect },
    ] as const
    expect(
      ask(`  - { id: writers, effect: allow, when: "statement.effects == ['write']" }`, {
        functions,
        tables,
      }),
    ).toMatchObject({
      message: `no rule allows ${said} for \`ana@example.com\``,
    })
  })

  test('`unless` lifts a rule', () => {
    const rule = '{ id: no, effect: deny, when: "true", unless: "\'admins\' in principal.groups" }'
    expect(short(ask(`${everything}\n  - ${rule}`))).toBe('deny no')
    expect(short(ask(`${everything}\n  - ${rule}`, {}, principal({ groups: ['admins'] })))).toBe(
      'allow everything',
    )
  })

  test('an observed deny is listed and lets pass', () => {
    const rule = '{ id: would, effect: deny, mode: observe, when: "true" }'
    expect(short(ask(`${everything}\n  - ${rule}`))).toBe('allow everything (would)')
  })

  test('the lowest limit that holds counts; an observed one does not', () => {
    const decision = ask(`${everything}
  - { id: a, effect: limit, rows: 500 }
  - { id: b, effect: limit, rows: 20 }
  - { id: c, effect: limit, rows: 10, when: "statement.verb == 'delete'" }
  - { id: d, effect: limit, rows: 5, mode: observe }`)
    expect(decision).toMatchObject({ kind: 'allow', obligations: { rows: { most: 20, rule: 'b' } } })
    expect(short(decision)).toBe('allow everything a b (d)')
  })

  test('limits of each unit add up, and hours are counted for whom the rule holds', () => {
    const rules = `${everything}
  - { id: a, effect: limit, bytes: 500, labelled: 9 }
  - { id: b, effect: limit, labelled: 3, rows: 7 }
  - { id: h, effect: limit, per: hour, rows: 100, labelled: 50, when: "principal.kind == 'human'" }
  - { id: i, effect: limit, per: hour, rows: 10, mode: observe }`
    const robot = principal({ id: 'robot', kind: 'agent', onBehalfOf: principal() })
    const decision = ask(rules, {}, robot)
    if (decision.kind === 'deny') throw new Error(decision.message)
    const { masks: _, ...caps } = decision.obligations
    expect(caps).toEqual({
      rows: { most: 7, rule: 'b' },
      bytes: { most: 500, rule: 'a' },
      labelled: { most: 3, rule: 'b' },
      hourly: [
        { principal: { id: 'ana@example.com', provider: 'staff' }, rule: 'h', unit: 'rows', most: 100 },
        { principal: { id: 'ana@example.com', provider: 'staff' }, rule: 'h', unit: 'labelled', most: 50 },
      ],
    })
  })

  test('without a limit there is none', () => {
    const decision = ask(everything)
    expect(decision.kind === 'allow' && decision.obligations.rows).toBeUndefined()
  })

  test('mask rules that speak about a column of the statement are listed', () => {
    const rules = `${everything}
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact }
  - { id: ids, effect: mask, mode: observe, columns: "column.name == 'id'", with: redact }
  - { id: other, effect: mask, columns: "column.name == 'other'", with: redact }`
    const columns = [
      { column: column('email', 'pii.email'), roles: ['output'] as const },
      { column: column('id'), roles: ['output'] as const },
    ]
    expect(short(ask(rules, { columns }))).toBe('allow everything pii (ids)')
  })
})

describe('agents act for somebody, and the narrower right counts', () => {
  const ana = principal({ groups: ['writers', 'dpo'] })
  const agent = (change = {}) =>
    principal({ id: 'bot', kind: 'agent', groups: [], onBehalfOf: ana, ...change })
  const rules = `
  - { id: read, effect: allow, when: "statement.effects == ['read']" }
  - { id: write, effect: allow, when: "'writers' in principal.groups" }
  - { id: agent-rows, effect: limit, rows: 10, when: "principal.kind == 'agent'" }
  - { id: rows, effect: limit, rows: 100 }
  - { id: pii, effect: mask, columns: "true", with: redact, unless: "'dpo' in principal.groups" }`

  test.each([
    ['what both may', agent(), { effects: ['read'] }, 'allow'],
    ['what only the human may', agent(), { effects: ['write'] }, 'deny'],
    [
      'what only the agent may',
      agent({ groups: ['writers'], onBehalfOf: principal() }),
      { effects: ['write'] },
      'deny',
    ],
    ['what both may, by different rules', agent({ groups: ['writers'] }), { effects: ['write'] }, 'allow'],
  ] as const)('%s', (_, who, change, expected) => {
    expect(ask(rules, change, who).kind).toBe(expected)
  })

  test('the denial names who lacks the right', () => {
    const who = agent({ groups: ['writers'], onBehalfOf: principal({ id: 'carl' }) })
    expect(ask(rules, { verb: 'insert', effects: ['write'] }, who)).toMatchObject({
      message: 'no rule allows `insert` on `public.customers` for `carl`',
    })
  })

  test('the lower limit and the masks of both', () => {
    const decision = ask(rules, {}, agent())
    if (decision.kind !== 'allow') throw new Error(decision.message)
    expect(decision.obligations.rows).toEqual({ most: 10, rule: 'agent-rows' })
    expect(decision.obligations.masks.any).toBe(true)
    expect(decision.obligations.masks.forColumn(column('a'))).toMatchObject({ rule: 'pii' })
  })

  test('a chain that is too long is refused and masked', () => {
    let who = principal()
    for (let depth = 0; depth < 6; depth += 1) who = agent({ id: `bot${depth}`, onBehalfOf: who })
    expect(ask(everything, {}, who)).toMatchObject({
      kind: 'deny',
      message: '`bot5` acts for someone who acts for someone else, more than 4 times over',
    })
  })
})

describe('what is remembered', () => {
  const request = { facts: facts(), principal: principal(), database, session }

  test('the same facts, principal and database are decided once', () => {
    const policy = policyOf(readers)
    expect(decide(policy, request)).toBe(decide(policy, { ...request, session: { ...session, id: 's2' } }))
  })

  test.each([
    ['other facts', { facts: facts({ effects: ['write'] }) }],
    ['another principal', { principal: principal({ groups: [] }) }],
    ['another database', { database: { ...database, environment: 'test' } }],
  ])('%s are decided anew', (_, change) => {
    const policy = policyOf(`
  - { id: x, effect: allow, when: "statement.effects == ['read'] && 'analysts' in principal.groups && database.environment == 'production'" }`)
    expect(decide(policy, request).kind).toBe('allow')
    expect(decide(policy, { ...request, ...change }).kind).toBe('deny')
  })

  test('a policy that asks about the session is decided in each', () => {
    const policy = policyOf('  - { id: x, effect: allow, when: session.tls }')
    expect(decide(policy, request).kind).toBe('allow')
    expect(decide(policy, { ...request, session: { ...session, tls: false } }).kind).toBe('deny')
  })

  test('`unless` counts as asking too', () => {
    const policy = policyOf(`  - { id: x, effect: allow, unless: "!session.tls" }`)
    expect(decide(policy, request).kind).toBe('allow')
    expect(decide(policy, { ...request, session: { ...session, tls: false } }).kind).toBe('deny')
  })

  test('a new version of the policy decides anew', () => {
    expect(decide(policyOf(readers), request).kind).toBe('allow')
    expect(
      decide(policyOf('  - { id: x, effect: allow, when: "statement.verb == \'begin\'" }'), request).kind,
    ).toBe('deny')
  })
})

test.each(units)('a cap on %s counts, and so does an account of an hour', (unit) => {
  expect(isCapped({})).toBe(false)
  expect(isCapped({ [unit]: { most: 1, rule: 'cap' } })).toBe(true)
  expect(
    isCapped({ hourly: [{ most: 1, rule: 'cap', principal: { id: 'ana', provider: 'staff' }, unit }] }),
  ).toBe(true)
})

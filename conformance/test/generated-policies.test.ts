import { expect, test } from '@jest/globals'
import { revealsNothing } from '@sluice/core/mask/narrower'
import type { TransformSpec } from '@sluice/core/mask/transform'
import { revealsOf } from '@sluice/core/mask/transforms/index'
import { type DecisionRequest, decide } from '@sluice/core/policy/decide'
import type { Decision } from '@sluice/core/policy/decision'
import { loadPolicy, type Policy } from '@sluice/core/policy/policy'
import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import { madePolicy, madeRequest, madeRule, written } from '../harness/made-policies.ts'
import {
  account,
  decidedByBook,
  type MadePolicy,
  masksOf,
  type Said,
  sorted,
} from '../harness/policy-model.ts'

const POLICIES = 200
const STATEMENTS = 8

/** Undefined where the policy allows nothing or has a rule that never holds, which does not load. */
const loaded = (policy: MadePolicy): Policy | undefined => {
  const result = loadPolicy(written(policy), 'policy.yaml')
  if (result.ok) return result.value
  const others = result.problems.filter(({ message }) => !/allows nothing|can never fire/.test(message))
  expect(others).toEqual([])
  return undefined
}

/** Every made policy that loads, with what was made after it. */
const eachPolicy = (run: (made: MadePolicy, policy: Policy, chance: Chance, seed: number) => void): void => {
  for (let seed = 1; seed <= POLICIES; seed += 1) {
    const chance = chanceFrom(seed)
    const made = madePolicy(chance)
    const policy = loaded(made)
    if (policy !== undefined) run(made, policy, chance, seed)
  }
}

const said = (decision: Decision): Said => {
  const rules = sorted(decision.rules.filter(({ mode }) => mode === 'enforce').map(({ id }) => id))
  if (decision.kind === 'deny') return { kind: 'deny', rules }
  const { rows, bytes, hourly = [], masks } = decision.obligations
  return {
    kind: 'allow',
    rules,
    ...(rows === undefined ? {} : { rows: rows.most }),
    ...(bytes === undefined ? {} : { bytes: bytes.most }),
    hourly: sorted(hourly.map(({ principal, rule, unit, most }) => account(principal, rule, unit, most))),
    scan: masks.scan !== undefined,
  }
}

/** What is done to each column that the statement names. */
const maskings = (decision: Decision, { facts }: DecisionRequest): readonly (TransformSpec | undefined)[] =>
  decision.kind === 'deny'
    ? []
    : facts.columns.map(({ column }) => decision.obligations.masks.forColumn(column)?.transform)

/** A transform, as it is written. */
const read = (transform: string): TransformSpec => {
  const rules = `[{"id":"all","effect":"allow"},{"id":"m","effect":"mask","columns":"true","with":${transform}}]`
  const result = loadPolicy(`{"version":1,"rules":${rules}}`, 'policy.yaml')
  const spec = result.ok ? result.value.masks[0]?.transforms.otherwise : undefined
  if (spec === undefined) throw new Error(`no transform: ${transform}`)
  return spec
}

const isWithin = (a: TransformSpec, b: TransformSpec): boolean => {
  const [left, right] = [revealsOf(a), revealsOf(b)]
  return Object.entries(left).every(([name, amount]) => amount <= right[name as keyof typeof right])
}

test('statements are decided as the documents say', () => {
  const counts = { allow: 0, deny: 0 }
  eachPolicy((made, policy, chance, seed) => {
    for (let at = 0; at < STATEMENTS; at += 1) {
      const request = madeRequest(chance)
      const expected = decidedByBook(made, request)
      const decision = decide(policy, request)
      expect({ seed, at, ...said(decision) }).toEqual({ seed, at, ...expected })
      counts[decision.kind] += 1
      if (decision.kind === 'deny') {
        const named = /rule `([^`]*)`/.exec(decision.message)?.[1]
        expect(expected.rules.length === 0 || expected.rules.includes(named ?? '')).toBe(true)
      }
    }
  })
  // Of either plenty, or nothing is tried.
  expect(Math.min(counts.allow, counts.deny)).toBeGreaterThan((POLICIES * STATEMENTS) / 5)
})

test('a column is masked where a rule asks for it, and shows nothing that one of them hides', () => {
  eachPolicy((made, policy, chance, seed) => {
    const request = madeRequest(chance)
    const decision = decide(policy, request)
    for (const [index, mask] of maskings(decision, request).entries()) {
      const column = request.facts.columns[index]?.column
      const asked = column === undefined ? [] : masksOf(made, request, column)
      expect([seed, mask !== undefined]).toEqual([seed, asked.length > 0])
      if (mask === undefined || revealsNothing(mask)) continue
      for (const { transform } of asked) expect(isWithin(mask, read(transform))).toBe(true)
    }
  })
})

test('the order of rules changes nothing', () => {
  eachPolicy((made, policy, chance, seed) => {
    const other = loaded({ ...made, rules: made.rules.toReversed() })
    for (let at = 0; at < STATEMENTS; at += 1) {
      const request = madeRequest(chance)
      const decision = decide(policy, request)
      const turned = other && decide(other, request)
      expect(turned && { seed, ...said(turned) }).toEqual({ seed, ...said(decision) })
      expect(turned && maskings(turned, request)).toEqual(maskings(decision, request))
    }
  })
})

test('a deny, a mask or a limit more lets nothing more through', () => {
  eachPolicy((made, policy, chance, seed) => {
    const more = madeRule(chance, 'more', chance.pick(['deny', 'mask', 'limit']))
    const stricter = loaded({ ...made, rules: [more, ...made.rules] })
    if (stricter === undefined) return
    for (let at = 0; at < STATEMENTS; at += 1) {
      const request = madeRequest(chance)
      const before = decide(policy, request)
      const after = decide(stricter, request)
      if (after.kind === 'deny') continue
      expect([seed, before.kind]).toEqual([seed, 'allow'])
      if (before.kind === 'deny') continue
      for (const unit of ['rows', 'bytes'] as const)
        expect(after.obligations[unit]?.most ?? Infinity).toBeLessThanOrEqual(
          before.obligations[unit]?.most ?? Infinity,
        )
      const shown = maskings(after, request)
      for (const [index, mask] of maskings(before, request).entries()) {
        const now = shown[index]
        if (mask !== undefined)
          expect(now !== undefined && (revealsNothing(now) || isWithin(now, mask))).toBe(true)
      }
    }
  })
})

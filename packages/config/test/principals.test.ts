import { describe, expect, test } from '@jest/globals'
import { formatProblem } from '@sluice/core/policy/problem'
import { maxPrincipals, parsePrincipals } from '../src/principals.ts'
import { verifier } from './folder.ts'

const file = (...entries: readonly string[]) =>
  `principals:\n${entries.map((entry) => `  - ${entry}`).join('\n')}\n`
const ana = `{ id: ana, kind: human, groups: [dpo, analysts], login: ana.login, verifier: "${verifier}" }`

const problems = (text: string) => {
  const parsed = parsePrincipals(text, 'p.yaml')
  return parsed.ok ? [] : parsed.problems.map(formatProblem)
}

test('entries', () => {
  const bot = `{ id: bot, kind: agent, login: bot, verifier: "${verifier}", onBehalfOf: ana, agent: { name: helper, model: m, runId: r }, expires: 2030-01-01T00:00:00Z }`
  expect(parsePrincipals(file(bot, ana), 'p.yaml')).toEqual({
    ok: true,
    value: [
      {
        id: 'bot',
        kind: 'agent',
        groups: [],
        login: 'bot',
        verifier,
        expires: 1_893_456_000,
        onBehalfOf: 'ana',
        agent: { name: 'helper', model: 'm', runId: 'r' },
      },
      { id: 'ana', kind: 'human', groups: ['dpo', 'analysts'], login: 'ana.login', verifier },
    ],
  })
})

const entry = (change: string) => `{ id: b, kind: human, login: b, verifier: "${verifier}"${change} }`

test('stored hashes of the same password', () => {
  const hashes = ['*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19', `SHA-256-TWICE$${'ab'.repeat(32)}`]
  const parsed = parsePrincipals(file(entry(`, hashes: ["${hashes.join('", "')}"]`)), 'p.yaml')
  expect(parsed).toMatchObject({ ok: true, value: [{ id: 'b', hashes }] })
  for (const wrong of ['hunter2', '[hunter2]', '["*2470"]']) {
    const [said = ''] = problems(file(entry(`, hashes: ${wrong}`)))
    expect(said).toContain('40 hexadecimal digits')
    expect(said).not.toMatch(/hunter2|2470/)
  }
})

describe('what is wrong', () => {
  const make = 'make one with `sluice verifier`'
  const after = entry('').length + 4
  test.each([
    ['', ['p.yaml:1:1 must be a map; write a list under `principals:`']],
    [
      'users: []',
      [
        'p.yaml:1:1 `principals` is missing; write a list under `principals:`',
        'p.yaml:1:1 users: unknown key `users`; use one of `principals`',
      ],
    ],
    [
      file('{ id: a, kind: human, login: a, password: hunter2 }'),
      [
        `p.yaml:2:37 principals[0].password: a password does not stand in a file; put its verifier under \`verifier\`: ${make}`,
      ],
    ],
    [
      file('{ id: a, kind: human, login: a, verifier: hunter2 }'),
      [`p.yaml:2:47 principals[0].verifier: is no verifier (\`SCRAM-SHA-256$<iterations>:…\`); ${make}`],
    ],
    [
      file('{ id: a, kind: human, login: a }'),
      [`p.yaml:2:5 principals[0]: \`verifier\` is missing; ${make}`],
    ],
    [
      file(`{ id: a, kind: humn, login: a, verifier: "${verifier}" }`),
      ['p.yaml:2:20 principals[0].kind: `humn` is not known; did you mean `human`?'],
    ],
    [
      file(ana, ana),
      [
        'p.yaml:3:11 principals[1].id: `ana` stands in an earlier entry; give each its own',
        'p.yaml:3:61 principals[1].login: `ana.login` stands in an earlier entry; give each its own',
      ],
    ],
    [
      file(entry(', expires: soon')),
      [
        `p.yaml:2:${after + 10} principals[0].expires: is no time; write e.g. \`2027-01-31\` or \`2027-01-31T12:00:00Z\``,
      ],
    ],
    [
      file(entry(', expires: 2027-02-31')),
      [
        `p.yaml:2:${after + 10} principals[0].expires: is no time; write e.g. \`2027-01-31\` or \`2027-01-31T12:00:00Z\``,
      ],
    ],
    [
      file(entry(', agent: { name: x }')),
      [
        `p.yaml:2:${after + 8} principals[0].agent: a human acts for nobody; write \`kind: agent\`, or leave this out`,
      ],
    ],
    [
      file(entry(', group: [a]')),
      [`p.yaml:2:${after + 1} principals[0].group: unknown key \`group\`; did you mean \`groups\`?`],
    ],
    [
      file(entry(', groups: a')),
      [`p.yaml:2:${after + 9} principals[0].groups: must be a list; write e.g. \`[analysts]\``],
    ],
    [
      file(entry(', onBehalfOf: x').replace('human', 'agent')),
      [
        `p.yaml:2:${after + 13} principals[0].onBehalfOf: \`x\` is no \`id\` of this file; add it or correct it`,
      ],
    ],
  ])('%s', (text, expected) => {
    const found = problems(text)
    expect(found).toEqual(expected)
    expect(found.join()).not.toContain('hunter2')
  })
})

const many = (count: number) =>
  file(
    ...Array.from(
      { length: count },
      (_, i) =>
        `{ id: person-${i}@example.com, kind: human, groups: [analysts, everybody], login: person-${i}, verifier: "${verifier}", hashes: ["*${'0A'.repeat(20)}"] }`,
    ),
  )

test('as many as there may be have room, and one more is refused', () => {
  expect(parsePrincipals(many(maxPrincipals), 'p.yaml')).toMatchObject({
    ok: true,
    value: { length: maxPrincipals },
  })
  expect(problems(many(maxPrincipals + 1))).toEqual([expect.stringMatching(/up to 10000 entries/)])
})

import { describe, expect, test } from '@jest/globals'
import { compare } from '../transparency/compare.ts'
import { resultsIn } from '../transparency/regress.ts'

const OUTPUT = `(using postmaster on 127.0.0.1, port 5432)
============== running regression test queries        ==============
test test_setup                   ... ok          344 ms
parallel group (3 tests):  char boolean name
     boolean                      ... ok          110 ms
     char                         ... FAILED       61 ms
     name                         ... FAILED (test process exited with exit code 2)       61 ms
test random                       ... failed (ignored)       20 ms
`

describe('what pg_regress prints', () => {
  test('is read test by test', () => {
    expect([...resultsIn(OUTPUT)]).toEqual([
      ['test_setup', 'ok'],
      ['boolean', 'ok'],
      ['char', 'failed'],
      ['name', 'failed'],
      ['random', 'failed'],
    ])
  })
})

const isolation = { name: 'isolation', passing: 2 } as const
const exclusion = (name: string) => ({ suite: 'isolation', test: name, reason: 'meant' }) as const

describe('a comparison', () => {
  const direct = new Map([
    ['a', 'ok'],
    ['b', 'ok'],
    ['c', 'failed'],
  ] as const)
  const through = new Map([
    ['a', 'ok'],
    ['b', 'failed'],
    ['c', 'failed'],
  ] as const)
  test('fails for a test that passes directly alone', () => {
    expect(compare(isolation, direct, through, [])).toMatchObject({
      tests: 3,
      direct: 2,
      through: 1,
      excluded: 0,
      problems: ['isolation: b passes directly and fails through the gateway'],
    })
  })

  test('says where a suite stopped', () => {
    expect(compare(isolation, direct, new Map([['b', 'ok']]), []).problems).toEqual([
      'isolation: a passes directly and was not reached through the gateway',
    ])
  })

  test('takes an exclusion of the same suite', () => {
    expect(compare(isolation, direct, through, [exclusion('b')])).toMatchObject({
      excluded: 1,
      problems: [],
    })
    expect(
      compare({ ...isolation, name: 'pg_regress' }, direct, through, [exclusion('b')]).problems,
    ).toHaveLength(1)
  })

  test.each(['a', 'c', 'nowhere'])('fails for an exclusion that is none: %s', (name) => {
    const { problems } = compare(isolation, direct, through, [exclusion('b'), exclusion(name)])
    expect(problems).toEqual([
      `isolation: ${name} is listed in conformance/exclusions.ts, and is no difference`,
    ])
  })

  test('fails where fewer pass directly than did: the others are not compared', () => {
    expect(compare({ ...isolation, passing: 3 }, direct, through, [exclusion('b')]).problems).toEqual([
      expect.stringMatching(/^isolation: 2 tests pass directly, and 3 did/),
    ])
    expect(compare(isolation, new Map(), new Map(), []).problems).toHaveLength(1)
  })
})

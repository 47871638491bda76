import { describe, expect, test } from '@jest/globals'
import { ana } from '@sluice/testkit/governed'
import { ConnectionRegister, type LiveConnection } from '../../src/session/connections.ts'

const live = (upstreamId: number): LiveConnection => ({
  principal: ana.principal,
  upstreamId,
  cancel: () => Promise.resolve(),
  kill: () => undefined,
})

describe('the ids of connections', () => {
  test('are of one gateway: those of another, or of before its start, are nobody’s', () => {
    const first = Array.from({ length: 8 }, () => new ConnectionRegister().issue())
    expect(new Set(first).size).toBeGreaterThan(1)
  })

  test('are no server’s, fit a signed number of 32 bits, and lead to one connection until it is over', () => {
    const register = new ConnectionRegister()
    const [one, other] = [live(7), live(8)]
    const [id, otherId] = [register.issue(), register.issue()]
    const leave = register.add(id, one)
    register.add(otherId, other)
    for (const issued of [id, otherId]) {
      expect(issued).toBeGreaterThanOrEqual(0x6000_0000)
      expect(issued).toBeLessThanOrEqual(0x7fff_ffff)
    }
    expect([id, otherId, 7, 8, 9].map((asked) => register.find(asked))).toEqual([
      one,
      other,
      one,
      other,
      undefined,
    ])
    leave()
    expect([id, 7].map((asked) => register.find(asked))).toEqual([undefined, undefined])
  })
})

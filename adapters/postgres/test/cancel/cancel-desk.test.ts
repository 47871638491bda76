import { describe, expect, test } from '@jest/globals'
import { CancelDesk } from '../../src/cancel/cancel-desk.ts'
import { LONG_KEY_BYTES } from '../../src/cancel/cancel-keys.ts'
import { MAX_NETWORKS, MAX_WRONG_KEYS, WINDOW_MS, WrongKeys } from '../../src/cancel/wrong-keys.ts'

const counted = (): { cancel: () => Promise<void>; calls: () => number } => {
  let calls = 0
  return {
    cancel: () => {
      calls += 1
      return Promise.resolve()
    },
    calls: () => calls,
  }
}

describe('the cancel keys', () => {
  test('have four bytes, or 32 that say which gateway made them', () => {
    const { keys } = new CancelDesk()
    const short = keys.issue(() => Promise.resolve(), 7, false)
    const long = keys.issue(() => Promise.resolve(), 8, true)
    expect([short.processId, short.secretKey.length]).toEqual([7, 4])
    expect([long.processId, long.secretKey.length]).toEqual([8, LONG_KEY_BYTES])
    expect(long.secretKey.subarray(0, keys.instance.length).equals(keys.instance)).toBe(true)
  })

  test('are other ones for every session, and two sessions never share a process id', () => {
    const { keys } = new CancelDesk()
    const all = Array.from({ length: 200 }, () => keys.issue(() => Promise.resolve(), 7, true))
    expect(new Set(all.map(({ processId }) => processId)).size).toBe(200)
    expect(new Set(all.map(({ secretKey }) => secretKey.toString('hex'))).size).toBe(200)
  })

  test('open nothing once they are revoked, nor with another length', async () => {
    const desk = new CancelDesk()
    const { cancel, calls } = counted()
    const key = desk.issue(cancel, 7, false)
    await desk.request({ ...key, secretKey: Buffer.concat([key.secretKey, Buffer.of(0)]) }, 'a')
    await desk.request({ ...key, secretKey: key.secretKey.subarray(0, 3) }, 'a')
    expect(calls()).toBe(0)
    await desk.request(key, 'a')
    expect(calls()).toBe(1)
    desk.keys.revoke(key)
    await desk.request(key, 'a')
    expect(calls()).toBe(1)
  })
})

describe('INVARIANT (hostile-both-sides): who guesses keys', () => {
  test('is not heard after a few, not even with the right one, until the minute is over', async () => {
    let now = 0
    const desk = new CancelDesk(() => now)
    const { cancel, calls } = counted()
    const key = desk.issue(cancel, 7, false)
    for (let i = 0; i < MAX_WRONG_KEYS; i += 1)
      await desk.request({ ...key, processId: 1 + i + 100 }, 'guesser')
    await desk.request(key, 'guesser')
    expect(calls()).toBe(0)
    await desk.request(key, 'somebody else')
    expect(calls()).toBe(1)
    now += WINDOW_MS
    await desk.request(key, 'guesser')
    expect(calls()).toBe(2)
  })

  test('has no more guesses where they come together, before neighbours have answered', async () => {
    const desk = new CancelDesk(() => 0)
    let asked = 0
    desk.askNeighbours = async () => {
      asked += 1
      await new Promise((resolve) => setImmediate(resolve))
      return false
    }
    const guess = { processId: 1, secretKey: Buffer.alloc(4) }
    await Promise.all(Array.from({ length: 5 * MAX_WRONG_KEYS }, () => desk.request(guess, 'guesser')))
    expect(asked).toBe(MAX_WRONG_KEYS)
    await desk.request(guess, 'somebody else')
    expect(asked).toBe(MAX_WRONG_KEYS + 1)
    asked = 0
    const others = Array.from({ length: 5 * MAX_WRONG_KEYS }, (_, i) => `2001:db8::${i.toString(16)}`)
    await Promise.all(others.map((address) => desk.request(guess, address)))
    expect(asked).toBe(MAX_WRONG_KEYS)
  })

  test('right keys of neighbours are all heard where they come together', async () => {
    const desk = new CancelDesk(() => 0)
    let asked = 0
    desk.askNeighbours = async () => {
      asked += 1
      return true
    }
    const key = { processId: 1, secretKey: Buffer.alloc(4) }
    await Promise.all(Array.from({ length: 3 * MAX_WRONG_KEYS }, () => desk.request(key, 'a')))
    expect(asked).toBe(3 * MAX_WRONG_KEYS)
  })

  test('from many addresses fills no memory: those beyond are counted together', () => {
    const wrong = new WrongKeys(() => 0)
    for (let i = 0; i < MAX_NETWORKS + MAX_WRONG_KEYS; i += 1) wrong.add(`address ${i}`)
    expect(wrong.mayTry('address 0')).toBe(true)
    expect(wrong.mayTry('one more address')).toBe(false)
  })

  test.each([
    ['2001:db8::1', '2001:db8::ffff:1', false],
    ['2001:db8::1', '2001:db8:0:0:1:2:3:4', false],
    ['2001:db8:1:2:3::', '2001:db8:1:2:3:4:5:6', false],
    ['::1', '::2', false],
    ['2001:db8::1', '2001:db8:0:1::1', true],
    ['10.0.0.1', '10.0.0.2', true],
  ])('of %s are counted for %s too, where they are of one network', (one, other, mayTry) => {
    const wrong = new WrongKeys(() => 0)
    for (let i = 0; i < MAX_WRONG_KEYS; i += 1) wrong.add(one)
    expect(wrong.mayTry(other)).toBe(mayTry)
  })

  test('of however many strangers keep nobody from a long key', async () => {
    const desk = new CancelDesk(() => 0)
    const { cancel, calls } = counted()
    const [long, short] = [desk.issue(cancel, 7, true), desk.issue(cancel, 8, false)]
    const wrong = { processId: 9, secretKey: Buffer.alloc(4) }
    for (let i = 0; i < MAX_NETWORKS + MAX_WRONG_KEYS; i += 1) await desk.request(wrong, `stranger ${i}`)
    await desk.request(short, 'owner')
    expect(calls()).toBe(0)
    await desk.request(long, 'owner')
    expect(calls()).toBe(1)
    let asked = 0
    desk.askNeighbours = async () => {
      asked += 1
      return false
    }
    for (let i = 0; i <= MAX_WRONG_KEYS; i += 1)
      await desk.request({ processId: 9, secretKey: Buffer.alloc(LONG_KEY_BYTES) }, 'owner')
    expect(asked).toBe(MAX_WRONG_KEYS + 1)
  })

  test('right keys are not counted, however many', async () => {
    const desk = new CancelDesk(() => 0)
    const { cancel, calls } = counted()
    const key = desk.issue(cancel, 7, true)
    for (let i = 0; i < 3 * MAX_WRONG_KEYS; i += 1) await desk.request(key, 'a')
    expect(calls()).toBe(3 * MAX_WRONG_KEYS)
  })
})

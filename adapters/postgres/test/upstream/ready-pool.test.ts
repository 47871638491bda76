import { Duplex, PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { Framer } from '../../src/framing/framer.ts'
import { backendTypes } from '../../src/messages/codes.ts'
import { MAX_REMEMBERED, ReadyPool } from '../../src/upstream/ready-pool.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const named = (name: string): ReadonlyMap<string, string> => new Map([['application_name', name]])

test('of settings that are always new the oldest are forgotten: nothing is connected ahead for them', async () => {
  const opened: string[] = []
  const open = async (settings: ReadonlyMap<string, string>) => {
    opened.push(settings.get('application_name') ?? '')
    const framer = new Framer({ fault: 'upstream', types: backendTypes, maxFrameBytes: 1024 })
    return {
      stream: new PassThrough(),
      framer,
      parameters: new Map<string, string>(),
      key: undefined,
      address: undefined,
    }
  }
  const pool = new ReadyPool(open, { ready: MAX_REMEMBERED + 2, maxAgeMs: 200 })
  pool.refill(named('first'))
  await settle()
  for (let other = 0; other < MAX_REMEMBERED; other += 1) {
    pool.refill(named(String(other)))
    await settle()
  }
  const last = String(MAX_REMEMBERED - 1)
  const times = (name: string): number => opened.filter((one) => one === name).length
  const before = [times('first'), times(last)]
  expect(before).toEqual([MAX_REMEMBERED + 2, 1])
  // Those that wait are closed when they are too old, those of `first` before the last: they are opened anew, or not.
  while (times(last) === 1) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(times('first')).toBe(MAX_REMEMBERED + 2)
  pool.close()
})

test('a database that does not answer on one connection is asked on no other', async () => {
  let asked = 0
  const open = () => {
    const stream = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        asked += 1
        done()
      },
    })
    const framer = new Framer({ fault: 'upstream', types: backendTypes, maxFrameBytes: 1024 })
    return Promise.resolve({
      stream,
      framer,
      parameters: new Map<string, string>(),
      key: undefined,
      address: undefined,
    })
  }
  const pool = new ReadyPool(open, { ready: 5, maxAgeMs: 60_000 })
  pool.refill(named('one'))
  await settle()
  expect(pool.size).toBe(5)
  const taken = pool.take(named('one'))
  await settle()
  expect(asked).toBe(1)
  expect(await taken).toBeUndefined()
  // Terminate is all that the others are told.
  expect([pool.size, asked]).toEqual([0, 5])
  pool.close()
})

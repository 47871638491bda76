import { Writable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { Outgoing } from '@sluice/wire/outgoing'
import { TurnEnd } from '@sluice/wire/socket/turn-end'

/** Two peers, and the end of the turn in the test's hands. */
function turn() {
  const written: string[] = []
  const peer = (name: string): Outgoing =>
    new Outgoing(
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          written.push(`${name}: ${chunk.length > 10 ? 'much' : chunk.toString()}`)
          done()
        },
      }),
    )
  const ends: (() => void)[] = []
  const turnEnd = new TurnEnd((act) => ends.push(act))
  const say = (to: Outgoing, text: string): void => {
    to.add(Buffer.from(text))
    turnEnd.flush(to)
  }
  return { client: peer('client'), database: peer('database'), written, ends, say }
}

test('what is said in a turn leaves at its end, in order, and the next turn has an end of its own', () => {
  const { client, database, written, ends, say } = turn()
  say(database, 'a')
  say(client, 'b')
  say(database, 'c')
  expect(written).toEqual([])
  expect(ends).toHaveLength(1)
  ends[0]?.()
  expect(written).toEqual(['database: a', 'database: c', 'client: b'])
  say(client, 'd')
  expect(ends).toHaveLength(2)
  ends[1]?.()
  expect(written).toHaveLength(4)
})

test('a long result waits for no end, and takes with it what was said before', () => {
  const { client, written, ends, say } = turn()
  say(client, 'a')
  say(client, 'x'.repeat(100_000))
  expect(written).toEqual(['client: a', 'client: much'])
  ends[0]?.()
  expect(written).toHaveLength(2)
})

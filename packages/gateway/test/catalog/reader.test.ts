import { expect, test } from '@jest/globals'
import { ConnectedReader } from '@sluice/gateway/catalog/reader'

test('ends while a connection is being opened, which is closed once it is there', async () => {
  const opening = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<string>()
  const reader = new ConnectedReader<string, string>({
    connect: async (made) => {
      await opening.promise
      made('late')
      return 'late'
    },
    snapshot: (connection) => Promise.resolve(connection),
    disconnect: (connection) => closed.resolve(connection),
  })
  const reading = expect(reader.read()).rejects.toThrow('has ended')
  // A reading begins in the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  await reader.end()
  await reading
  await expect(reader.read()).rejects.toThrow('has ended')
  opening.resolve()
  expect(await closed.promise).toBe('late')
})

test('ends while a database is silent amid a reading, and lets its connection go', async () => {
  const asked = Promise.withResolvers<void>()
  const closed: string[] = []
  const reader = new ConnectedReader<string, string>({
    connect: async (made) => {
      made('open')
      return await Promise.resolve('open')
    },
    snapshot: () => {
      asked.resolve()
      return new Promise(() => undefined)
    },
    disconnect: (connection) => closed.push(connection),
  })
  const reading = expect(reader.read()).rejects.toThrow('has ended')
  await asked.promise
  await reader.end()
  await reading
  expect(closed).toEqual(['open'])
})

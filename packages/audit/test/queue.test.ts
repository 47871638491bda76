import { expect, test } from '@jest/globals'
import { DEFAULT_JOURNAL_LIMITS } from '@sluice/audit/limits'
import { JournalQueue, NEVER_DURABLE } from '@sluice/audit/queue'
import { note, notes } from './journals.ts'

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const queueWith = (sent: string[], position = 0) =>
  new JournalQueue(position, DEFAULT_JOURNAL_LIMITS, (batch) => sent.push(batch))

test('what is appended in one turn of the event loop is sent as one message', async () => {
  const sent: string[] = []
  const queue = queueWith(sent, 7)
  expect(notes(3).map((entry) => queue.append(entry))).toEqual([8, 9, 10])
  await settle()
  queue.append(note(4))
  await settle()
  expect(sent.map((batch) => batch.split('\n').map((line) => JSON.parse(line)))).toEqual([
    notes(3),
    [note(4)],
  ])
})

test('a promise resolves with the position the writer reported, not earlier', async () => {
  const queue = queueWith([])
  const [first = 0, second = 0] = notes(2).map((entry) => queue.append(entry))
  let resolved = false
  const waiting = queue.durable(second).then(() => {
    resolved = true
  })
  queue.committed(first, 1)
  await settle()
  expect([queue.isDurable(first), queue.isDurable(second), resolved]).toEqual([true, false, false])
  queue.committed(second, 1)
  await waiting
})

test('a crashed writer rejects what waits and what comes, whatever is reported afterwards', async () => {
  const queue = queueWith([])
  const position = queue.append(note(1))
  const waiting = queue.durable(position)
  queue.fail('the thread crashed')
  queue.fail('something later')
  queue.committed(position, 1)
  await expect(waiting).rejects.toThrow('the thread crashed')
  await expect(queue.durable(position)).rejects.toThrow('the thread crashed')
  expect([queue.isDurable(position), queue.append(note(2))]).toEqual([false, NEVER_DURABLE])
  await expect(queue.durable(NEVER_DURABLE)).rejects.toThrow('the thread crashed')
  expect(queue.status()).toMatchObject({ durable: 0, refused: 1, failure: 'the thread crashed' })
})

test('an entry that cannot be serialised is refused, and no other', async () => {
  const sent: string[] = []
  const queue = queueWith(sent)
  const cyclic = { type: 'control', at: 0, action: 'x', detail: {} as Record<string, unknown> } as const
  cyclic.detail['self'] = cyclic
  expect(queue.append(cyclic as never)).toBe(NEVER_DURABLE)
  expect(queue.append(note(1))).toBe(1)
})

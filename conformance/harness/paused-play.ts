import { setTimeout as delay } from 'node:timers/promises'
import { chanceFrom } from '@sluice/testkit/chance'
import { type Script, stepsOf } from './message-scripts.ts'
import type { RawClient } from './raw-client.ts'

/** What a client heard: a line per message, and how many there were at each `pause`. */
export type Heard = { readonly lines: readonly string[]; readonly pauses: readonly number[] }

/** How messages go out: what stands between two pauses at once, each by itself, or in pieces cut anywhere. */
export type Delivery = 'one' | 'each' | 'cut'

/** Silence at which a database that was not heard before is taken to have said all. */
const QUIET_MS = 6
/** Silence at which a session hangs. */
const HANGS_MS = 20_000

/** Whatever was begun is ended, a COPY too; what is left then tells what else was different. */
const ending = [
  'fail over',
  'sync',
  'query ROLLBACK',
  'query SELECT name, statement FROM pg_prepared_statements ORDER BY name',
  "query SELECT 'the end'",
]

/** Plays a script and what ends it. `pauses`: how much there is to hear at each pause; absent: as much as comes. */
export async function playPaused(
  client: RawClient,
  { name, texts }: Script,
  delivery: Delivery,
  pauses?: readonly number[],
): Promise<Heard> {
  const ears = new Ears(client)
  const taken: number[] = []
  let waiting: Buffer[] = []
  for (const { message } of stepsOf({ name, texts: [...texts, ...ending, 'pause'] })) {
    if (message !== undefined) {
      waiting.push(message)
      continue
    }
    await deliver(client, waiting, delivery)
    waiting = []
    const isEnd = taken.length === texts.filter((text) => text === 'pause').length
    if (isEnd) await ears.until(() => ears.isOver)
    else if (pauses === undefined) await ears.quiet()
    else await ears.until(() => ears.lines.length >= (pauses[taken.length] ?? 0))
    taken.push(ears.lines.length)
  }
  return { lines: [...ears.lines], pauses: taken }
}

async function deliver(client: RawClient, messages: readonly Buffer[], delivery: Delivery): Promise<void> {
  const bytes = Buffer.concat(messages)
  const chance = chanceFrom(bytes.length)
  const lengths = messages.map((message) => message.length)
  for (let at = 0; at < bytes.length; ) {
    const size =
      delivery === 'one' ? bytes.length : delivery === 'each' ? (lengths.shift() ?? 0) : 1 + chance.below(60)
    client.send(bytes.subarray(at, at + size))
    at += size
    await (chance.below(8) === 0 ? delay(1) : new Promise((resolve) => setImmediate(resolve)))
  }
}

/** All that a client hears, as it comes. */
class Ears {
  readonly lines: string[] = []
  #closed = false
  #wake: () => void = () => undefined

  constructor(client: RawClient) {
    void this.#listen(client)
  }

  get isOver(): boolean {
    return this.lines.slice(-3).some((line) => line.startsWith('DataRow') && line.includes('the end'))
      ? this.lines.at(-1)?.startsWith('ReadyForQuery') === true
      : this.#closed
  }

  async quiet(): Promise<void> {
    for (let before = -1; before !== this.lines.length; ) {
      before = this.lines.length
      await delay(QUIET_MS)
    }
  }

  /** What it heard by then says that it hangs. */
  async until(done: () => boolean): Promise<void> {
    while (!done() && !this.#closed) {
      const woken = new Promise<true>((resolve) => {
        this.#wake = () => resolve(true)
      })
      const stop = new AbortController()
      const late = delay(HANGS_MS, false, { signal: stop.signal }).catch(() => true)
      const heard = await Promise.race([woken, late])
      stop.abort()
      if (!heard) {
        this.lines.push('nothing more')
        return
      }
    }
  }

  async #listen(client: RawClient): Promise<void> {
    for (let message = await client.next(); message !== undefined; message = await client.next()) {
      this.lines.push(client.lineOf(message))
      this.#wake()
    }
    this.#closed = true
    this.lines.push('closed')
    this.#wake()
  }
}

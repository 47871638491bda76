import { afterEach, describe, expect, test } from '@jest/globals'
import { defaultLimits } from '../src/limits.ts'
import { Parser } from '../src/parser.ts'

const fixture = (name: string) => new URL(`fixtures/${name}.ts`, import.meta.url)
const ask = (text: string) => ({ text })
const shown = (name: string) => ({ statement: { kind: 'show', name }, lasting: true })
const refused = (reason: string) => ({ statement: { kind: 'opaque', reason }, lasting: false })

describe('the parser', () => {
  let parser: Parser<{ text: string }>
  const start = (limits = {}, worker = 'hanging-worker') =>
    (parser = new Parser({ ...defaultLimits, ...limits }, fixture(worker)))
  afterEach(() => parser.close())

  test('kills a parse that takes too long, and goes on with the next', async () => {
    start({ parseTimeoutMs: 50 })
    const answers = await Promise.all(['a', 'hang', 'b', 'hang', 'c'].map((text) => parser.parse(ask(text))))
    const late = refused('parsing took longer than 50 ms')
    expect(answers).toEqual([shown('a'), late, shown('b'), late, shown('c')])
  })

  test('waits longer for a thread that had no processor, but not without end', async () => {
    start({ parseTimeoutMs: 100 })
    const answers = await Promise.all(['nap', 'starve', 'a'].map((text) => parser.parse(ask(text))))
    expect(answers).toEqual([shown('nap'), refused('parsing took longer than 100 ms'), shown('a')])
  })

  test('takes an answer that came in time where this thread was late', async () => {
    start({ parseTimeoutMs: 50 })
    await parser.parse(ask('a'))
    // What comes next in the loop are timers, and then messages.
    await new Promise((resolve) => setImmediate(resolve))
    const answer = parser.parse(ask('b'))
    const until = performance.now() + 200
    while (performance.now() < until);
    expect(await answer).toEqual(shown('b'))
  })

  test('replaces a thread that died or says it is broken', async () => {
    start()
    const answers = await Promise.all(['die', 'a', 'spoil', 'b'].map((text) => parser.parse(ask(text))))
    expect(answers).toEqual([refused('the parser failed on it'), shown('a'), refused('spoiled'), shown('b')])
  })

  test('lets no more statements wait than the limit', async () => {
    start({ parseQueue: 2 })
    const answers = await Promise.all(['a', 'b', 'c'].map((text) => parser.parse(ask(text))))
    expect(answers).toEqual([
      shown('a'),
      shown('b'),
      refused('too many statements wait to be parsed; send it again'),
    ])
  })

  test('gives up when no thread starts', async () => {
    start({}, 'broken-worker')
    const failed = refused('the parser could not be started')
    expect(await parser.parse(ask('a'))).toEqual(failed)
    expect(await parser.parse(ask('b'))).toEqual(failed)
  })

  test('answers what waits when it is closed, and what comes later', async () => {
    start()
    const waiting = parser.parse(ask('a'))
    await parser.close()
    expect(await waiting).toEqual(refused('the parser is closed'))
    expect(await parser.parse(ask('b'))).toEqual(refused('the parser is closed'))
  })
})

import { afterEach, describe, expect, test } from '@jest/globals'
import { defaultLimits } from '../src/limits.ts'
import { type CanonicalPart, Reader } from '../src/reader.ts'

const digits = /\d+/g

const partOf = (text: string): CanonicalPart => ({
  canonical: text.replaceAll(digits, '1'),
  text: text.replaceAll(digits, '1'),
  literals: false,
  parameterCount: 0,
})

describe('a reader', () => {
  let splits: string[] = []
  const reader = () => {
    splits = []
    return new Reader<{ readonly on: boolean }, CanonicalPart, { text: string }>({
      system: 'test',
      limits: defaultLimits,
      workerUrl: new URL('fixtures/hanging-worker.ts', import.meta.url),
      modeKey: ({ on }) => (on ? 'on' : 'off'),
      split: (text) => {
        splits.push(text)
        return text.split(';').map(partOf)
      },
      source: ({ text }) => ({ text }),
      constants: (text) =>
        [...text.matchAll(digits)].flatMap(({ index, 0: found }) => [index, index + found.length]),
    })
  }
  let made = reader()
  afterEach(() => made.close())
  const on = { on: true }

  test('reads what differs in its constants only from a text before without splitting it', async () => {
    made = reader()
    const first = await made.read('a 1', on)
    expect(splits).toEqual(['a 1', 'a 11', 'a 1'])
    expect(made.read('a 22', on)).toBe(first)
    expect(splits).toHaveLength(3)
    expect(made.read('a 22', { on: false })).toBe(first)
    expect(splits.slice(3)).toEqual(['a 22'])
  })

  test('takes a text of several statements as a whole where one of them is none, each time it comes', async () => {
    made = reader()
    const one = { kind: 'opaque', reason: 'the parser counts another number of statements' }
    for (let time = 0; time < 3; time++) {
      const reading = await made.read('a;two;b', on)
      expect(reading.map(({ statement }) => statement)).toEqual([one])
    }
  })
})

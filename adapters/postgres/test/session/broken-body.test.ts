import { describe, expect, jest, test } from '@jest/globals'
import { invalidSequence } from '../../src/session/client/broken-body.ts'

const MIB = 1024 * 1024

/** `text` over and over, more than any block that is looked at together, behind `shift` letters. */
const long = (text: string, shift: number): Buffer =>
  Buffer.concat([
    Buffer.alloc(shift, 'x'),
    Buffer.alloc(Math.floor(MIB / Buffer.byteLength(text)) * Buffer.byteLength(text), text),
  ])

describe('what of a long text is not UTF-8', () => {
  test.each([
    ['one byte', 'a'],
    ['two bytes', 'é'],
    ['three bytes', '€'],
    ['four bytes', '😀'],
    ['one to four', 'aé€😀'],
  ])('characters of %s: found behind them, wherever a block is cut', (_, text) => {
    for (const shift of [0, 1, 2, 3]) {
      const good = long(text, shift)
      expect(invalidSequence(Buffer.concat([good, Buffer.from('ff00', 'hex')])).toString('hex')).toBe('ff')
      expect(invalidSequence(Buffer.concat([good, Buffer.from('e282', 'hex')])).toString('hex')).toBe('e282')
      expect(invalidSequence(Buffer.concat([good, Buffer.from('c328', 'hex'), good])).toString('hex')).toBe(
        'c328',
      )
      expect(invalidSequence(Buffer.concat([good, Buffer.from('e28200', 'hex'), good])).toString('hex')).toBe(
        'e282',
      )
    }
  })

  test('the first of several, and bytes that begin no character', () => {
    expect(invalidSequence(Buffer.alloc(MIB, 0x80)).toString('hex')).toBe('80')
    const good = long('é', 0)
    expect(invalidSequence(Buffer.concat([good, Buffer.alloc(MIB, 0xbf)])).toString('hex')).toBe('bf')
    const twice = Buffer.concat([good, Buffer.from('fe', 'hex'), good, Buffer.from('ff', 'hex')])
    expect(invalidSequence(twice).toString('hex')).toBe('fe')
  })

  test.each([
    ['one byte', 'a'],
    ['one to four bytes', 'aé€😀'],
  ])('characters of %s: a long text is not looked at one by one', (_, text) => {
    const broken = Buffer.concat([Buffer.from(text.repeat(MIB)), Buffer.from('ff00', 'hex')])
    const looks = jest.spyOn(broken, 'subarray')
    expect(invalidSequence(broken).toString('hex')).toBe('ff')
    expect(looks.mock.calls.length).toBeLessThan(broken.length / 16)
  })
})

import { expect, test } from '@jest/globals'
import { defaultWireLimits, wireLimits } from '@sluice/wire/limits'

test('the defaults stand where nothing is overridden', () => {
  expect(wireLimits()).toEqual(defaultWireLimits)
  expect(wireLimits({ maxFrameBytes: 1 })).toEqual({ ...defaultWireLimits, maxFrameBytes: 1 })
})

test.each([0, -1, 1.5, Number.NaN, 0x8000_0000])('%p is no limit', (value) => {
  expect(() => wireLimits({ highWaterBytes: value })).toThrow(/`highWaterBytes`/)
})

test('the largest limit is what a signed length word can say', () => {
  expect(wireLimits({ maxFrameBytes: 0x7fff_ffff }).maxFrameBytes).toBe(0x7fff_ffff)
})

import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { configJsonSchema } from '../src/json-schema.ts'

test('the published file is what the code says', () => {
  const file = new URL('../../../docs/schema/config.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configJsonSchema())
})

test('it knows the parts, and refuses others', () => {
  expect(configJsonSchema()).toMatchObject({
    type: 'object',
    required: ['version', 'listeners', 'databases', 'identity', 'journal'],
    additionalProperties: false,
  })
})

import { expect, test } from '@jest/globals'
import { startupRequest } from '../../src/startup/parameters.ts'

test.each([
  [{ user: 'ana' }, 'ana'],
  [{ user: 'ana', database: '' }, 'ana'],
  [{ user: 'ana', database: 'shop' }, 'shop'],
])('%j asks for the database `%s`', (parameters, database) => {
  expect(startupRequest(new Map(Object.entries(parameters)))).toMatchObject({ user: 'ana', database })
})

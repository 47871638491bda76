import { expect, test } from '@jest/globals'
import { startupRequest } from '../../src/startup/parameters.ts'

test.each([
  [{ user: 'ana' }, 'ana'],
  [{ user: 'ana', database: '' }, 'ana'],
  [{ user: 'ana', database: 'shop' }, 'shop'],
])('%j asks for the database `%s`', (parameters, database) => {
  expect(startupRequest(new Map(Object.entries(parameters)))).toMatchObject({ user: 'ana', database })
})

test('words of `options` stand between spaces of ASCII, as at the database', () => {
  const options = '-c\u00a0x=1'
  expect(
    startupRequest(
      new Map([
        ['user', 'ana'],
        ['options', options],
      ]),
    ),
  ).toMatchObject({ code: '42501' })
  const spaced = '-c my.a=b\u00a0c\u3000\v--my.b=d\\ e\f-cmy.c=\\\\'
  expect(
    startupRequest(
      new Map([
        ['user', 'ana'],
        ['options', spaced],
      ]),
    ),
  ).toMatchObject({
    settings: new Map([
      ['my.a', 'b\u00a0c\u3000'],
      ['my.b', 'd e'],
      ['my.c', '\\'],
    ]),
  })
})

import { expect, test } from '@jest/globals'
import { LAST_PREPARED, type Prepared, PreparedStatements } from '../../src/session/prepared.ts'

test.each([
  ['MariaDB', true, 7],
  ['MySQL, which has no such id', false, undefined],
])('the id of the statement prepared last, at %s', (_server, mariadb, id) => {
  const statements = new PreparedStatements(mariadb)
  statements.add({ id: 7 } as Prepared)
  expect(statements.get(LAST_PREPARED)?.id).toBe(id)
  expect(statements.get(7)?.id).toBe(7)
})

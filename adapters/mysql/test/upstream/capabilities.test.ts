import { expect, test } from '@jest/globals'
import { capability as c, has } from '../../src/messages/capabilities.ts'
import { agreed, offered, wanted } from '../../src/upstream/capabilities.ts'

const ALL = { flags: 0xffff_ffff, extended: 0xffff_ffff }
const profile = { serverVersion: '9.7.4', mariadb: false, version: 90_704, capabilities: ALL, collation: 45 }

test.each([
  ['FOUND_ROWS', c.FOUND_ROWS],
  ['IGNORE_SPACE, by which `count (*)` is a call', c.IGNORE_SPACE],
  ['INTERACTIVE', c.INTERACTIVE],
])('what a client asks for is asked of the database: %s', (_name, flag) => {
  const offer = offered(profile, { tls: false, localFiles: false })
  const asking = agreed({ flags: flag, extended: 0 }, offer)
  expect(has(wanted(asking, ALL, false).flags, flag)).toBe(true)
  expect(has(wanted(agreed({ flags: 0, extended: 0 }, offer), ALL, false).flags, flag)).toBe(false)
})

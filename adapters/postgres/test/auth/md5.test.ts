import { createRequire } from 'node:module'
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { md5Password } from '../../src/auth/md5.ts'

/** The same by others: the `pg` driver. It has no types for its inner files. */
const driver: { postgresMd5PasswordHash(user: string, password: string, salt: Buffer): Promise<string> } =
  createRequire(import.meta.url)('pg/lib/crypto/utils')

test('the answer is the one the `pg` driver gives', async () => {
  const text = fc.string({ unit: 'grapheme' })
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      async (user, password, salt) => {
        const theirs = await driver.postgresMd5PasswordHash(user, password, Buffer.from(salt))
        expect(md5Password(user, password, salt)).toBe(theirs)
      },
    ),
  )
})

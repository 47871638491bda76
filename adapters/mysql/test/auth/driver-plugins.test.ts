import { describe, expect, test } from '@jest/globals'
import { PERFORM_FULL_AUTH } from '../../src/auth/caching-sha2.ts'
import type { DatabaseCredentials } from '../../src/auth/database-login.ts'
import { driverPlugins } from '../../src/auth/driver-plugins.ts'
import { ed25519Proof } from '../../src/auth/ed25519-password.ts'
import { nativeProof } from '../../src/auth/native-password.ts'

const password = 's3cret'
const challenge = Buffer.alloc(20, 9)

/** One login's steps, as the driver takes them. */
const stepsOf = (name: string, as: Partial<DatabaseCredentials> = {}) => {
  const all = driverPlugins({ password, secure: false, local: false, ...as })
  const made = all[name]?.({} as never)
  if (made === undefined) throw new Error(name)
  return async (data: Buffer) => await made(data)
}

describe('the plugins of the driver that reads the catalog', () => {
  test('prove by the challenge without the zero behind it', async () => {
    const step = stepsOf('mysql_native_password')
    expect(await step(Buffer.concat([challenge, Buffer.alloc(1)]))).toEqual(nativeProof(password, challenge))
  })

  test('take the zero that ends a nonce of ed25519 for a part of it', async () => {
    const nonce = Buffer.concat([Buffer.alloc(31, 7), Buffer.alloc(1)])
    expect(await stepsOf('client_ed25519')(nonce)).toEqual(ed25519Proof(password, nonce))
  })

  test('show the password to nobody in between', async () => {
    const step = stepsOf('caching_sha2_password')
    await step(challenge)
    await expect(step(Buffer.of(PERFORM_FULL_AUTH))).rejects.toThrow(/without TLS/)
    await expect(stepsOf('sha256_password')(challenge)).rejects.toThrow(/without TLS/)
    await expect(stepsOf('mysql_clear_password')(Buffer.alloc(0))).rejects.toThrow(/without TLS/)
    expect(await stepsOf('mysql_clear_password', { secure: true })(Buffer.alloc(0))).toEqual(
      Buffer.from(`${password}\0`),
    )
  })

  test('say which plugin there is none of', async () => {
    await expect(stepsOf('parsec')(challenge)).rejects.toThrow(/`parsec`.*give its login/)
  })
})

// RFC 5802, "SCRAM Algorithm Overview": `Hi()`, with SHA-256 as RFC 7677 has it.
import { pbkdf2 } from 'node:crypto'
import { preparedPassword } from './saslprep.ts'
import { equalInConstantTime, SCRAM_KEY_BYTES, scramKeys } from './scram-keys.ts'

/** What is stored of a password, as far as it takes to check one that is shown. */
type Stored = { readonly iterations: number; readonly salt: Uint8Array; readonly storedKey: Uint8Array }

/** The salted password. In the thread pool: thousands of hashes must not stop the sessions of others. */
export function saltedPassword(password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(preparedPassword(password), salt, iterations, SCRAM_KEY_BYTES, 'sha256', (error, salted) => {
      if (error === null) resolve(salted)
      else reject(error)
    })
  })
}

/** Whether `password` is the one behind what is stored. The time taken depends on the iterations only. */
export async function passwordMatches(stored: Stored, password: string): Promise<boolean> {
  const { storedKey } = scramKeys(await saltedPassword(password, stored.salt, stored.iterations))
  return equalInConstantTime(storedKey, stored.storedKey)
}

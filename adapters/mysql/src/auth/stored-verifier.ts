// RFC 5802, "SCRAM Algorithm Overview": a stored verifier checks a password that is shown, too.
import { pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { preparedPassword } from '@sluice/core/secret/saslprep'
import { equalInConstantTime, SCRAM_KEY_BYTES, scramKeys } from '@sluice/core/secret/scram-keys'
import type { ScramVerifier } from '@sluice/gateway/ports/identity-provider'

const derive = promisify(pbkdf2)

/** Whether a password is the one behind a verifier. The hash is made in the thread pool. */
export async function provesPassword(verifier: ScramVerifier, password: string): Promise<boolean> {
  const { salt, iterations, storedKey } = verifier
  const salted = await derive(preparedPassword(password), salt, iterations, SCRAM_KEY_BYTES, 'sha256')
  return equalInConstantTime(scramKeys(salted).storedKey, storedKey)
}

// MySQL: Client/Server Protocol, "Caching_sha2_password information", "Complete authentication".

import { PERFORM_FULL_AUTH, REQUEST_PUBLIC_KEY } from '../auth/caching-sha2.ts'
import { newChallenge } from '../auth/challenge.ts'
import { readClearPassword } from '../auth/clear-password.ts'
import { plugin as plugins } from '../auth/plugins.ts'
import type { RsaKey } from '../auth/rsa-key.ts'
import { decryptPassword } from '../auth/rsa-password.ts'
import type { LoginTalk } from './login-talk.ts'

/** What a client said before it was asked anything: the plugin of its choice, and its proof. */
export type FirstWord = {
  readonly plugin: string | undefined
  readonly response: Buffer
  /** What the proof was made with; undefined where the client may have used an older one. */
  readonly challenge: Buffer | undefined
}

/** How the password may come. */
export type Passage = {
  /** Nobody on the way can read it: TLS, or a Unix socket. */
  readonly shielded: boolean
  readonly rsaKey: () => Promise<RsaKey>
}

/**
 * The client's password or token, by the full form of caching_sha2_password: in clear where the way is shielded, or
 * encrypted by the gateway's key. mysql_clear_password has shown it already. Undefined: what came is no password.
 */
export async function askedPassword(
  talk: LoginTalk,
  first: FirstWord,
  { shielded, rsaKey }: Passage,
): Promise<string | undefined> {
  if (first.plugin === plugins.CLEAR && shielded) return readClearPassword(first.response)
  const proven = first.plugin === plugins.CACHING_SHA2 ? first.challenge : undefined
  const challenge = proven ?? newChallenge()
  const proof = proven === undefined ? await talk.switchTo(plugins.CACHING_SHA2, challenge) : first.response
  if (isEmpty(proof)) return ''
  const answer = await talk.more(Buffer.from([PERFORM_FULL_AUTH]))
  if (answer.length === 1 && answer[0] === REQUEST_PUBLIC_KEY) {
    const { privateKey, publicPem } = await rsaKey()
    return decryptPassword(privateKey, await talk.more(publicPem), challenge)
  }
  return shielded ? readClearPassword(answer) : undefined
}

/** The proof of no password: nothing, or a zero. */
export function isEmpty(proof: Buffer): boolean {
  return proof.length === 0 || (proof.length === 1 && proof[0] === 0)
}

import { randomBytes } from 'node:crypto'
import type { Principal } from '@sluice/core/policy/principal'
import { passwordMatches } from '@sluice/core/secret/salted-password'
import { SCRAM_KEY_BYTES } from '@sluice/core/secret/scram-keys'
import {
  type IdentityProvider,
  IdentityRefused,
  type ScramVerifier,
} from '@sluice/gateway/ports/identity-provider'
import * as Effect from 'effect/Effect'
import * as Semaphore from 'effect/Semaphore'
import { ofEveryone, withinItsTime } from '../../expiry.ts'
import { MIN_ITERATIONS, SALT_BYTES } from '../../scram-verifier.ts'
import { type StaticLogin, type StaticPrincipal, staticLogins } from './static-principal.ts'

/** Longer passwords are refused unread. Nobody types one; a token belongs to another provider. */
export const MAX_PASSWORD_CHARS = 1024
/** Half of Node's default thread pool: logins must not keep file and name look-ups waiting. */
const MAX_CONCURRENT_CHECKS = 2

/** What `staticProvider` is made from. */
export type StaticProviderOptions = {
  readonly name: string
  readonly principals: readonly StaticPrincipal[]
  /** Seconds since the epoch. */
  readonly nowSeconds: () => number
}

/**
 * People, workloads and agents from a list, each with a stored verifier. Throws `IdentityMisconfigured`.
 *
 * INVARIANT (no-probing): a login that is not in the list costs a client the same time as one that is, and `scram`
 * leaves it to the session to answer it with a made-up verifier.
 *
 * `scram` answers for an expired principal too, so that the record says `expired`: ask `stillValid` once the proof
 * is good, before the client is told so.
 */
export function staticProvider(options: StaticProviderOptions): IdentityProvider {
  const logins = staticLogins(options.name, options.principals)
  const ids = new Set([...logins.values()].map((login) => login.principal.id))
  // Whom a token proved is nobody of the list, whatever the provider of this name was before.
  const isListed = ({ provider, issuer, id }: Principal): boolean =>
    provider === options.name && issuer === undefined && ids.has(id)
  const mockIterations = usualIterations([...logins.values()])
  const nobody = nobodysVerifier(mockIterations)
  const turn = Semaphore.makeUnsafe(MAX_CONCURRENT_CHECKS)
  return {
    name: options.name,
    mockIterations,
    verifyPassword: (login, password) =>
      Effect.tryPromise({
        try: () => proven(logins.get(login), nobody, password, options.nowSeconds),
        catch: asRefusal,
      }).pipe(
        // What is hashed already goes on to its end, and keeps its turn until then.
        Effect.uninterruptible,
        (check) => turn.withPermit(check),
      ),
    scram: (login) => logins.get(login),
    hashed: (login, kind) => {
      const known = logins.get(login)
      const hash = known?.hashes.get(kind)
      return known === undefined || hash === undefined ? undefined : { hash, principal: known.principal }
    },
    hashKinds: new Set([...logins.values()].flatMap(({ hashes }) => [...hashes.keys()])),
    stillValid: (principal, nowSeconds) =>
      ofEveryone(principal, isListed) && withinItsTime(principal, nowSeconds),
  }
}

async function proven(
  login: StaticLogin | undefined,
  nobody: ScramVerifier,
  password: string,
  nowSeconds: () => number,
): Promise<Principal> {
  if (password === '' || password.length > MAX_PASSWORD_CHARS) {
    throw new IdentityRefused('malformed', `a password of 1 to ${MAX_PASSWORD_CHARS} characters was expected`)
  }
  const matches = await passwordMatches(login?.verifier ?? nobody, password)
  if (login === undefined) throw new IdentityRefused('unknown', 'no such login')
  if (!matches) throw new IdentityRefused('wrong-secret', 'the password is not the one of this login')
  if (!withinItsTime(login.principal, nowSeconds())) {
    throw new IdentityRefused('expired', 'the principal or one it acts for has expired')
  }
  return login.principal
}

/** What cannot be checked is not proven. */
function asRefusal(cause: unknown): IdentityRefused {
  return cause instanceof IdentityRefused
    ? cause
    : new IdentityRefused('unreachable', 'the password could not be checked')
}

/** The iterations most logins have: a made-up verifier with another count would give itself away. */
function usualIterations(logins: readonly StaticLogin[]): number {
  const uses = new Map<number, number>()
  for (const { verifier } of logins) uses.set(verifier.iterations, (uses.get(verifier.iterations) ?? 0) + 1)
  const [most] = [...uses].sort((a, b) => b[1] - a[1])
  return most?.[0] ?? MIN_ITERATIONS
}

/** Random keys: finding a password for them is finding a SHA-256 preimage. */
function nobodysVerifier(iterations: number): ScramVerifier {
  return {
    iterations,
    salt: randomBytes(SALT_BYTES),
    storedKey: randomBytes(SCRAM_KEY_BYTES),
    serverKey: randomBytes(SCRAM_KEY_BYTES),
  }
}

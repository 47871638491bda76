import { randomBytes, type X509Certificate } from 'node:crypto'
import type { Principal } from '@sluice/core/policy/principal'
import { passwordMatches } from '@sluice/core/secret/salted-password'
import {
  type HashKind,
  type IdentityProvider,
  IdentityRefused,
} from '@sluice/gateway/ports/identity-provider'
import { Effect } from 'effect'
import { FAST_AUTH_SUCCESS, provesCaching } from '../auth/caching-sha2.ts'
import { newChallenge } from '../auth/challenge.ts'
import { provesNative } from '../auth/native-password.ts'
import { plugin as plugins } from '../auth/plugins.ts'
import { askedPassword, type FirstWord, isEmpty, type Passage } from './asked-password.ts'
import type { LoginTalk } from './login-talk.ts'

/** Who is asked for, and how it can be proven. */
type AuthenticateOptions = Passage & {
  readonly identity: IdentityProvider
  readonly login: string
  readonly first: FirstWord
  /** The client's certificate, where it showed one that is good. */
  readonly certificate: X509Certificate | undefined
  /** The connection comes from this machine: then a secret may come encrypted by the gateway's key alone. */
  readonly local: boolean
  readonly nowSeconds: () => number
}

/** By which stored hash the proof of a plugin is checked. */
const hashKinds: ReadonlyMap<string | undefined, HashKind> = new Map([
  [plugins.NATIVE, 'sha1-twice'],
  [plugins.CACHING_SHA2, 'sha256-twice'],
])

/**
 * Proves who is connecting. A certificate counts where the login names its principal, or names nobody else. A proof that
 * a stored hash confirms is enough; everybody else is asked for the password or a token, where nobody on the way could
 * read it. INVARIANT (no-probing): what is asked hangs on the connection and on the client, never on the login, until a
 * proof is good. Throws IdentityRefused or ProtocolViolation.
 */
export async function authenticate(talk: LoginTalk, options: AuthenticateOptions): Promise<Principal> {
  const { identity, login, certificate, first } = options
  const known = identity.scram(login)
  const match = certificate === undefined ? undefined : identity.certificate?.(certificate, login)
  if (match !== undefined && (match.named || known === undefined)) {
    if (match.verifier === undefined) settle(talk, first)
    else {
      const password = await askedPassword(talk, first, options)
      if (!(await passwordMatches(match.verifier, password ?? ''))) throw wrong(options)
    }
    return current(match.principal, options)
  }
  const byHash = hashed(options, first)
  if (byHash !== undefined) {
    settle(talk, first)
    return current(byHash, options)
  }
  if (options.shielded || options.local) return await byPassword(talk, options)
  return await byNativeProof(talk, options)
}

/** caching_sha2_password waits for a word where it has sent a proof. */
function settle(talk: LoginTalk, { plugin, response }: FirstWord): void {
  if (plugin === plugins.CACHING_SHA2 && !isEmpty(response)) talk.last(Buffer.from([FAST_AUTH_SUCCESS]))
}

/** The principal whose stored hash confirms a proof. As much is computed for a login that has none. */
function hashed({ identity, login }: AuthenticateOptions, first: FirstWord): Principal | undefined {
  const kind = hashKinds.get(first.plugin)
  if (kind === undefined || first.challenge === undefined) return undefined
  const stored = identity.hashed?.(login, kind)
  const proves = kind === 'sha1-twice' ? provesNative : provesCaching
  const hash = stored?.hash ?? randomBytes(kind === 'sha1-twice' ? 20 : 32)
  return proves(hash, first.challenge, first.response) ? stored?.principal : undefined
}

async function byPassword(talk: LoginTalk, options: AuthenticateOptions): Promise<Principal> {
  const { identity, login, shielded } = options
  const password = await askedPassword(talk, options.first, options)
  if (password === undefined)
    throw new IdentityRefused('malformed', 'what came in the place of a password is none')
  const principal = await talk.whileThere((signal) =>
    Effect.runPromise(identity.verifyPassword(login, password), { signal }),
  )
  // A token shows somebody else than the login's own principal; it is taken where the way is shielded.
  if (shielded || identity.scram(login)?.principal.id === principal.id) return principal
  throw new IdentityRefused('unknown', 'a token came over a connection without TLS')
}

/** Over a wire that others share nothing but a proof is asked for. */
async function byNativeProof(talk: LoginTalk, options: AuthenticateOptions): Promise<Principal> {
  if (options.identity.hashKinds?.has('sha1-twice') !== true || options.first.plugin === undefined)
    throw wrong(options)
  const challenge = newChallenge()
  const response = await talk.switchTo(plugins.NATIVE, challenge)
  const principal = hashed(options, { plugin: plugins.NATIVE, response, challenge })
  if (principal === undefined) throw wrong(options)
  return current(principal, options)
}

function current(principal: Principal, { identity, login, nowSeconds }: AuthenticateOptions): Principal {
  if (identity.stillValid(principal, nowSeconds())) return principal
  throw new IdentityRefused('expired', `login \`${login}\` has expired`)
}

function wrong({ identity, login }: AuthenticateOptions): IdentityRefused {
  const known = identity.scram(login) ?? identity.hashed?.(login, 'sha1-twice')
  if (known === undefined) return new IdentityRefused('unknown', `login \`${login}\` is not known`)
  return new IdentityRefused(
    'wrong-secret',
    'no stored hash confirms the proof, and no password could be asked for',
  )
}

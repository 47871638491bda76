import type { Principal } from '@sluice/core/policy/principal'
import type { HashKind, ScramVerifier } from '@sluice/gateway/ports/identity-provider'
import { IdentityMisconfigured } from '../../misconfigured.ts'
import { checkedVerifier, parseScramVerifier } from '../../scram-verifier.ts'
import { parseStoredHash } from '../../stored-hash.ts'

/** What an entry of any list says of its principal. */
export type PrincipalEntry = {
  /** Unique in the list. What policy and the record call the principal. */
  readonly id: string
  readonly kind: Principal['kind']
  readonly groups: readonly string[]
  /** Seconds since the epoch; absent: does not expire. */
  readonly expires?: number | undefined
  /** For an agent: the `id` in this list of the one it acts for. */
  readonly onBehalfOf?: string | undefined
  readonly agent?: Principal['agent'] | undefined
}

/** One entry of a static list, as the configuration gives it. */
export type StaticPrincipal = PrincipalEntry & {
  /** Unique in the list. The user name that the client gives. */
  readonly login: string
  /** The stored form of the secret, or its text (`parseScramVerifier`). */
  readonly verifier: ScramVerifier | string
  /** Further stored forms of the same secret (`parseStoredHash`), one of a kind at most. */
  readonly hashes?: readonly string[] | undefined
}

/** A login that can prove itself, and who it is. */
export type StaticLogin = {
  readonly verifier: ScramVerifier
  readonly hashes: ReadonlyMap<HashKind, Uint8Array>
  readonly principal: Principal
}

/** An agent for an agent for an agent … is a mistake or a circle. */
const MAX_DELEGATION_DEPTH = 4

/** By login. Throws `IdentityMisconfigured`, naming the entry, for anything that is not clear. */
export function staticLogins(
  provider: string,
  entries: readonly StaticPrincipal[],
): Map<string, StaticLogin> {
  const byId = uniqueBy(entries, 'id')
  return new Map(
    [...uniqueBy(entries, 'login')].map(([login, entry]) => [
      login,
      {
        verifier: named(entry, () => verifierOf(entry)),
        hashes: named(entry, () => hashesOf(entry)),
        principal: principalOf(provider, entry, byId, 0),
      },
    ]),
  )
}

/** The principals of a list, by id. Throws `IdentityMisconfigured`, naming the entry, for anything that is not clear. */
export function principalsOf(
  provider: string,
  entries: readonly PrincipalEntry[],
): ReadonlyMap<string, Principal> {
  const byId = uniqueBy(entries, 'id')
  return new Map([...byId].map(([id, entry]) => [id, principalOf(provider, entry, byId, 0)]))
}

function uniqueBy<Key extends string, Entry extends PrincipalEntry & Readonly<Record<Key, string>>>(
  entries: readonly Entry[],
  key: Key,
): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>()
  for (const entry of entries) {
    const name: string = entry[key]
    if (name === '') throw misconfigured(entry, `\`${key}\` is empty; give it a name`)
    if (found.has(name)) throw misconfigured(entry, `\`${key}\` \`${name}\` is taken; give each its own`)
    found.set(name, entry)
  }
  return found
}

function verifierOf({ verifier }: StaticPrincipal): ScramVerifier {
  return typeof verifier === 'string' ? parseScramVerifier(verifier) : checkedVerifier(verifier)
}

function hashesOf({ hashes = [] }: StaticPrincipal): ReadonlyMap<HashKind, Uint8Array> {
  const found = new Map(hashes.map(parseStoredHash).map(({ kind, hash }) => [kind, hash]))
  if (found.size < hashes.length)
    throw new IdentityMisconfigured('two `hashes` are of one kind; keep one of them')
  return found
}

/** What `read` gives; what it says of the entry is said with the entry's name. */
function named<A>(entry: StaticPrincipal, read: () => A): A {
  try {
    return read()
  } catch (error) {
    if (error instanceof IdentityMisconfigured) throw misconfigured(entry, error.message)
    throw error
  }
}

function principalOf(
  provider: string,
  entry: PrincipalEntry,
  byId: ReadonlyMap<string, PrincipalEntry>,
  depth: number,
): Principal {
  const { id, kind, groups, expires, agent } = entry
  if (expires !== undefined && !Number.isFinite(expires)) {
    throw misconfigured(entry, '`expires` is not a time; give seconds since the epoch')
  }
  if (kind !== 'agent' && (agent !== undefined || entry.onBehalfOf !== undefined)) {
    throw misconfigured(
      entry,
      `a ${kind} acts for nobody; make its kind \`agent\` or drop \`agent\` and \`onBehalfOf\``,
    )
  }
  return {
    id,
    kind,
    groups: [...groups],
    provider,
    ...(expires === undefined ? {} : { expiresAt: expires }),
    ...(entry.onBehalfOf === undefined ? {} : { onBehalfOf: behind(provider, entry, byId, depth) }),
    ...(agent === undefined ? {} : { agent }),
  }
}

function behind(
  provider: string,
  entry: PrincipalEntry,
  byId: ReadonlyMap<string, PrincipalEntry>,
  depth: number,
): Principal {
  const target = byId.get(entry.onBehalfOf as string)
  if (target === undefined) {
    throw misconfigured(
      entry,
      `acts for \`${entry.onBehalfOf}\`, who is not in the list; add it or correct the id`,
    )
  }
  if (depth >= MAX_DELEGATION_DEPTH) {
    throw misconfigured(
      entry,
      `acts for others more than ${MAX_DELEGATION_DEPTH} deep; shorten or open the circle`,
    )
  }
  return principalOf(provider, target, byId, depth + 1)
}

function misconfigured(entry: PrincipalEntry, problem: string): IdentityMisconfigured {
  return new IdentityMisconfigured(`principal \`${entry.id}\`: ${problem}`)
}

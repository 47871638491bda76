import * as Effect from 'effect/Effect'
import type { CertificateIdentity, Identity, JwtIdentity } from '../config.ts'
import { parseCertificatePrincipals, parsePrincipals } from '../principals.ts'
import type { ConfigFile } from '../schema/file.ts'
import { isInTheClear, type Resolving } from './context.ts'
import { readNamed } from './files.ts'

type IdentityEntry = ConfigFile['identity'][number]
type JwtEntry = Extract<IdentityEntry, { type: 'jwt' }>

/** Reads principals files and key sets. */
export const resolveIdentity = Effect.fnUntraced(function* (resolving: Resolving, file: ConfigFile) {
  const providers: Identity[] = []
  const taken = new Set<string>()
  for (const [index, entry] of file.identity.entries()) {
    const path = `identity[${index}]`
    if (taken.has(entry.name))
      resolving.wrong(
        `${path}.name`,
        `\`${entry.name}\` is taken by an earlier provider; give each its own name`,
      )
    taken.add(entry.name)
    const provider = yield* resolveOne(resolving, path, entry)
    if (provider !== undefined) providers.push(provider)
  }
  return providers
})

const resolveOne = (
  resolving: Resolving,
  path: string,
  entry: IdentityEntry,
): Effect.Effect<Identity | undefined> => {
  switch (entry.type) {
    case 'static':
      return resolveStatic(resolving, path, entry)
    case 'jwt':
      return resolveJwt(resolving, path, entry)
    case 'certificate':
      return resolveCertificate(resolving, path, entry)
  }
}

const resolveCertificate = Effect.fnUntraced(function* (
  resolving: Resolving,
  path: string,
  { name, file, trustDomain }: Extract<IdentityEntry, { type: 'certificate' }>,
) {
  if (file === undefined && trustDomain === undefined)
    return resolving.wrong(path, 'knows nobody; give a `file` with principals, a `trustDomain`, or both')
  const provider: CertificateIdentity = {
    type: 'certificate',
    name,
    principals: (yield* resolveCertified(resolving, `${path}.file`, file)) ?? [],
    ...(trustDomain === undefined
      ? {}
      : {
          trustDomain: {
            name: trustDomain.name,
            kind: trustDomain.kind ?? 'workload',
            groups: trustDomain.groups ?? [],
          },
        }),
  }
  return provider
})

const resolveCertified = Effect.fnUntraced(function* (
  resolving: Resolving,
  path: string,
  named: string | undefined,
) {
  if (named === undefined) return undefined
  const file = resolving.absolute(named)
  const text = yield* readNamed(resolving, path, file)
  if (text === undefined) return undefined
  const parsed = parseCertificatePrincipals(text, file)
  if (parsed.ok) return parsed.value
  resolving.problems.push(...parsed.problems)
  return undefined
})

const resolveStatic = Effect.fnUntraced(function* (
  resolving: Resolving,
  path: string,
  entry: Extract<IdentityEntry, { type: 'static' }>,
) {
  const file = resolving.absolute(entry.file)
  const text = yield* readNamed(resolving, `${path}.file`, file)
  if (text === undefined) return undefined
  const parsed = parsePrincipals(text, file)
  if (parsed.ok) return { type: 'static' as const, name: entry.name, principals: parsed.value, file }
  resolving.problems.push(...parsed.problems)
  return undefined
})

const resolveJwt = Effect.fnUntraced(function* (resolving: Resolving, path: string, entry: JwtEntry) {
  const jwks = yield* resolveJwks(resolving, `${path}.jwks`, entry.jwks)
  if (jwks === undefined) return undefined
  const provider: JwtIdentity = {
    type: 'jwt',
    name: entry.name,
    issuer: entry.issuer,
    audience: typeof entry.audience === 'string' ? [entry.audience] : entry.audience,
    jwks,
    ...(entry.algorithms === undefined ? {} : { algorithms: entry.algorithms }),
    claims: entry.claims ?? {},
    clockToleranceSeconds: entry.clockToleranceSeconds ?? 0,
    oauth: { logins: entry.oauth?.logins ?? ['oauth'], scope: entry.oauth?.scope ?? 'openid' },
  }
  return provider
})

const resolveJwks = Effect.fnUntraced(function* (resolving: Resolving, path: string, given: string) {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) return jwksAddress(resolving, path, given)
  const text = yield* readNamed(resolving, path, resolving.absolute(given))
  if (text === undefined) return undefined
  const keys = keysIn(text)
  if (keys === undefined || keys.length === 0)
    return resolving.wrong(path, 'holds no key set; give a JSON file of the form `{ "keys": [ … ] }`')
  if (keys.some((key) => key['kty'] === 'oct' || 'd' in key))
    return resolving.wrong(path, 'holds a secret key; give the public keys only')
  return { keys }
})

const jwksAddress = (resolving: Resolving, path: string, given: string): JwtIdentity['jwks'] | undefined => {
  const url = URL.parse(given)
  if (url !== null && /^https?:$/.test(url.protocol) && !isInTheClear(url)) return { url: given }
  return resolving.wrong(path, 'must be an https address: whoever is on the way could give us keys')
}

const keysIn = (text: string): readonly Readonly<Record<string, unknown>>[] | undefined => {
  try {
    const parsed: unknown = JSON.parse(text)
    const keys = isMap(parsed) ? parsed['keys'] : undefined
    return Array.isArray(keys) && keys.every(isMap) ? keys : undefined
  } catch {
    return undefined
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

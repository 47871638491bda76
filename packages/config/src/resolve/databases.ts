import { createSecureContext } from 'node:tls'
import * as Effect from 'effect/Effect'
import type { Database } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import type { Resolving } from './context.ts'
import { readNamed } from './files.ts'
import { resolveSecret } from './secrets.ts'

const defaultPort = 5432
const defaultRefreshSeconds = 30
const defaultEnvironment = 'production'

/** Reads the gateway's own passwords and the authorities to trust. */
export const resolveDatabases = Effect.fnUntraced(function* (resolving: Resolving, file: ConfigFile) {
  const databases: Database[] = []
  const taken = new Set<string>()
  for (const [index, entry] of file.databases.entries()) {
    const path = `databases[${index}]`
    if (taken.has(entry.name))
      resolving.wrong(
        `${path}.name`,
        `\`${entry.name}\` is taken by an earlier database; give each its own name`,
      )
    taken.add(entry.name)
    const { upstream } = entry
    const password = yield* resolveSecret(resolving, `${path}.upstream.password`, upstream.password)
    const tls = upstream.tls ?? 'verify-full'
    const ca = yield* resolveCa(resolving, `${path}.upstream.ca`, upstream.ca, tls)
    if (password === undefined) continue
    databases.push({
      name: entry.name,
      system: entry.system,
      environment: entry.environment ?? defaultEnvironment,
      catalogRefreshSeconds: entry.catalogRefreshSeconds ?? defaultRefreshSeconds,
      upstream: {
        host: upstream.host,
        port: upstream.port ?? defaultPort,
        database: upstream.database,
        user: upstream.user,
        password,
        tls,
        ...(ca === undefined ? {} : { ca }),
      },
    })
  }
  return databases
})

const resolveCa = Effect.fnUntraced(function* (
  resolving: Resolving,
  path: string,
  ca: string | undefined,
  tls: string,
) {
  if (ca === undefined) return undefined
  if (tls !== 'verify-full')
    return resolving.wrong(
      path,
      `is not looked at with \`tls: ${tls}\`; write \`tls: verify-full\`, or leave it out`,
    )
  const text = yield* readNamed(resolving, path, resolving.absolute(ca))
  if (text === undefined || isCertificate(text)) return text
  return resolving.wrong(path, 'holds no PEM certificate; give the file with the authorities to trust')
})

const isCertificate = (ca: string): boolean => {
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) return false
  try {
    createSecureContext({ ca })
    return true
  } catch {
    return false
  }
}

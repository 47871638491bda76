import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { Database, DatabaseSystem } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import type { Resolving } from './context.ts'
import { readNamed } from './files.ts'
import { usable } from './pem.ts'
import { resolveSecret } from './secrets.ts'
import { systems } from './systems.ts'

const defaultRefreshSeconds = 30
const defaultSampleRows = 200
const defaultPoolAgeSeconds = 60
const defaultEnvironment = 'production'

/** Reads the gateway's own passwords and the authorities to trust. */
export const resolveDatabases = Effect.fnUntraced(function* (resolving: Resolving, file: ConfigFile) {
  const databases: Database[] = []
  const taken = new Set<string>()
  const firsts = new Map<string, string>()
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
    const isSocket = /^\.{0,2}\//.test(upstream.host)
    // What stays on this machine crosses no wire, and PostgreSQL has no TLS there.
    const isPlain = isSocket && upstream.ca === undefined && upstream.certificate === undefined
    const tls = upstream.tls ?? (isPlain ? 'disable' : 'verify-full')
    const ca = yield* resolveCa(resolving, `${path}.upstream.ca`, upstream.ca, tls)
    const identity = yield* resolveIdentity(resolving, `${path}.upstream`, upstream, tls)
    if (upstream.channelBinding === 'require' && tls === 'disable')
      resolving.wrong(
        `${path}.upstream.channelBinding`,
        'needs TLS; write `tls: verify-full`, or leave it out',
      )
    checkKeys(resolving, path, entry)
    if (password === undefined) continue
    const host = isSocket ? resolving.absolute(upstream.host) : upstream.host
    const place = placeOf(entry.system, { ...upstream, host })
    const first = firsts.get(place) ?? entry.name
    firsts.set(place, first)
    databases.push({
      name: entry.name,
      labelsOf: first,
      system: entry.system,
      environment: entry.environment ?? defaultEnvironment,
      catalogRefreshSeconds: entry.catalogRefreshSeconds ?? defaultRefreshSeconds,
      readsWaitFor: entry.readsWaitFor ?? 'disk',
      sampleRows: entry.sampleRows ?? defaultSampleRows,
      upstream: {
        host,
        port: upstream.port ?? systems[entry.system].defaultPort,
        database: upstream.database,
        user: upstream.user,
        password,
        tls,
        channelBinding: upstream.channelBinding ?? 'prefer',
        ...(ca === undefined ? {} : { ca }),
        ...(identity === undefined ? {} : { identity }),
      },
      ...(entry.pool === undefined
        ? {}
        : {
            pool: {
              ready: entry.pool.ready,
              maxAgeSeconds: entry.pool.maxAgeSeconds ?? defaultPoolAgeSeconds,
            },
          }),
    })
  }
  return databases
})

/**
 * Where its tables are. What MySQL and MariaDB call a database is a schema there: all that a login may see are in one
 * catalog, and what it may not see looks gone.
 */
const placeOf = (system: DatabaseSystem, { host, port, database, user }: UpstreamEntry): string => {
  const { protocol, defaultPort } = systems[system]
  const within = protocol === 'postgresql' ? [database] : [user]
  return JSON.stringify([protocol, host.toLowerCase(), port ?? defaultPort, ...within])
}

/** A key that nothing would come of is a mistake. */
const checkKeys = (resolving: Resolving, path: string, entry: ConfigFile['databases'][number]): void => {
  const given = {
    pool: entry.pool === undefined ? undefined : `${path}.pool`,
    channelBinding:
      entry.upstream.channelBinding === undefined ? undefined : `${path}.upstream.channelBinding`,
  }
  for (const key of systems[entry.system].without) {
    const where = given[key]
    if (where !== undefined) resolving.wrong(where, `is nothing that \`${entry.system}\` has; leave it out`)
  }
}

type UpstreamEntry = ConfigFile['databases'][number]['upstream']

const resolveIdentity = Effect.fnUntraced(function* (
  resolving: Resolving,
  path: string,
  entry: UpstreamEntry,
  tls: string,
) {
  if (entry.certificate === undefined && entry.key === undefined) return undefined
  if (entry.certificate === undefined || entry.key === undefined)
    return resolving.wrong(path, 'has one of `certificate` and `key`; give both, or none')
  if (tls === 'disable')
    return resolving.wrong(`${path}.certificate`, 'needs TLS; write `tls: verify-full`, or leave it out')
  const certificate = yield* readNamed(
    resolving,
    `${path}.certificate`,
    resolving.absolute(entry.certificate),
  )
  const key = yield* readNamed(resolving, `${path}.key`, resolving.absolute(entry.key))
  if (certificate === undefined || key === undefined) return undefined
  if (!usable({ cert: certificate, key }))
    return resolving.wrong(`${path}.certificate`, 'and `key` are no PEM pair; give the key it was made for')
  return { certificate, key: Redacted.make(key) }
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
  if (text === undefined || usable({ ca: text })) return text
  return resolving.wrong(path, 'holds no PEM certificate; give the file with the authorities to trust')
})

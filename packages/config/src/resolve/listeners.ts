import { createSecureContext } from 'node:tls'
import { suggest } from '@sluice/core/policy/nearest'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { Listener, ListenerTls } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import { isLoopback, type Resolving, splitAddress } from './context.ts'
import { readNamed } from './files.ts'

type ListenerEntry = ConfigFile['listeners'][number]

/** Checks addresses and databases, and reads certificates. */
export const resolveListeners = Effect.fnUntraced(function* (resolving: Resolving, file: ConfigFile) {
  const listeners: Listener[] = []
  const names = file.databases.map((database) => database.name)
  const taken = new Set<string>()
  for (const [index, entry] of file.listeners.entries()) {
    const path = `listeners[${index}]`
    const address = splitAddress(entry.address)
    if (address === undefined) resolving.wrong(`${path}.address`, 'has a port above 65535; use a lower one')
    if (taken.has(entry.address) && address?.port !== 0)
      resolving.wrong(
        `${path}.address`,
        `\`${entry.address}\` is taken by an earlier listener; use another port`,
      )
    taken.add(entry.address)
    if (!names.includes(entry.database))
      resolving.wrong(
        `${path}.database`,
        `\`${entry.database}\` is not in \`databases\`; ${suggest(entry.database, names)}`,
      )
    const tls = yield* resolveTls(resolving, `${path}.tls`, entry)
    // Without TLS a password would cross the network in the clear.
    if (entry.tls === undefined && address !== undefined && !isLoopback(address.host))
      resolving.wrong(
        `${path}.address`,
        `\`${address.host}\` can be reached from outside; add \`tls\`, or listen on 127.0.0.1`,
      )
    if (address === undefined) continue
    const { protocol, database } = entry
    listeners.push({ protocol, ...address, database, ...(tls === undefined ? {} : { tls }) })
  }
  return listeners
})

const resolveTls = Effect.fnUntraced(function* (resolving: Resolving, path: string, { tls }: ListenerEntry) {
  if (tls === undefined) return undefined
  const files = { certificate: resolving.absolute(tls.certificate), key: resolving.absolute(tls.key) }
  const certificate = yield* readNamed(resolving, `${path}.certificate`, files.certificate)
  const key = yield* readNamed(resolving, `${path}.key`, files.key)
  if (certificate === undefined || key === undefined) return undefined
  if (!fit(certificate, key))
    return resolving.wrong(
      path,
      'certificate and key are no PEM pair; give the certificate and the key it was made for',
    )
  const made: ListenerTls = { certificate, key: Redacted.make(key), required: tls.required ?? true, files }
  return made
})

const fit = (cert: string, key: string): boolean => {
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    return false
  }
}

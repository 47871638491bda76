import { suggest } from '@sluice/core/policy/nearest'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import type { ClientCertificates, Listener, ListenerTls } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import { socketPath } from '../socket-path.ts'
import { isLoopback, type Resolving, splitAddress } from './context.ts'
import { readNamed } from './files.ts'
import { revocationLists, usable } from './pem.ts'
import { systems } from './systems.ts'

type ListenerEntry = ConfigFile['listeners'][number]

/** Longest path of a Unix socket that every system takes. */
const maxSocketPathBytes = 103
const defaultSocketMode = '0660'

/** Checks addresses and databases, and reads certificates. */
export const resolveListeners = Effect.fnUntraced(function* (resolving: Resolving, file: ConfigFile) {
  const listeners: Listener[] = []
  const names = file.databases.map((database) => database.name)
  const taken = new Set<string>()
  for (const [index, entry] of file.listeners.entries()) {
    const path = `listeners[${index}]`
    const address = resolveAddress(resolving, path, entry)
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
    checkProtocol(resolving, path, entry, file)
    const tls = yield* resolveTls(resolving, `${path}.tls`, entry)
    if (address === undefined) continue
    const { protocol, database } = entry
    listeners.push({ protocol, ...address, database, ...(tls === undefined ? {} : { tls }) })
  }
  return listeners
})

/** Clients are carried through in the protocol that they speak, never in another. */
const checkProtocol = (resolving: Resolving, path: string, entry: ListenerEntry, file: ConfigFile): void => {
  const database = file.databases.find(({ name }) => name === entry.database)
  const due = database && systems[database.system].protocol
  if (due !== undefined && due !== entry.protocol)
    resolving.wrong(`${path}.protocol`, `is not what \`${entry.database}\` speaks; write \`${due}\``)
}

type Address = Pick<Listener, 'host' | 'port' | 'socketMode'>

const resolveAddress = (resolving: Resolving, path: string, entry: ListenerEntry): Address | undefined => {
  const address = splitAddress(entry.address)
  if (address === undefined)
    return resolving.wrong(`${path}.address`, 'has a port above 65535; use a lower one')
  if (/^\.{0,2}\//.test(address.host)) return resolveSocket(resolving, path, entry, address)
  if (entry.mode !== undefined)
    resolving.wrong(`${path}.mode`, 'is for Unix sockets; listen on a folder, or leave it out')
  // Without TLS a password would cross the network in the clear.
  if (entry.tls === undefined && !isLoopback(address.host))
    resolving.wrong(
      `${path}.address`,
      `\`${address.host}\` can be reached from outside; add \`tls\`, or listen on 127.0.0.1`,
    )
  return address
}

const resolveSocket = (
  resolving: Resolving,
  path: string,
  entry: ListenerEntry,
  { host, port }: Address,
): Address | undefined => {
  const folder = resolving.absolute(host)
  if (port === 0)
    return resolving.wrong(`${path}.address`, 'has no port; write e.g. `:5432`, which names the socket')
  if (Buffer.byteLength(socketPath(entry.protocol, folder, port)) > maxSocketPathBytes)
    return resolving.wrong(
      `${path}.address`,
      `makes a socket path of more than ${maxSocketPathBytes} bytes; use a folder with a shorter path`,
    )
  if (entry.tls !== undefined)
    return resolving.wrong(
      `${path}.tls`,
      'is not for Unix sockets, which never leave this machine; leave it out',
    )
  return { host: folder, port, socketMode: Number.parseInt(entry.mode ?? defaultSocketMode, 8) }
}

const resolveTls = Effect.fnUntraced(function* (resolving: Resolving, path: string, { tls }: ListenerEntry) {
  if (tls === undefined) return undefined
  const certificate = yield* readNamed(resolving, `${path}.certificate`, resolving.absolute(tls.certificate))
  const key = yield* readNamed(resolving, `${path}.key`, resolving.absolute(tls.key))
  if (certificate === undefined || key === undefined) return undefined
  if (!fit(certificate, key))
    return resolving.wrong(
      path,
      'certificate and key are no PEM pair; give the certificate and the key it was made for',
    )
  const clients = yield* resolveClients(resolving, path, tls)
  const made: ListenerTls = {
    certificate,
    key: Redacted.make(key),
    required: tls.required ?? true,
    ...(clients === undefined ? {} : { clients }),
  }
  return made
})

const resolveClients = Effect.fnUntraced(function* (
  resolving: Resolving,
  path: string,
  { clientCa, clientCrl, clientCertificate }: NonNullable<ListenerEntry['tls']>,
) {
  if (clientCa === undefined) {
    if (clientCrl !== undefined || clientCertificate !== undefined)
      resolving.wrong(path, 'asks for client certificates and says not whose; add `clientCa`')
    return undefined
  }
  const ca = yield* readNamed(resolving, `${path}.clientCa`, resolving.absolute(clientCa))
  if (ca !== undefined && !usable({ ca }))
    resolving.wrong(`${path}.clientCa`, 'holds no PEM certificate; give the file with the authorities')
  const lists =
    clientCrl === undefined
      ? undefined
      : yield* readNamed(resolving, `${path}.clientCrl`, resolving.absolute(clientCrl))
  const revoked = lists === undefined ? undefined : revocationLists(lists)
  if (revoked?.every((crl) => usable({ crl })) === false || revoked?.length === 0)
    resolving.wrong(`${path}.clientCrl`, 'holds no PEM revocation list; make one with `openssl ca -gencrl`')
  if (ca === undefined) return undefined
  const required = clientCertificate === 'required'
  const made: ClientCertificates = { ca, required, ...(revoked === undefined ? {} : { revoked }) }
  return made
})

const fit = (cert: string, key: string): boolean => usable({ cert, key })

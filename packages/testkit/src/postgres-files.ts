import { chown, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerAccount } from './postgres-binaries.ts'

/** How a client proves itself to the server (PostgreSQL documentation, "The pg_hba.conf File"). */
export type PostgresAuth = 'scram-sha-256' | 'md5' | 'trust' | 'password'

/**
 * Server certificate and key in PEM; with `required`, a connection without TLS is refused, and with `clientCa` one
 * without a certificate of that authority.
 */
export type PostgresTls = {
  readonly cert: string
  readonly key: string
  readonly required?: boolean
  readonly clientCa?: string
}

/** `postgresql.conf` settings by name. */
export type PostgresSettings = Readonly<Record<string, string | number | boolean>>

/** For servers that live as long as a test: nothing survives a crash, and nothing has to. */
const FOR_TESTS: PostgresSettings = {
  fsync: false,
  synchronous_commit: false,
  full_page_writes: false,
  max_connections: 200,
  log_line_prefix: '%m [%p] %q%u@%d %a ',
  unix_socket_directories: '',
}

/** Writes the settings; later ones win. */
export async function writeSettings(
  data: string,
  account: ServerAccount,
  settings: PostgresSettings,
): Promise<void> {
  const lines = Object.entries({ ...FOR_TESTS, ...settings }).map(
    ([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`,
  )
  await writeOwned(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`, account)
}

/** Writes who may connect: everybody from this machine, proving themselves by `auth`. */
export async function writeAccessRules(
  data: string,
  account: ServerAccount,
  auth: PostgresAuth,
  tls: PostgresTls | undefined,
): Promise<void> {
  const kind = tls?.required ? 'hostssl' : 'host'
  const certificate = tls?.clientCa === undefined ? '' : ' clientcert=verify-ca'
  // `all` databases are not the `replication` that connections for it ask for.
  const lines = ['127.0.0.1/32', '::1/128'].flatMap((from) => [
    `${kind} all all ${from} ${auth}${certificate}`,
    `${kind} replication all ${from} ${auth}${certificate}`,
  ])
  await writeOwned(join(data, 'pg_hba.conf'), `${lines.join('\n')}\n`, account)
}

/** Writes certificate and key, and returns the settings that turn TLS on. */
export async function writeTls(
  data: string,
  account: ServerAccount,
  tls: PostgresTls | undefined,
): Promise<PostgresSettings> {
  if (!tls) return {}
  await writeOwned(join(data, 'server.crt'), tls.cert, account)
  await writeOwned(join(data, 'server.key'), tls.key, account)
  const settings = { ssl: true, ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' }
  if (tls.clientCa === undefined) return settings
  await writeOwned(join(data, 'clients.crt'), tls.clientCa, account)
  return { ...settings, ssl_ca_file: 'clients.crt' }
}

/** Writes a file that only the server's account can read. */
export async function writeOwned(file: string, text: string, account: ServerAccount): Promise<void> {
  await writeFile(file, text, { mode: 0o600 })
  if (account) await chown(file, account.uid, account.gid)
}

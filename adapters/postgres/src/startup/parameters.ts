import type { ReplicationMode } from '../replication/command.ts'
import type { Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'
import { isAsciiSafeEncoding } from './client-encoding.ts'

/** What a client asked for in its StartupMessage, sorted out. */
export type StartupRequest = {
  /** The login name: data, not a principal. */
  readonly user: string
  readonly database: string
  readonly applicationName: string
  /** Settings that go on to the database. */
  readonly settings: ReadonlyMap<string, string>
  /** Those of them that policy is asked about, as it is about `SET`; names in small letters. */
  readonly asked: ReadonlyMap<string, string>
  /** Protocol options (`_pq_.…`), none of which is spoken here. */
  readonly unknownOptions: readonly string[]
  /** Whether policy lets it is asked once the client is proven. */
  readonly replication: ReplicationMode
}

/** Settings that drivers bring at start and that change nothing but how values look and how long things may take. */
const usual: ReadonlySet<string> = new Set([
  'application_name',
  'bytea_output',
  'client_encoding',
  'client_min_messages',
  'datestyle',
  'default_transaction_isolation',
  'default_transaction_read_only',
  'extra_float_digits',
  'fallback_application_name',
  'geqo',
  'idle_in_transaction_session_timeout',
  'intervalstyle',
  'jit',
  'lock_timeout',
  'search_path',
  'statement_timeout',
  'tcp_user_timeout',
  'timezone',
])

/**
 * Settings that count only when they come with the connection, so that `SET` is no measure for them: what loads code
 * into the session, and what `pg_settings` calls `backend` or `superuser-backend`.
 */
const startOnly: ReadonlySet<string> = new Set([
  'ignore_system_indexes',
  'jit_debugging_support',
  'jit_profiling_support',
  'local_preload_libraries',
  'log_connections',
  'log_disconnections',
  'post_auth_delay',
  // A startup parameter alone: among `options` it would go on as one.
  'replication',
  'session_preload_libraries',
])

/** Sorts the parameters of a StartupMessage, or says why the session cannot be opened. */
export function startupRequest(parameters: ReadonlyMap<string, string>): StartupRequest | Refusal {
  const settings = new Map<string, string>()
  const asked = new Map<string, string>()
  const unknownOptions: string[] = []
  const replication = replicationMode(parameters.get('replication') ?? '')
  if (replication === undefined) {
    return refusal('startup parameter `replication` is no such mode', 'say `true` or `database`')
  }
  if (replication !== 'off') settings.set('replication', replication === 'physical' ? 'true' : 'database')
  for (const [name, value] of [...parameters, ...commandLine(parameters.get('options') ?? '')]) {
    if (name === 'replication' && value === parameters.get(name)) continue
    if (name.startsWith('_pq_.')) unknownOptions.push(name)
    else if (name !== 'user' && name !== 'database' && name !== 'options') {
      const refusal = refused(name, value)
      if (refusal !== undefined) return refusal
      settings.set(name, value)
      if (!usual.has(name.toLowerCase())) asked.set(name.toLowerCase(), value)
    }
  }
  const user = parameters.get('user') ?? ''
  if (user === '') return refusal('no user name was given', 'connect with a user name')
  return {
    user,
    database: parameters.get('database') ?? user,
    applicationName: settings.get('application_name') ?? settings.get('fallback_application_name') ?? '',
    settings,
    asked,
    unknownOptions,
    replication,
  }
}

const modes: Readonly<Record<string, ReplicationMode>> = {
  database: 'database',
  true: 'physical',
  on: 'physical',
  yes: 'physical',
  1: 'physical',
  '': 'off',
  false: 'off',
  off: 'off',
  no: 'off',
  0: 'off',
}

function replicationMode(value: string): ReplicationMode | undefined {
  const folded = value.toLowerCase()
  return Object.hasOwn(modes, folded) ? modes[folded] : undefined
}

function refused(name: string, value: string): Refusal | undefined {
  const folded = name.toLowerCase()
  if (folded === 'client_encoding' && !isAsciiSafeEncoding(value)) {
    return refusal(
      `client encoding \`${value}\` cannot be read safely`,
      'connect with client_encoding `UTF8`',
    )
  }
  if (!startOnly.has(folded) && SETTING_NAME.test(folded)) return undefined
  return refusal(`setting \`${name}\` may not be given at connect`, 'leave it out')
}

/** What `SET` can name without quotes; a switch such as `-d` is none. */
const SETTING_NAME = /^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)*$/

function refusal(message: string, hint: string): Refusal {
  return { code: sqlstate.insufficientPrivilege, message, hint }
}

/**
 * The settings in `options`: `-c name=value` and `--name=value`, words split at spaces, a backslash keeping the next
 * character. Any other switch comes out under its own name, which is then refused.
 */
function commandLine(options: string): [string, string][] {
  const words = [...options.matchAll(/(?:\\.|[^\s\\])+/gs)].map(([word]) => word.replaceAll(/\\(.)/gs, '$1'))
  const settings: [string, string][] = []
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string
    const assignment = word === '-c' ? (words[(i += 1)] ?? '') : word.replace(/^(?:-c|--)/, '')
    const equals = assignment.indexOf('=')
    const name = equals < 0 ? word : assignment.slice(0, equals).replaceAll('-', '_')
    settings.push([name, equals < 0 ? '' : assignment.slice(equals + 1)])
  }
  return settings
}

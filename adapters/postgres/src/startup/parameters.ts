import type { ReplicationMode } from '../replication/command.ts'
import type { Refusal } from '../replies/refusal.ts'
import { type SqlState, sqlstate } from '../replies/sqlstate.ts'
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

/**
 * Startup parameters that policy is not asked about: drivers bring them unasked, and they change nothing but how values
 * look, or say what the client calls itself. In `options` policy is asked about them too (see `given`): somebody wrote them
 * there, or a subscription of PostgreSQL's own connects, which writes three of them (libpqwalreceiver).
 */
const presentation: ReadonlySet<string> = new Set([
  'application_name',
  'bytea_output',
  'client_encoding',
  'datestyle',
  'extra_float_digits',
  'fallback_application_name',
  'intervalstyle',
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
  'session_preload_libraries',
])

/** Startup parameters that are no settings. Among `options` one of these would go on as what it is not. */
const noSettings: ReadonlySet<string> = new Set(['database', 'options', 'replication', 'user'])

const isProtocolOption = (name: string): boolean => name.startsWith('_pq_.')

/** Sorts the parameters of a StartupMessage, or says why the session cannot be opened. */
export function startupRequest(parameters: ReadonlyMap<string, string>): StartupRequest | Refusal {
  const replication = replicationMode(parameters.get('replication') ?? '')
  if (replication === undefined) {
    return refusal(
      'startup parameter `replication` is no such mode',
      'say `true` or `database`',
      sqlstate.invalidParameterValue,
    )
  }
  const settings = new Map<string, string>()
  if (replication !== 'off') settings.set('replication', replication === 'physical' ? 'true' : 'database')
  const asked = new Map<string, string>()
  const all = given(parameters)
  for (const [folded, { name, value, undecided }] of all) {
    const refusal = refused(name, value)
    if (refusal !== undefined) return refusal
    settings.set(name, value)
    if (!undecided) asked.set(folded, value)
  }
  const user = parameters.get('user') ?? ''
  if (user === '') {
    return refusal('no user name was given', 'connect with a user name', sqlstate.invalidAuthorization)
  }
  return {
    user,
    // An empty one is none (`ProcessStartupPacket`).
    database: parameters.get('database') || user,
    applicationName: (all.get('application_name') ?? all.get('fallback_application_name'))?.value ?? '',
    settings,
    asked,
    unknownOptions: [...parameters.keys()].filter(isProtocolOption),
    replication,
  }
}

/** A setting as it was written, and whether it is one that policy is not asked about. */
type Given = { readonly name: string; readonly value: string; readonly undecided: boolean }

/**
 * The settings that come with the connection, by their names in small letters, each once: what comes later counts, and
 * startup parameters come behind `options` (`process_startup_options`).
 */
function given(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, Given> {
  const all = new Map<string, Given>()
  for (const [name, value] of commandLine(parameters.get('options') ?? ''))
    all.set(name.toLowerCase(), { name, value, undecided: false })
  for (const [name, value] of parameters) {
    const folded = name.toLowerCase()
    if (noSettings.has(name) || isProtocolOption(name)) continue
    all.set(folded, { name, value, undecided: presentation.has(folded) })
  }
  return all
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
  const isSetting = !noSettings.has(folded) && !isProtocolOption(folded) && SETTING_NAME.test(folded)
  if (isSetting && !startOnly.has(folded)) return undefined
  return refusal(`setting \`${name}\` may not be given at connect`, 'leave it out')
}

/** What `SET` can name without quotes; a switch such as `-d` is none. */
const SETTING_NAME = /^[a-z_][a-z0-9_$]*(\.[a-z_][a-z0-9_$]*)*$/

function refusal(message: string, hint: string, code: SqlState = sqlstate.insufficientPrivilege): Refusal {
  return { code, message, hint }
}

/** A word of `options`: spaces of ASCII alone stand between them (`pg_split_opts`). */
const WORD = /(?:\\[^]|[^ \t\n\v\f\r\\])+/g

/**
 * The settings in `options`: `-c name=value` and `--name=value`, words split at spaces, a backslash keeping the next
 * character. Whatever else stands there comes out under its own name, which is then refused.
 */
function commandLine(options: string): [string, string][] {
  const words = [...options.matchAll(WORD)].map(([word]) => word.replaceAll(/\\(.)/gs, '$1'))
  const settings: [string, string][] = []
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string
    const assignment = word === '-c' ? words[(i += 1)] : /^(?:-c|--)(.*)$/s.exec(word)?.[1]
    const equals = assignment?.indexOf('=') ?? -1
    if (assignment === undefined || equals < 0) settings.push([word, ''])
    else settings.push([assignment.slice(0, equals).replaceAll('-', '_'), assignment.slice(equals + 1)])
  }
  return settings
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@sluice/config/load'
import { loadPolicy } from '@sluice/core/policy/policy'
import type { AuditSink } from '@sluice/gateway/ports/audit-sink'
import { formatScramVerifier, makeScramVerifier } from '@sluice/identity/scram-verifier'
import { nowSeconds, runGateway } from '@sluice/server/gateway'
import { identityOf } from '@sluice/server/identity'
import { issueCertificates } from '@sluice/testkit/certificates'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import type { TokenIssuer } from '@sluice/testkit/tokens'
import { Effect, Exit, Scope } from 'effect'

/** Who may log in to a test gateway: login name → groups; the password is the login name with `-secret`. */
type TestPrincipals = Readonly<
  Record<
    string,
    {
      readonly groups: readonly string[]
      readonly kind?: string
      /** RFC 3339. */
      readonly expires?: string
    }
  >
>

export type TestGateway = {
  readonly port: number
  readonly directory: string
  readonly journal: string
  readonly ca: string
  readonly connection: (login: string) => {
    host: string
    port: number
    user: string
    password: string
    database: string
  }
  readonly url: (login: string, parameters?: string) => string
  /** Writes the principals anew and has them read, as SIGHUP does. */
  readonly usePrincipals: (principals: TestPrincipals) => Promise<void>
  /** Puts another policy in force. */
  readonly usePolicy: (yaml: string) => void
  readonly audit: AuditSink
  /** Ends it and leaves its files. */
  readonly stop: () => Promise<void>
  readonly close: () => Promise<void>
}

export type TestGatewayOptions = {
  readonly upstream: Pick<RunningPostgres, 'host' | 'port' | 'superuser' | 'password'>
  readonly database: string
  /** Which system the database is of; absent: PostgreSQL. */
  readonly system?: 'postgresql' | 'mysql' | 'mariadb'
  /** YAML of the policy; absent: the baseline pack. */
  readonly policy?: string
  readonly principals?: TestPrincipals
  readonly telemetry?: string
  /** Where it listens; absent: at 127.0.0.1. */
  readonly address?: string
  /** YAML of further keys of the listener's `tls`, of `upstream` and of the database, each a flow map's inside. */
  readonly tlsKeys?: string
  readonly upstreamKeys?: string
  readonly databaseKeys?: string
  /** YAML of further listeners, a line per entry. */
  readonly listeners?: readonly string[]
  /** YAML of further databases, a line per entry. */
  readonly databases?: readonly string[]
  /** YAML of further top-level keys, a line each. */
  readonly keys?: readonly string[]
  /** Further files in the configuration's folder, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** How the database is reached; default `disable`. */
  readonly upstreamTls?: 'disable' | 'require' | 'verify-full'
  /** True: clients without TLS are turned away. */
  readonly tlsRequired?: boolean
  /** YAML of further identity providers, a line per entry. */
  readonly identities?: readonly string[]
  /** YAML of `limits`. */
  readonly limits?: string
  /** How old the catalog may get; default 30. */
  readonly catalogRefreshSeconds?: number
  /** How much is looked at when it starts; default nothing: what values are like is not what most tests are about. */
  readonly sampleRows?: number
}

/** Options of a gateway that takes an issuer's tokens for `sluice`. `keys`: YAML of further ones, a flow map's inside. */
export const trusting = (
  { issuer, jwks }: Pick<TokenIssuer, 'issuer' | 'jwks'>,
  keys?: string,
): Pick<TestGatewayOptions, 'files' | 'identities'> => ({
  files: { 'jwks.json': JSON.stringify(jwks) },
  identities: [
    `{ name: tokens, type: jwt, issuer: "${issuer}", audience: sluice, jwks: ./jwks.json${more(keys)} }`,
  ],
})

/** Options of a gateway whose masks have a key: `hash` and `fpe` need one. */
export const withMaskingKey = {
  keys: ['masking: { key: { file: ./masking-key } }'],
  files: { 'masking-key': '0123456789abcdef0123456789abcdef' },
} as const

export const allowAll = `
version: 1
rules:
  - id: everything
    effect: allow
    when: "statement.opaque == '' || statement.opaque != ''"
`

const everyone: TestPrincipals = {
  ana: { groups: ['analysts'] },
  dora: { groups: ['dpo', 'admins'] },
  robot: { groups: ['agents'], kind: 'agent' },
}

/** Writes a configuration into a temporary folder: what `sluice up -c` would be given. */
export async function writeTestConfig(
  options: TestGatewayOptions,
): Promise<{ directory: string; file: string; ca: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-conformance-'))
  const { ca, leaf } = await issueCertificates()
  await writeFile(join(directory, 'server.crt'), leaf.cert)
  await writeFile(join(directory, 'server.key'), leaf.key)
  await writeFile(join(directory, 'ca.crt'), ca.cert)
  if (options.policy !== undefined) await writeFile(join(directory, 'policy.yaml'), options.policy)
  await writeFile(join(directory, 'principals.yaml'), await principalsYaml(options.principals ?? everyone))
  await writeFile(join(directory, 'upstream-secret'), options.upstream.password)
  for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(join(directory, name), text)
  const file = join(directory, 'sluice.yaml')
  await writeFile(file, configYaml(options))
  return { directory, file, ca: join(directory, 'ca.crt') }
}

async function principalsYaml(principals: TestPrincipals): Promise<string> {
  const entries = await Promise.all(
    Object.entries(principals).map(async ([login, { groups, kind, expires }]) => {
      const verifier = formatScramVerifier(await makeScramVerifier(`${login}-secret`))
      return `  - { id: ${login}@example.com, kind: ${kind ?? 'human'}, groups: [${groups.join(', ')}], login: ${login}, verifier: "${verifier}"${expires === undefined ? '' : `, expires: ${expires}`} }`
    }),
  )
  return `principals:\n${entries.join('\n')}\n`
}

function configYaml(options: TestGatewayOptions): string {
  const { upstream, database, system = 'postgresql', policy, telemetry, identities = [] } = options
  // A busy machine must not let statements be refused that are read well.
  const limits = options.limits ?? '{ statementParseMs: 10000 }'
  return `version: 1
listeners:
  - protocol: ${system === 'postgresql' ? system : 'mysql'}
    address: "${options.address ?? '127.0.0.1:0'}"
    database: ${database}
    tls: { certificate: ./server.crt, key: ./server.key, required: ${options.tlsRequired ?? false}${more(options.tlsKeys)} }
${(options.listeners ?? []).map((entry) => `  - ${entry}\n`).join('')}databases:
  - name: ${database}
    system: ${system}
    environment: production
    upstream: { host: "${upstream.host}", port: ${upstream.port}, database: "${database}", user: "${upstream.superuser}", password: { file: ./upstream-secret }, tls: ${options.upstreamTls ?? 'disable'}${more(options.upstreamKeys)} }
    ${options.databaseKeys ?? ''}
    catalogRefreshSeconds: ${options.catalogRefreshSeconds ?? 30}
    sampleRows: ${options.sampleRows ?? 0}
${(options.databases ?? []).map((entry) => `  - ${entry}\n`).join('')}identity:
  - { name: staff, type: static, file: ./principals.yaml }
${identities.map((entry) => `  - ${entry}\n`).join('')}${policy === undefined ? '' : 'policy: ./policy.yaml\n'}journal: { path: ./journal }
${telemetry === undefined ? '' : `telemetry: { endpoint: "${telemetry}", serviceName: sluice }\n`}limits: ${limits}
${(options.keys ?? []).map((line) => `${line}\n`).join('')}`
}

const more = (keys: string | undefined): string => (keys === undefined ? '' : `, ${keys}`)

/** A gateway in this process, on a free port. */
export async function startGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const { directory, file, ca } = await writeTestConfig(options)
  const scope = await Effect.runPromise(Scope.make())
  const start = Effect.flatMap(loadConfig(file, {}), runGateway)
  const close = async (): Promise<void> => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await rm(directory, { recursive: true, force: true })
  }
  const running = await Effect.runPromise(Effect.provideService(start, Scope.Scope, scope)).catch(
    async (error: unknown) => {
      await close()
      throw error
    },
  )
  const { port } = running.listeners[0] as { port: number }
  return {
    port,
    directory,
    journal: join(directory, 'journal'),
    ca,
    connection: (login) => ({
      host: '127.0.0.1',
      port,
      user: login,
      password: `${login}-secret`,
      database: options.database,
    }),
    url: (login, parameters = '') =>
      `postgresql://${login}:${login}-secret@127.0.0.1:${port}/${options.database}${parameters}`,
    usePrincipals: async (principals) => {
      await writeFile(join(directory, 'principals.yaml'), await principalsYaml(principals))
      const read = Effect.flatMap(loadConfig(file, {}), (config) => identityOf(config, nowSeconds))
      running.useIdentity(await Effect.runPromise(read))
    },
    usePolicy: (yaml) => {
      const loaded = loadPolicy(yaml, 'policy.yaml')
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
      running.usePolicy(loaded.value)
    },
    audit: running.journal,
    stop: () => Effect.runPromise(Scope.close(scope, Exit.void)),
    close,
  }
}

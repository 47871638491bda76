import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatScramVerifier, makeScramVerifier } from '../packages/identity/src/scram-verifier.ts'
import type { Target } from './run-pgbench.ts'

/** A login at the gateway. */
export type Login = { readonly user: string; readonly password: string }

/** The configuration of the gateway under test, and how to log in to it; as `searched`, texts are searched too. */
type GatewayFiles = Login & { readonly config: string; readonly searched: Login }

const LOGIN: Login = { user: 'bench', password: 'bench-through-the-gateway' }
const SEARCHED: Login = { ...LOGIN, user: 'searched' }

/** What may differ: connections logged in ahead, and how far the records of reads must come. */
export type GatewayOptions = { readonly pool?: number; readonly readsWaitFor?: 'disk' | 'file' }

/** Everything on: identity, policy with a mask that has to be ruled out for each column, record, spans. */
export async function writeGatewayFiles(
  folder: string,
  port: number,
  collector: string,
  direct: Target,
  options: GatewayOptions,
): Promise<GatewayFiles> {
  await mkdir(folder)
  const config = join(folder, 'sluice.yaml')
  const verifier = formatScramVerifier(await makeScramVerifier(LOGIN.password))
  await writeFile(config, configText(port, collector, direct, options))
  await writeFile(join(folder, 'policy.yaml'), POLICY)
  await writeFile(join(folder, 'upstream-password'), direct.password)
  await writeFile(
    join(folder, 'principals.yaml'),
    `principals:
  - { id: bench, kind: workload, login: ${LOGIN.user}, groups: [bench], verifier: "${verifier}" }
  - { id: searched, kind: workload, login: ${SEARCHED.user}, groups: [bench, searched], verifier: "${verifier}" }
`,
  )
  return { config, ...LOGIN, searched: SEARCHED }
}

const POLICY = `version: 1
rules:
  - id: everything
    effect: allow
    when: "'bench' in principal.groups"
  - id: personal-data
    effect: mask
    columns: column.labels.exists(l, l.startsWith('pii.'))
    with: { default: redact, pii.email: email, pii.phone: { partial: { last: 2 } } }
  - id: other-texts
    effect: mask
    columns: column.labels.exists(l, l.startsWith('pii.'))
    with: redact
    scan: on
    when: "'searched' in principal.groups"
`

function configText(
  port: number,
  collector: string,
  direct: Target,
  { pool, readsWaitFor = 'disk' }: GatewayOptions,
): string {
  const { system = 'postgresql' } = direct
  return `version: 1
listeners:
  - { protocol: ${system === 'mariadb' ? 'mysql' : system}, address: "127.0.0.1:${port}", database: ${direct.database} }
databases:
  - name: ${direct.database}
    system: ${system}
    readsWaitFor: ${readsWaitFor}
    sampleRows: 0
${pool === undefined ? '' : `    pool: { ready: ${pool} }\n`}    upstream:
      host: 127.0.0.1
      port: ${direct.port}
      database: ${direct.database}
      user: ${direct.user}
      password: { file: ./upstream-password }
      tls: disable
identity:
  - { name: people, type: static, file: ./principals.yaml }
policy: ./policy.yaml
journal: { path: ./journal.db }
telemetry: { endpoint: "${collector}" }
`
}

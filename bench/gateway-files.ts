import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatScramVerifier, makeScramVerifier } from '../packages/identity/src/scram-verifier.ts'
import type { Target } from './run-pgbench.ts'

/** The configuration of the gateway under test, and how to log in to it. */
export type GatewayFiles = { readonly config: string; readonly user: string; readonly password: string }

const LOGIN = { user: 'bench', password: 'bench-through-the-gateway' }

/** Everything on, `pool` connections logged in ahead: identity, policy with a mask that has to be ruled out for each column, record, spans. */
export async function writeGatewayFiles(
  folder: string,
  port: number,
  collector: string,
  direct: Target,
  pool = 0,
): Promise<GatewayFiles> {
  await mkdir(folder)
  const config = join(folder, 'sluice.yaml')
  const verifier = formatScramVerifier(await makeScramVerifier(LOGIN.password))
  await writeFile(config, configText(port, collector, direct, pool))
  await writeFile(join(folder, 'policy.yaml'), POLICY)
  await writeFile(join(folder, 'upstream-password'), direct.password)
  await writeFile(
    join(folder, 'principals.yaml'),
    `principals:\n  - { id: bench, kind: workload, login: ${LOGIN.user}, groups: [bench], verifier: "${verifier}" }\n`,
  )
  return { config, ...LOGIN }
}

const POLICY = `version: 1
rules:
  - id: everything
    effect: allow
    when: "'bench' in principal.groups"
  - id: personal-data
    effect: mask
    columns: column.labels.exists(l, l.startsWith('pii.'))
    with: redact
`

function configText(port: number, collector: string, direct: Target, pool: number): string {
  return `version: 1
listeners:
  - { protocol: postgresql, address: "127.0.0.1:${port}", database: ${direct.database} }
databases:
  - name: ${direct.database}
    system: postgresql
${pool === 0 ? '' : `    pool: { ready: ${pool} }\n`}    upstream:
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

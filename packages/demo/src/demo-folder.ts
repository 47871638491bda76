import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatScramVerifier, makeScramVerifier } from '@sluice/identity/scram-verifier'
import { issueCertificates } from '@sluice/testkit/certificates'
import { createTokenIssuer } from '@sluice/testkit/tokens'
import { agentToken, issuerIdentity, people } from './people.ts'

/** What only this run knows. */
type RunValues = {
  readonly gatewayPort: number
  readonly databasePort: number
  readonly upstreamPassword: string
  /** Base address of an OTLP/HTTP collector. */
  readonly collector: string
}

/** What was written, and what clients need of it. */
export type DemoFolder = {
  readonly path: string
  readonly config: string
  readonly journal: string
  /** File and PEM text of the authority that signed the gateway's certificate. */
  readonly caFile: string
  readonly ca: string
  readonly agentTokenFile: string
  readonly agentToken: string
}

/** A file by which the folder of a demo is known. */
const MARK = 'agent.jwt'

const TEMPLATES = new URL('../files/', import.meta.url)

/**
 * Writes everything a gateway needs into `path`, anew: configuration, policy, principals, keys and certificate. Rejects
 * where the folder has files that are not a demo's.
 */
export async function writeDemoFolder(path: string, values: RunValues): Promise<DemoFolder> {
  await refuseOthers(path)
  await rm(path, { recursive: true, force: true })
  await mkdir(join(path, 'tls'), { recursive: true, mode: 0o700 })
  const [{ ca, leaf }, issuer] = await Promise.all([issueCertificates(), createTokenIssuer(issuerIdentity)])
  const token = await agentToken(issuer)
  const files: Readonly<Record<string, string>> = {
    [MARK]: token,
    'sluice.yaml': await filledTemplate('sluice.yaml', {
      'gateway-port': String(values.gatewayPort),
      'database-port': String(values.databasePort),
      collector: values.collector,
    }),
    'policy.yaml': await filledTemplate('policy.yaml', {}),
    'principals.yaml': await principals(),
    'jwks.json': `${JSON.stringify(issuer.jwks, null, 2)}\n`,
    'upstream-password': values.upstreamPassword,
    'tls/server.crt': leaf.cert,
    'tls/server.key': leaf.key,
    'tls/ca.crt': ca.cert,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text, { mode: 0o600 })
  return {
    path,
    config: join(path, 'sluice.yaml'),
    journal: join(path, 'journal.db'),
    caFile: join(path, 'tls', 'ca.crt'),
    ca: ca.cert,
    agentTokenFile: join(path, MARK),
    agentToken: token,
  }
}

/** What is in a folder that nobody but a demo wrote is lost with it: only an empty one, or an earlier demo's, is taken. */
async function refuseOthers(path: string): Promise<void> {
  const found = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [] as string[]
    throw error
  })
  if (found.length > 0 && !found.includes(MARK))
    throw new Error(`\`${path}\` has files in it that are not a demo's; give \`--folder\` another one`)
}

/** The template with each `<word>` outside comments replaced. */
async function filledTemplate(name: string, words: Readonly<Record<string, string>>): Promise<string> {
  const template = await readFile(new URL(name, TEMPLATES), 'utf8')
  return template.replaceAll(/<([a-z-]+)>/g, (found, word: string) => words[word] ?? found)
}

async function principals(): Promise<string> {
  const entries = await Promise.all(
    people.map(
      async ({ id, login, password, groups }) => `  - id: ${id}
    kind: human
    login: ${login}
    groups: [${groups.join(', ')}]
    verifier: ${formatScramVerifier(await makeScramVerifier(password))}
`,
    ),
  )
  return `# Who may log in with a password. A verifier proves it, and cannot be turned back into it.\nprincipals:\n${entries.join('')}`
}

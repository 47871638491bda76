import { generateKeyPairSync } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Result from 'effect/Result'
import type { Config } from '../src/config.ts'
import type { Environment } from '../src/environment.ts'
import { loadConfig } from '../src/load.ts'

/** A key that no certificate of the fixtures was made for. */
const otherKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey

/** A temporary folder with files, gone after `use`. Certificates of the fixtures stand under `tls/`. */
export const withFolder = async <A>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<A>,
): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'))
  try {
    mkdirSync(join(folder, 'tls'))
    for (const name of ['server.crt', 'server.key', 'clients.crl'])
      copyFileSync(join(import.meta.dirname, 'fixtures', name), join(folder, 'tls', name))
    writeFileSync(join(folder, 'tls', 'other.key'), otherKey)
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The configuration, or all that is wrong with it, one line each, with paths from the folder. */
const load = async (
  files: Readonly<Record<string, string>>,
  env: Environment = {},
): Promise<Config | readonly string[]> =>
  withFolder(files, async (folder) => {
    const result = await Effect.runPromise(Effect.result(loadConfig(join(folder, 'sluice.yaml'), env)))
    if (Result.isSuccess(result)) return result.success
    return result.failure.message.split('\n').map((line) => line.replaceAll(`${folder}/`, ''))
  })

/** What is wrong, or a failed test. */
export const problems = async (
  files: Readonly<Record<string, string>>,
  env: Environment = {},
): Promise<readonly string[]> => {
  const loaded = await load(files, env)
  if ('file' in loaded) throw new Error('the configuration loads')
  return loaded
}

/** The configuration, or a failed test that says what is wrong. */
export const config = async (
  files: Readonly<Record<string, string>>,
  env: Environment = {},
): Promise<Config> => {
  const loaded = await load(files, env)
  if (!('file' in loaded)) throw new Error(loaded.join('\n'))
  return loaded
}

export const verifier = `SCRAM-SHA-256$4096:c2FsdHNhbHQ=$${'A'.repeat(43)}=:${'A'.repeat(43)}=`

export const principals = `principals:
  - { id: ana@example.com, kind: human, groups: [analysts], login: ana, verifier: "${verifier}" }
`

/** A small configuration; each part can be replaced by other lines, or left out. */
export const sluice = (change: Partial<typeof parts> = {}): string =>
  Object.values({ ...parts, ...change }).join('\n')

const parts = {
  version: 'version: 1',
  listeners: 'listeners:\n  - { protocol: postgresql, address: 127.0.0.1:6432, database: shop }',
  databases:
    'databases:\n  - { name: shop, system: postgresql, upstream: { host: db, database: app, user: sluice, password: { env: PW } } }',
  identity: 'identity:\n  - { name: staff, type: static, file: ./principals.yaml }',
  journal: 'journal: { path: ./journal }',
  more: '',
}

export const password = 'correct horse battery staple'
export const env = { PW: password }

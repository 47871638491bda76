import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  reachableTemporaryFolder,
  type ServerAccount,
  serverAccount,
} from '@sluice/testkit/postgres-binaries'
import type { Side } from '../harness/side-by-side.ts'
import type { PostgresTests } from './postgres-tests.ts'

/** The tests where both they and the server can read and write: statements in them name files of the server. */
export type Workplace = {
  readonly tests: PostgresTests
  readonly folder: string
  readonly account: ServerAccount
  /** Runs a program against a server; what it said, both streams in order, once it is done. */
  readonly run: (program: string, args: readonly string[], side: Side) => Promise<Ended>
  readonly remove: () => Promise<void>
}

/** What a program said, and the code it left with; undefined where it was ended for taking too long. */
type Ended = { readonly output: string; readonly code: number | undefined }

/** How long one suite may take against one server. */
const SUITE_TIMEOUT_MS = 40 * 60_000

/** Makes a copy of the tests that belongs to the server's account. */
export async function workplace(tests: PostgresTests): Promise<Workplace> {
  const account = serverAccount()
  const folder = await mkdtemp(join(reachableTemporaryFolder(account), 'sluice-suites-'))
  await asAccount(undefined, folder, 'cp', ['-r', `${tests.folder}/.`, folder])
  await mkdir(join(folder, 'output'))
  if (account) await asAccount(undefined, folder, 'chown', ['-R', `${account.uid}:${account.gid}`, folder])
  return {
    tests,
    folder,
    account,
    run: (program, args, side) => asAccount(account, folder, program, args, environmentOf(side)),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

const environmentOf = (side: Side): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  PGPASSWORD: side.password,
  PGSSLMODE: 'disable',
})

async function asAccount(
  account: ServerAccount,
  cwd: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ended> {
  const child = spawn(program, args, { ...account, cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const overdue = setTimeout(() => child.kill('SIGKILL'), SUITE_TIMEOUT_MS)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(overdue)
  return { output: Buffer.concat(chunks).toString(), code: code ?? undefined }
}

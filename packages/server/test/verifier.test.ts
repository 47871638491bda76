import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { passwordMatches } from '@sluice/core/secret/salted-password'
import { parseScramVerifier } from '@sluice/identity/scram-verifier'

const run = promisify(execFile)
const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts')

/** What the command prints for what it is given through a pipe. */
async function piped(given: string): Promise<string> {
  const running = run(process.execPath, ['--conditions=@sluice/source', MAIN, 'verifier'])
  running.child.stdin?.end(given)
  return (await running).stdout
}

test('a password from a pipe is asked for nothing, and nothing but its verifier is printed', async () => {
  const printed = await piped('s3cret\nnot this\n')
  expect(printed).toMatch(/^SCRAM-SHA-256\$\d+:[\w+/=]+\$[\w+/=]+:[\w+/=]+\n$/)
  expect(await passwordMatches(parseScramVerifier(printed.trim()), 's3cret')).toBe(true)
})

import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { openJournal } from '@sluice/audit/journal'
import * as Effect from 'effect/Effect'

// Each test starts a process; on a busy machine that takes its time.
jest.setTimeout(60_000)

const run = promisify(execFile)
const MAIN = ['--conditions=@sluice/source', join(import.meta.dirname, '..', 'src', 'main.ts')]

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-commands-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** A configuration whose database nobody answers for. */
const write = (principal: string, more = ''): string => {
  writeFileSync(join(folder, 'principals.yaml'), `principals:\n  - { ${principal} }\n`)
  const file = join(folder, 'sluice.yaml')
  writeFileSync(
    file,
    `version: 1
listeners: [{ protocol: postgresql, address: 127.0.0.1:0, database: shop }]
databases:
  - name: shop
    system: postgresql
    sampleRows: 0
    upstream: { host: 127.0.0.1, port: 1, database: shop, user: u, password: { env: PW }, tls: disable }
identity: [{ name: staff, type: static, file: ./principals.yaml }]
journal: { path: ./journal }
${more}`,
  )
  return file
}

const env = { ...process.env, PW: 'secret', KEY: 'k'.repeat(32), OTHER_KEY: 'o'.repeat(32) }
const ana = (iterations: number): string =>
  `id: ana, kind: human, login: ana, verifier: "SCRAM-SHA-256$${iterations}:c2FsdHNhbHQ=$${'A'.repeat(43)}=:${'A'.repeat(43)}="`

test.each(['check', 'up'])('`sluice %s` says in a line which principal cannot be proven', async (command) => {
  const file = write(ana(1000))
  const failed = await run(process.execPath, [...MAIN, command, '-c', file], { env }).catch(
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  )
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toMatch(/^principal `ana`: verifier has 1000 iterations; use between .*\n$/)
})

test('`sluice scan` says why a database cannot be read', async () => {
  const failed = await run(process.execPath, [...MAIN, 'scan', '-c', write(ana(4096))], { env }).catch(
    (error: unknown) => error as { code: number; stderr: string },
  )
  expect(failed).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/cannot be read \(.*ECONNREFUSED.*\); is it/),
  })
})

const line = (count: number) => ({ type: 'control', at: 0, action: 'test', detail: { count } }) as const

test('`sluice audit tail` ends without a word when nobody reads on', async () => {
  const path = join(folder, 'journal')
  const journal = Effect.flatMap(openJournal({ path }), (opened) =>
    Effect.promise(async () => {
      await opened.durable(Math.max(...Array.from({ length: 10_000 }, (_, i) => opened.append(line(i)))))
    }),
  )
  await Effect.runPromise(Effect.scoped(journal))
  const child = spawn(process.execPath, [...MAIN, 'audit', 'tail', '-j', path, '-n', '10000'])
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect([said, code]).toEqual(['', 0])
})

const hashing = (note: string): string => `version: 1
rules:
  - { id: ${note}, effect: allow }
  - { id: m, effect: mask, columns: "true", with: hash }`

const withKey = (name: string): string =>
  write(ana(4096), `policy: ./policy.yaml\nmasking: { key: { env: ${name} } }`)

describe('SIGHUP', () => {
  test('reads the policy again, but takes none that masks with another key than that of the start', async () => {
    const policy = join(folder, 'policy.yaml')
    writeFileSync(policy, hashing('first'))
    const child = spawn(process.execPath, [...MAIN, 'up', '-c', withKey('KEY')], { env })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    const until = async (words: RegExp): Promise<void> => {
      while (!words.test(said) && child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => setTimeout(resolve, 10))
      expect(said).toMatch(words)
    }
    try {
      await until(/sluice listens on/)
      writeFileSync(policy, hashing('second'))
      child.kill('SIGHUP')
      await until(/policy .* is in force, and principals were read again/)
      write(ana(1000), `policy: ./policy.yaml\nmasking: { key: { env: KEY } }`)
      child.kill('SIGHUP')
      await until(/policy and principals stay as they were:\nprincipal `ana`/)
      withKey('OTHER_KEY')
      child.kill('SIGHUP')
      await until(/the policy in force stays: `masking.key` is not what it was/)
    } finally {
      child.kill('SIGTERM')
    }
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).toBe(0)
  })
})

import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import { postgresWith } from '../harness/filled-server.ts'
import { writeTestConfig } from '../harness/gateway.ts'
import { shopSchema } from '../harness/shop.ts'

const run = promisify(execFile)
const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))

let server: RunningPostgres
let directory: string
let file: string

beforeAll(async () => {
  server = await postgresWith(shopSchema)
  ;({ directory, file } = await writeTestConfig({ upstream: server, database: 'postgres' }))
}, 120_000)

afterAll(async () => {
  await server?.stop()
  if (directory !== undefined) await rm(directory, { recursive: true, force: true })
})

/** What a command says beside its answer. */
const said = async (...flags: readonly string[]): Promise<string> => {
  const node = ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning', main]
  return (await run(process.execPath, [...node, 'labels', ...flags])).stderr
}

test('`sluice labels set` tells of a column that is not there: it would mask nothing', async () => {
  expect(await said('set', '-c', file, 'public.customers.notes', 'pii.free-text')).toBe('')
  expect(await said('set', '-c', file, 'public.custmers.notes', 'pii.free-text')).toMatch(
    /^no column `public\.custmers\.notes` is there now: .* mask nothing until then/,
  )
  expect(await said('unset', '-c', file, 'public.custmers.notes')).toBe('')
}, 60_000)

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { loadConfig } from '@sluice/config/load'
import * as Effect from 'effect/Effect'
import { type DemoFolder, writeDemoFolder } from '../src/demo-folder.ts'

const values = {
  gatewayPort: 6432,
  databasePort: 5432,
  upstreamPassword: 'not in the configuration',
  collector: 'http://127.0.0.1:4318',
}

describe('the folder that the demo writes', () => {
  let parent: string
  let folder: DemoFolder
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'sluice-demo-'))
    folder = await writeDemoFolder(join(parent, 'demo'), values)
  })
  afterAll(() => rm(parent, { recursive: true, force: true }))

  test('is a configuration without a fault', async () => {
    const config = await Effect.runPromise(loadConfig(folder.config, {}))
    expect(config.listeners).toMatchObject([{ host: '127.0.0.1', port: 6432, tls: { required: true } }])
    expect(config.identity.map(({ name }) => name)).toEqual(['people', 'tokens'])
  })

  test("is an earlier demo's, or new: nobody else's files are deleted", async () => {
    await writeFile(join(folder.path, 'left over'), '')
    await writeDemoFolder(folder.path, values)
    expect(await readdir(folder.path)).not.toContain('left over')
    await expect(writeDemoFolder(parent, values)).rejects.toThrow('give `--folder` another one')
    expect(await readdir(parent)).toEqual(['demo'])
  })

  test('keeps passwords to itself, and verifiers in place of passwords', async () => {
    const text = await readFile(join(folder.path, 'principals.yaml'), 'utf8')
    expect(text).toMatch(/verifier: SCRAM-SHA-256\$/)
    expect(text).not.toContain('ana-demo')
    expect(await readFile(folder.config, 'utf8')).not.toContain(values.upstreamPassword)
    expect((await stat(join(folder.path, 'tls', 'server.key'))).mode & 0o077).toBe(0)
  })
})

import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { overrides } from '../src/overrides.ts'
import { config, env, principals, problems, sluice } from './folder.ts'

const files = (text = sluice()) => ({ 'sluice.yaml': text, 'principals.yaml': principals })

test('the environment has the last word', async () => {
  const loaded = await config(files(), {
    ...env,
    SLUICE_LISTEN: '127.0.0.1:7000',
    SLUICE_UPSTREAM_HOST: 'elsewhere',
    SLUICE_UPSTREAM_PORT: '5444',
    SLUICE_JOURNAL: '/var/journal',
    SLUICE_TELEMETRY_ENDPOINT: 'http://collector:4318',
    SLUICE_LIMITS_MAX_SESSIONS: '7',
  })
  expect(loaded).toMatchObject({
    listeners: [{ port: 7000 }],
    databases: [{ upstream: { host: 'elsewhere', port: 5444 } }],
    journal: { path: '/var/journal' },
    telemetry: { endpoint: 'http://collector:4318', serviceName: 'sluice' },
    limits: { maxSessions: 7, maxFrameBytes: 67_108_864 },
  })
})

test('labels and budgets stay where they are, whatever journal the environment names', async () => {
  const loaded = await config(files(), { ...env, SLUICE_JOURNAL: '/data/j2' })
  expect(loaded.journal.path).toBe('/data/j2')
  expect(loaded.store.path).toBe(join(dirname(loaded.file), 'journal-labels'))
  const named = files(sluice({ more: 'store: { path: ./labels }' }))
  expect((await config(named, { ...env, SLUICE_STORE: '/data/labels' })).store.path).toBe('/data/labels')
})

test('an empty variable counts as absent', async () => {
  const loaded = await config(files(), { ...env, SLUICE_LISTEN: '', SLUICE_POLICY: '' })
  expect(loaded.listeners[0]?.port).toBe(6432)
})

describe('what is wrong names the variable', () => {
  test.each([
    [
      { SLUICE_LISTEN: 'here' },
      'environment variable SLUICE_LISTEN:1:1 listeners[0].address: must be an address and a port, e.g. `127.0.0.1:6432`',
    ],
    [
      { SLUICE_UPSTREAM_PORT: 'x' },
      'environment variable SLUICE_UPSTREAM_PORT:1:1 databases[0].upstream.port: must be a whole number from 1 to 65535',
    ],
    [
      { SLUICE_LIMITS_MAX_SESSIONS: '1.5' },
      'environment variable SLUICE_LIMITS_MAX_SESSIONS:1:1 limits.maxSessions: must be a whole number from 1 to 100000',
    ],
    [
      { SLUICE_LIMITS_MAX_SESION: '1' },
      'environment variable SLUICE_LIMITS_MAX_SESION:1:1 there is no limit behind `SLUICE_LIMITS_MAX_SESION`; did you mean `SLUICE_LIMITS_MAX_SESSIONS`?',
    ],
    [
      { SLUICE_POLICY: 'nope.yaml' },
      'environment variable SLUICE_POLICY:1:1 policy: `nope.yaml` cannot be read (ENOENT); check path and permissions',
    ],
  ])('%j', async (more, expected) => {
    expect(await problems(files(), { ...env, ...more })).toEqual([expected])
  })
})

test('a variable for one listener is refused where there are two', async () => {
  const listeners = `listeners:
  - { protocol: postgresql, address: 127.0.0.1:1, database: shop }
  - { protocol: postgresql, address: 127.0.0.1:2, database: shop }`
  expect(await problems(files(sluice({ listeners })), { ...env, SLUICE_LISTEN: '127.0.0.1:3' })).toEqual([
    'environment variable SLUICE_LISTEN:1:1 listeners[0].address: `SLUICE_LISTEN` is for files with one entry in `listeners`; write it in the file',
  ])
})

test('every limit has its variable', () => {
  expect(overrides.map(({ variable }) => variable)).toEqual(
    expect.arrayContaining(['SLUICE_LIMITS_MAX_FRAME_BYTES', 'SLUICE_LIMITS_STATEMENT_PARSE_MS']),
  )
})

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

test('variables that are for something else stop no start', async () => {
  const loaded = await config(files(sluice({ more: 'masking: { key: { env: SLUICE_POLICY_KEY } }' })), {
    ...env,
    SLUICE_POLICY_KEY: 'k'.repeat(32),
    SLUICE_SERVICE_HOST: '10.0.0.1',
    SLUICE_SERVICE_PORT_POSTGRESQL: '5432',
    SLUICE_PORT: 'tcp://10.0.0.1:5432',
    SLUICE_PORT_5432_TCP_ADDR: '10.0.0.1',
    SLUICE_STORE_PORT: 'tcp://10.0.0.1:5432',
    SLUICE_TEST_POSTGRES: 'x',
    SLUICE_CORPORA: 'x',
    SLUICE_TOKEN: 'x',
  })
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
      { SLUICE_POLICY: '' },
      'environment variable SLUICE_POLICY:1:1 policy: `SLUICE_POLICY` is empty, as where it is made of another variable that is not set; give it a value, or do not set it',
    ],
    [
      { SLUICE_POLICY_FILE: 'strict.yaml' },
      'environment variable SLUICE_POLICY_FILE:1:1 `SLUICE_POLICY_FILE` replaces nothing; did you mean `SLUICE_POLICY`?',
    ],
    [
      { SLUICE_JURNAL: '/data/journal' },
      'environment variable SLUICE_JURNAL:1:1 `SLUICE_JURNAL` replaces nothing; did you mean `SLUICE_JOURNAL`?',
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

test('headers are not sent in the clear', async () => {
  const telemetry =
    'telemetry: { endpoint: "http://127.0.0.1:4318", headers: { authorization: { env: PW } } }'
  const remote = { ...env, SLUICE_TELEMETRY_ENDPOINT: 'http://collector:4318' }
  expect(await problems(files(sluice({ more: telemetry })), remote)).toEqual([
    'environment variable SLUICE_TELEMETRY_ENDPOINT:1:1 telemetry.endpoint: must be an https address where `headers` are sent: whoever is on the way could read them',
  ])
  const local = await config(files(sluice({ more: telemetry })), env)
  expect(local.telemetry?.endpoint).toBe('http://127.0.0.1:4318')
})

test.each(['http://[bad', 'http://collector:99999'])('nothing is exported to %s', async (endpoint) => {
  expect(await problems(files(), { ...env, SLUICE_TELEMETRY_ENDPOINT: endpoint })).toEqual([
    'environment variable SLUICE_TELEMETRY_ENDPOINT:1:1 telemetry.endpoint: has no host or port that can be; correct it',
  ])
})

test('every limit has its variable', () => {
  expect(overrides.map(({ variable }) => variable)).toEqual(
    expect.arrayContaining(['SLUICE_LIMITS_MAX_FRAME_BYTES', 'SLUICE_LIMITS_STATEMENT_PARSE_MS']),
  )
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as Redacted from 'effect/Redacted'
import { config, env, principals, problems, sluice, verifier } from './folder.ts'

const files = (text: string, more: Readonly<Record<string, string>> = {}) => ({
  'sluice.yaml': text,
  'principals.yaml': principals,
  ...more,
})
const listening = (entry: string): string =>
  sluice({ listeners: `listeners:\n  - { protocol: postgresql, database: shop, ${entry} }` })
const reaching = (upstream: string, more = ''): string =>
  sluice({
    databases: `databases:
  - name: shop
    system: postgresql
    upstream: { host: db, database: app, user: u, password: { env: PW }${upstream} }${more}`,
  })
const proving = (entry: string): string => sluice({ identity: `identity:\n  - ${entry}` })
const PAIR = 'certificate: ./tls/server.crt, key: ./tls/server.key'

describe('a Unix socket', () => {
  test('has a folder, a port and a mode', async () => {
    const loaded = await config(files(listening('address: ./run:5432')), env)
    const host = `${loaded.file.slice(0, -'/sluice.yaml'.length)}/run`
    expect(loaded.listeners).toEqual([
      { protocol: 'postgresql', database: 'shop', host, port: 5432, socketMode: 0o660 },
    ])
    const closed = await config(files(listening('address: /run/sluice:5432, mode: "0600"')), env)
    expect(closed.listeners[0]).toMatchObject({ host: '/run/sluice', socketMode: 0o600 })
  })

  test.each([
    ['address: ./run:0', 'has no port'],
    [`address: ./run:5432, tls: { ${PAIR} }`, 'is not for Unix sockets'],
    [`address: "/${'x'.repeat(90)}:5432"`, 'more than 103 bytes'],
    ['address: 127.0.0.1:5432, mode: "0600"', 'is for Unix sockets'],
    ['address: ./run:5432, mode: "rwx"', 'must be a mode'],
  ])('%s is refused', async (entry, said) => {
    expect(await problems(files(listening(entry)), env)).toEqual([expect.stringContaining(said)])
  })
})

describe('client certificates', () => {
  test('of an authority, with its revocation list', async () => {
    const tls = `tls: { ${PAIR}, clientCa: ./tls/server.crt, clientCrl: ./tls/clients.crl, clientCertificate: required }`
    const loaded = await config(files(listening(`address: 0.0.0.0:1, ${tls}`)), env)
    expect(loaded.listeners[0]?.tls?.clients).toMatchObject({
      required: true,
      ca: expect.stringContaining('BEGIN'),
    })
  })

  test.each([
    ['clientCertificate: required', 'says not whose'],
    ['clientCrl: ./tls/clients.crl', 'says not whose'],
    ['clientCa: ./tls/server.key', 'holds no PEM certificate'],
    ['clientCa: ./tls/none.crt', 'cannot be read'],
    ['clientCa: ./tls/server.crt, clientCrl: ./tls/server.crt', 'holds no PEM revocation list'],
    ['clientCa: ./tls/server.crt, clientCrl: ./tls/cut.crl', 'holds no PEM revocation list'],
  ])('%s alone is refused', async (keys, said) => {
    const list = readFileSync(new URL('fixtures/clients.crl', import.meta.url), 'utf8')
    const listed = files(listening(`address: 127.0.0.1:1, tls: { ${PAIR}, ${keys} }`), {
      'tls/cut.crl': list + list.slice(0, 200),
    })
    const found = await problems(listed, env)
    expect(found).toEqual([expect.stringContaining(said)])
  })

  test('stand for principals of a file, of a trust domain, or both', async () => {
    const entry = '{ name: mesh, type: certificate, file: ./w.yaml, trustDomain: { name: acme.example } }'
    const w = `principals:\n  - { id: api, kind: workload, certificate: "spiffe://acme.example/api", verifier: "${verifier}" }\n`
    const loaded = await config(files(proving(entry), { 'w.yaml': w }), env)
    expect(loaded.identity).toEqual([
      {
        type: 'certificate',
        name: 'mesh',
        principals: [
          { id: 'api', kind: 'workload', groups: [], certificate: 'spiffe://acme.example/api', verifier },
        ],
        trustDomain: { name: 'acme.example', kind: 'workload', groups: [] },
      },
    ])
  })

  test.each([
    ['{ id: a, kind: workload }', 'certificate'],
    ['{ id: a, kind: workload, certificate: api }', 'is no name of a certificate'],
    ['{ id: a, kind: workload, certificate: "sha256:ABC" }', 'is no name of a certificate'],
    ['{ id: a, kind: workload, certificate: "dns:a", password: x }', 'verifier'],
    ['{ id: a, kind: workload, certificate: "dns:a", verifier: x }', 'is no verifier'],
  ])('the entry %s is refused', async (entry, said) => {
    const text = files(proving('{ name: mesh, type: certificate, file: ./w.yaml }'), {
      'w.yaml': `principals:\n  - ${entry}\n`,
    })
    expect((await problems(text, env)).join()).toContain(said)
  })

  test('a provider that knows nobody is refused', async () => {
    expect(await problems(files(proving('{ name: mesh, type: certificate }')), env)).toEqual([
      expect.stringContaining('knows nobody'),
    ])
  })
})

describe('the way to the database', () => {
  test('with a certificate of its own, channel binding and a pool', async () => {
    const loaded = await config(
      files(reaching(`, ${PAIR}, channelBinding: require`, '\n    pool: { ready: 3 }')),
      env,
    )
    const [database] = loaded.databases
    expect(database?.pool).toEqual({ ready: 3, maxAgeSeconds: 60 })
    expect(database?.upstream.channelBinding).toBe('require')
    expect(database?.upstream.identity && Redacted.value(database.upstream.identity.key)).toBe(
      readFileSync(new URL('fixtures/server.key', import.meta.url), 'utf8'),
    )
  })

  test.each([
    [', certificate: ./tls/server.crt', 'has one of'],
    [', certificate: ./tls/server.crt, key: ./tls/other.key', 'no PEM pair'],
    [`, ${PAIR}, tls: disable`, 'needs TLS'],
    [', channelBinding: require, tls: disable', 'needs TLS'],
  ])('%s is refused', async (upstream, said) => {
    expect(await problems(files(reaching(upstream)), env)).toEqual([expect.stringContaining(said)])
  })
})

test('gateways of one host meet in a folder', async () => {
  const loaded = await config(files(sluice({ more: 'instances: { directory: ./run }\n' })), env)
  expect(loaded.instances).toEqual({ directory: loaded.file.replace('sluice.yaml', 'run') })
})

test('OAUTHBEARER has a login and a scope', async () => {
  const jwt = '{ name: ci, type: jwt, issuer: "https://i.example", audience: a, jwks: "https://i.example/k"'
  const of = async (more: string) => (await config(files(proving(`${jwt}${more} }`)), env)).identity[0]
  expect(await of('')).toMatchObject({ oauth: { logins: ['oauth'], scope: 'openid' } })
  expect(await of(', oauth: { logins: ["*"], scope: "openid x" }')).toMatchObject({
    oauth: { logins: ['*'], scope: 'openid x' },
  })
  expect(await problems(files(proving(`${jwt}, oauth: { scope: 'a "b"' } }`)), env)).toEqual([
    expect.stringContaining('must be scopes'),
  ])
})

const governing = (system: string, protocol: string, more = '', upstream = '') =>
  files(
    sluice({
      listeners: `listeners:\n  - { protocol: ${protocol}, database: shop, address: 127.0.0.1:0 }`,
      databases: `databases:\n  - { name: shop, system: ${system}, ${more}upstream: { host: db, database: app, user: sluice, password: { env: PW }${upstream} } }`,
    }),
  )

describe('MySQL and MariaDB', () => {
  test.each(['mysql', 'mariadb'])(
    '%s has its own default port, and clients that speak `mysql`',
    async (system) => {
      const loaded = await config(governing(system, 'mysql'), env)
      expect(loaded.listeners[0]?.protocol).toBe('mysql')
      expect(loaded.databases[0]).toMatchObject({ system, upstream: { port: 3306 } })
    },
  )

  test.each([
    [governing('mysql', 'postgresql'), 'is not what `shop` speaks; write `mysql`'],
    [governing('postgresql', 'mysql'), 'is not what `shop` speaks; write `postgresql`'],
    [governing('mariadb', 'mysql', 'pool: { ready: 2 }, '), 'is nothing that `mariadb` has; leave it out'],
    [
      governing('mysql', 'mysql', '', ', channelBinding: prefer'),
      'is nothing that `mysql` has; leave it out',
    ],
  ])('what does not fit is refused: %#', async (given, said) => {
    expect(await problems(given, env)).toEqual([expect.stringContaining(said)])
  })

  test('a Unix socket for clients may have a path as long as any', async () => {
    const fits = `/${'x'.repeat(103 - '//mysql.3306.sock'.length)}`
    const { listeners: made } = await config(
      files(sluice({ listeners: inFolder(fits), databases: MYSQL })),
      env,
    )
    expect(made).toMatchObject([{ protocol: 'mysql', host: fits, port: 3306, socketMode: 0o660 }])
    const given = await problems(files(sluice({ listeners: inFolder(`${fits}x`), databases: MYSQL })), env)
    expect(given).toEqual([expect.stringContaining('more than 103 bytes')])
  })
})

const inFolder = (folder: string): string =>
  `listeners:\n  - { protocol: mysql, database: shop, address: "${folder}:3306" }`

const MYSQL =
  'databases:\n  - { name: shop, system: mysql, upstream: { host: db, database: app, user: sluice, password: { env: PW } } }'

import { dirname, resolve } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import * as Redacted from 'effect/Redacted'
import { config, env, password, principals, problems, sluice, verifier } from './folder.ts'

const files = (text: string, more: Readonly<Record<string, string>> = {}) => ({
  'sluice.yaml': text,
  'principals.yaml': principals,
  ...more,
})

describe('a small configuration', () => {
  test('has every default', async () => {
    const loaded = await config(files(sluice()), env)
    const folder = loaded.file.slice(0, -'/sluice.yaml'.length)
    expect(loaded).toMatchObject({
      listeners: [{ protocol: 'postgresql', host: '127.0.0.1', port: 6432, database: 'shop' }],
      databases: [
        {
          name: 'shop',
          environment: 'production',
          catalogRefreshSeconds: 30,
          readsWaitFor: 'disk',
          sampleRows: 200,
          upstream: { host: 'db', port: 5432, database: 'app', user: 'sluice', tls: 'verify-full' },
        },
      ],
      identity: [
        { type: 'static', name: 'staff', principals: [{ id: 'ana@example.com', login: 'ana', verifier }] },
      ],
      labels: [],
      functions: [],
      masking: {},
      journal: { path: `${folder}/journal` },
      store: { path: `${folder}/journal-labels` },
      limits: {
        maxSessions: 1000,
        maxFrameBytes: 67_108_864,
        authenticationTimeoutMs: 10_000,
        statementParseMs: 250,
      },
    })
    expect(loaded.telemetry).toBeUndefined()
    expect(loaded.policy.file).toBeUndefined()
    expect(loaded.policy.policy.rules.map((rule) => rule.id)).toContain('baseline-use')
  })

  test.each([
    ['postgresql', '{ host: DB, port: 5432, database: app, user: other, password: { env: PW } }', 'shop'],
    ['postgresql', '{ host: db, database: else, user: sluice, password: { env: PW } }', 'other'],
    ['postgresql', '{ host: db, port: 5433, database: app, user: sluice, password: { env: PW } }', 'other'],
    ['mariadb', '{ host: db, port: 5432, database: app, user: sluice, password: { env: PW } }', 'other'],
  ])('labels are kept under the first name of a database: %s %s', async (system, upstream, labelsOf) => {
    const databases = `databases:
  - { name: shop, system: postgresql, upstream: { host: db, database: app, user: sluice, password: { env: PW } } }
  - { name: other, system: ${system}, upstream: ${upstream} }`
    const loaded = await config(files(sluice({ databases })), env)
    expect(loaded.databases.map((one) => one.labelsOf)).toEqual(['shop', labelsOf])
  })

  test.each(['./run', '../run', '/run'])('a host that is a place in the file system: %s', async (host) => {
    const databases = `databases:
  - { name: shop, system: postgresql, upstream: { host: ${host}, database: app, user: sluice, password: { env: PW } } }`
    const loaded = await config(files(sluice({ databases })), env)
    const path = resolve(dirname(loaded.file), host)
    expect(loaded.databases[0]?.upstream).toMatchObject({ host: path, tls: 'disable' })
  })

  test('never shows its secrets', async () => {
    const loaded = await config(files(sluice()), env)
    const upstream = loaded.databases[0]?.upstream
    expect(upstream && Redacted.value(upstream.password.loaded)).toBe(password)
    const shown = [inspect(loaded, { depth: 20 }), JSON.stringify(loaded)].join()
    expect(shown).not.toContain(password)
    expect(shown).toContain('<redacted>')
  })
})

const labelled = (database: string) =>
  files(sluice({ more: `labels: [{ column: a.b.c, database: ${database}, labels: [pii] }]` }))

test('labels are for every database that has the column, or for one that there is', async () => {
  expect((await config(labelled('shop'), env)).labels).toEqual([
    { schema: 'a', table: 'b', column: 'c', database: 'shop', labels: ['pii'] },
  ])
  expect(await problems(labelled('shp'), env)).toEqual([
    'sluice.yaml:9:37 labels[0].database: there is no database `shp`; did you mean `shop`?',
  ])
})

describe('the label file is none of the journal’s files, nor the journal one of its', () => {
  test.each([
    ['./journal', './journal'],
    ['./sub/../journal', './journal'],
    ['./journal.checkpoints', './journal'],
    ['./journal.key', './journal'],
    ['./journal.key.new', './journal'],
    ['./journal.lock', './journal'],
    ['./journal.lock-journal', './journal'],
    ['./journal.unfinished-7', './journal'],
    ['./sluice', './sluice-journal'],
    ['./sluice', './sluice-wal'],
  ])('%s beside %s', async (store, journal) => {
    const text = sluice({ journal: `journal: { path: ${journal} }`, more: `store: { path: ${store} }` })
    expect(await problems(files(text), env)).toEqual([
      expect.stringMatching(
        /^sluice\.yaml:9:\d+ store\.path: and `journal\.path` .* each a name of its own$/,
      ),
    ])
  })

  test('as the environment has it', async () => {
    expect(await problems(files(sluice()), { ...env, SLUICE_JOURNAL: './journal-labels' })).toEqual([
      expect.stringMatching(/^environment variable SLUICE_JOURNAL:1:1 journal\.path: /),
    ])
  })

  test.each(['./journal-labels', './journal.labels', './journal.db', './labels'])('%s is', async (store) => {
    const loaded = await config(files(sluice({ more: `store: { path: ${store} }` })), env)
    expect(loaded.store.path).toBe(resolve(dirname(loaded.file), store))
  })
})

test('every part, with paths from the folder of the file', async () => {
  const text = sluice({
    listeners: `listeners:
  - { protocol: postgresql, address: "[::]:6432", database: shop, tls: { certificate: ./tls/server.crt, key: tls/server.key } }
  - { protocol: postgresql, address: localhost:0, database: shop }`,
    databases: `databases:
  - name: shop
    system: postgresql
    environment: test
    catalogRefreshSeconds: 5
    readsWaitFor: file
    upstream: { host: db, port: 5433, database: app, user: u, password: { file: secret }, tls: verify-full, ca: tls/server.crt }`,
    identity: `identity:
  - { name: staff, type: static, file: people/principals.yaml }
  - name: ci
    type: jwt
    issuer: https://issuer.example
    audience: [sluice, other]
    jwks: ./jwks.json
    algorithms: [ES256]
    claims: { id: email, groups: /realm_access/roles, defaultKind: workload }
    clockToleranceSeconds: 30
  - { name: cloud, type: jwt, issuer: https://i.example, audience: sluice, jwks: "https://i.example/keys" }`,
    more: `policy: rules/policy.yaml
labels:
  - { column: public.customers.note, labels: [pii.free-text] }
  - { column: 'sales."odd ""t"".x".id', labels: [internal.id, pii] }
functions:
  - { function: 'public.f( text ,  integer)', definition: ${'ab'.repeat(32)}, effect: reads, result: none }
  - { function: 'public."G"()', definition: ${'cd'.repeat(32)}, result: [pii.email] }
masking: { key: { command: [printf, "%s\\n", 0123456789abcdef0123456789abcdef] } }
telemetry: { endpoint: "http://127.0.0.1:4318", headers: { authorization: { file: secret } }, prometheus: "[::1]:9464" }
limits: { maxSessions: 5 }`,
  })
  const loaded = await config(
    files(text, {
      'people/principals.yaml': principals,
      secret: 'hidden\n',
      'jwks.json': '{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]}',
      'rules/policy.yaml':
        'version: 1\nrules:\n  - { id: all, effect: allow }\n  - { id: m, effect: mask, columns: "true", with: hash }',
    }),
  )
  const folder = loaded.file.slice(0, -'/sluice.yaml'.length)
  expect(loaded).toMatchObject({
    listeners: [
      { host: '::', port: 6432, tls: { required: true } },
      { host: 'localhost', port: 0 },
    ],
    databases: [
      { environment: 'test', catalogRefreshSeconds: 5, readsWaitFor: 'file', upstream: { port: 5433 } },
    ],
    identity: [
      { file: `${folder}/people/principals.yaml` },
      {
        type: 'jwt',
        audience: ['sluice', 'other'],
        jwks: { keys: [{ kty: 'EC' }] },
        algorithms: ['ES256'],
        claims: { id: 'email', groups: '/realm_access/roles', defaultKind: 'workload' },
        clockToleranceSeconds: 30,
      },
      { audience: ['sluice'], jwks: { url: 'https://i.example/keys' }, claims: {}, clockToleranceSeconds: 0 },
    ],
    policy: { file: `${folder}/rules/policy.yaml`, policy: { needsKey: true } },
    labels: [
      { schema: 'public', table: 'customers', column: 'note', labels: ['pii.free-text'] },
      { schema: 'sales', table: 'odd "t".x', column: 'id', labels: ['internal.id', 'pii'] },
    ],
    functions: [
      { signature: 'public.f(text,integer)', definition: 'ab'.repeat(32), effect: 'reads', result: [] },
      { signature: 'public."G"()', definition: 'cd'.repeat(32), result: ['pii.email'] },
    ],
    masking: { key: { origin: 'command printf' } },
    telemetry: {
      endpoint: 'http://127.0.0.1:4318',
      prometheus: { host: '::1', port: 9464 },
      serviceName: 'sluice',
    },
    limits: { maxSessions: 5, statementParseMs: 250 },
  })
  expect(loaded.listeners[0]?.tls?.certificate).toContain('BEGIN CERTIFICATE')
  expect(loaded.databases[0]?.upstream.ca).toContain('BEGIN CERTIFICATE')
  const token = loaded.telemetry?.headers?.['authorization']
  expect(token && Redacted.value(token.loaded)).toBe('hidden')
  const key = loaded.listeners[0]?.tls?.key
  expect(key && Redacted.value(key)).toContain('PRIVATE KEY')
  expect(inspect(loaded, { depth: 20 }) + JSON.stringify(loaded)).not.toMatch(/PRIVATE KEY|hidden/)
})

describe('everything wrong with the file is told at once', () => {
  test('with places and what to write instead', async () => {
    const found = await problems(
      files(`version: 2
listenrs: []
listeners:
  - { protocol: postgres, address: 127.0.0.1, database: shop }
databases:
  - name: shop
    system: postgresql
    upstream: { host: db, port: 99999, user: sluice, password: hunter2, tls: on }
identity:
  - { name: staff, type: statik, file: ./principals.yaml }
  - { name: ci, type: jwt, isuer: x, audience: sluice, jwks: 3 }
limits: { maxSessions: 0, maxSesions: 2 }
`),
    )
    expect(found).toEqual([
      'sluice.yaml:1:1 journal: is missing; write a map with `path`',
      'sluice.yaml:1:10 version: must be `1`',
      'sluice.yaml:2:1 listenrs: unknown key; did you mean `listeners`?',
      'sluice.yaml:4:17 listeners[0].protocol: must be `postgresql` or `mysql`',
      'sluice.yaml:4:36 listeners[0].address: must be an address and a port, e.g. `127.0.0.1:6432`',
      'sluice.yaml:8:15 databases[0].upstream.database: is missing; write the name of the database on its server',
      'sluice.yaml:8:33 databases[0].upstream.port: must be a whole number from 1 to 65535',
      'sluice.yaml:8:64 databases[0].upstream.password: must be `{ env: NAME }`, `{ file: ./secret }` or `{ command: [program, argument] }`; the secret itself does not stand in this file',
      'sluice.yaml:8:78 databases[0].upstream.tls: must be `disable` or `require` or `verify-full`',
      'sluice.yaml:10:5 identity[0]: must be a provider with `type: static`, `type: jwt` or `type: certificate`',
      "sluice.yaml:11:5 identity[1].issuer: is missing; write the issuer, as it stands in its tokens' `iss`",
      'sluice.yaml:11:28 identity[1].isuer: unknown key; did you mean `issuer`?',
      "sluice.yaml:11:62 identity[1].jwks: must be the issuer's `jwks_uri`, or a path such as `./jwks.json`",
      'sluice.yaml:12:24 limits.maxSessions: must be a whole number from 1 to 100000',
      'sluice.yaml:12:27 limits.maxSesions: unknown key; did you mean `maxSessions`?',
    ])
    expect(found.join()).not.toContain('hunter2')
  })

  test('once, and by what may stand there as a whole', async () => {
    const found = await problems(
      files(
        `${sluice({
          identity:
            'identity: [{ name: ci, type: jwt, issuer: i, audience: [], jwks: "https://i.example/k" }]',
        })}
functions: [{ function: "public.f()", definition: ${'a'.repeat(64)}, result: some }]
limits: { maxFrameBytes: 1.0e+99 }
`,
      ),
      env,
    )
    expect(found.map((line) => line.replace(/^sluice\.yaml:\d+:\d+ /, ''))).toEqual([
      'identity[0].audience[0]: is missing; write at least one',
      'functions[0].result: must be `none`, `arguments`, or a list of labels such as `[pii.email]`',
      'limits.maxFrameBytes: must be a whole number from 65536 to 1073741824',
    ])
  })

  test('in the files behind it too', async () => {
    const found = await problems(
      files(
        sluice({
          listeners: `listeners:
  - { protocol: postgresql, address: 0.0.0.0:6432, database: shp }
  - { protocol: postgresql, address: 127.0.0.1:99999, database: shop, tls: { certificate: tls/server.crt, key: tls/other.key } }`,
          databases: `databases:
  - { name: shop, system: postgresql, upstream: { host: db, database: a, user: u, password: { env: NOPE }, tls: disable, ca: x } }
  - { name: shop, system: postgresql, upstream: { host: db, database: a, user: u, password: { file: nope }, ca: principals.yaml } }`,
          identity: `identity:
  - { name: staff, type: static, file: principals.yaml }
  - { name: staff, type: static, file: nope.yaml }
  - { name: a, type: jwt, issuer: i, audience: b, jwks: "http://issuer.example/keys" }
  - { name: b, type: jwt, issuer: i, audience: b, jwks: secret.json }
  - { name: c, type: jwt, issuer: i, audience: b, jwks: principals.yaml }`,
          more: 'policy: policy.yaml\nmasking: { key: { env: SHORT } }',
        }),
        {
          'principals.yaml': 'principals:\n  - { id: a, kind: human, login: a, password: hunter2 }',
          'policy.yaml': 'version: 1\nrules:\n  - { id: a, effect: allow, when: statement.vrb == 1 }',
          'secret.json': '{"keys":[{"kty":"oct","k":"hunter2"}]}',
        },
      ),
      { SHORT: 'hunter2' },
    )
    expect(found).toEqual([
      'policy.yaml:3:45 rules[0].when: there is no field `vrb`; did you mean `verb`?',
      'principals.yaml:2:37 principals[0].password: a password does not stand in a file; put its verifier under `verifier`: make one with `sluice verifier`',
      'sluice.yaml:3:38 listeners[0].address: `0.0.0.0` can be reached from outside; add `tls`, or listen on 127.0.0.1',
      'sluice.yaml:3:62 listeners[0].database: `shp` is not in `databases`; did you mean `shop`?',
      'sluice.yaml:4:38 listeners[1].address: has a port above 65535; use a lower one',
      'sluice.yaml:4:76 listeners[1].tls: certificate and key are no PEM pair; give the certificate and the key it was made for',
      'sluice.yaml:6:93 databases[0].upstream.password: environment variable `NOPE` is not set; set it, or use `file` or `command`',
      'sluice.yaml:6:126 databases[0].upstream.ca: is not looked at with `tls: disable`; write `tls: verify-full`, or leave it out',
      'sluice.yaml:7:13 databases[1].name: `shop` is taken by an earlier database; give each its own name',
      'sluice.yaml:7:93 databases[1].upstream.password: `nope` cannot be read as a secret: a file of up to 65536 bytes; check path and permissions',
      'sluice.yaml:7:113 databases[1].upstream.ca: holds no PEM certificate; give the file with the authorities to trust',
      'sluice.yaml:10:13 identity[1].name: `staff` is taken by an earlier provider; give each its own name',
      'sluice.yaml:10:40 identity[1].file: `nope.yaml` cannot be read (ENOENT); check path and permissions',
      'sluice.yaml:11:57 identity[2].jwks: must be an https address: whoever is on the way could give us keys',
      'sluice.yaml:12:57 identity[3].jwks: holds a secret key; give the public keys only',
      'sluice.yaml:13:57 identity[4].jwks: holds no key set; give a JSON file of the form `{ "keys": [ … ] }`',
      'sluice.yaml:16:17 masking.key: is shorter than 32 characters; make one with `openssl rand -hex 32`',
    ])
    expect(found.join()).not.toContain('hunter2')
  })
})

describe('the file itself', () => {
  test.each([
    ['no YAML', 'listeners: [', /^sluice\.yaml:1:13 .*write valid YAML$/],
    ['empty', '', /^sluice\.yaml:1:1 must be a map$/],
    ['a list', '[]', /^sluice\.yaml:1:1 must be a map$/],
    ['a prototype', '__proto__: { a: 1 }', /^sluice\.yaml:1:1 __proto__: unknown key/],
  ])('%s', async (_, text, expected) => {
    const found = await problems(files(text))
    expect(found.some((line) => expected.test(line))).toBe(true)
  })

  test('is not there', async () => {
    expect(await problems({})).toEqual([
      'sluice.yaml:1:1 `sluice.yaml` cannot be read (ENOENT); check path and permissions',
    ])
  })
})

test('a policy that hashes needs a key', async () => {
  const policy =
    'version: 1\nrules:\n  - { id: all, effect: allow }\n  - { id: m, effect: mask, columns: "true", with: hash }'
  expect(await problems(files(sluice({ more: 'policy: p.yaml' }), { 'p.yaml': policy }), env)).toEqual([
    'sluice.yaml:1:1 masking.key: is missing: the policy masks with `hash` or `fpe`; write e.g. `{ env: SLUICE_MASK_KEY }`',
  ])
})

test.each(['127.0.0.1:1', '127.9.9.9:1', 'localhost:1', '"[::1]:1"'])('%s needs no TLS', async (address) => {
  const listeners = `listeners:\n  - { protocol: postgresql, address: ${address}, database: shop }`
  await expect(config(files(sluice({ listeners })), env)).resolves.toBeDefined()
})

test.each(['0.0.0.0:1', '10.0.0.1:1', 'db.example:1', '"[::]:1"', '127.0.0.1.example:1'])(
  '%s does',
  async (address) => {
    const listeners = `listeners:\n  - { protocol: postgresql, address: ${address}, database: shop }`
    expect((await problems(files(sluice({ listeners })), env))[0]).toContain('can be reached from outside')
  },
)

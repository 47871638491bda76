import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { issueCertificates } from '@sluice/testkit/certificates'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { findProgram } from '@sluice/testkit/system-tools'
import { createConnection } from 'mysql2/promise'
import { upstreamSource } from '../../src/upstream/source.ts'
import { identityOf, startGateway, type TestGateway, TOKEN } from './gateway.ts'

const limits = { authenticationTimeoutMs: 5_000, maxFrameBytes: 1 << 24 }
const program = findProgram('mariadb')
const servers = hasMariadb ? describe : describe.skip

/** What a program said and how it ended. Not spawnSync: the gateway lives in this process. */
const run = (
  file: string,
  args: readonly string[],
): Promise<{ code: number | null; out: string; err: string }> =>
  new Promise((resolve) => {
    const child = spawn(file, args)
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    child.on('close', (code) => resolve({ code, out, err }))
  })

servers('real clients in front of MariaDB', () => {
  let server: RunningMariadb
  let gateway: TestGateway
  let onSocket: TestGateway
  let folder: string
  let ca: string

  beforeAll(async () => {
    const certificates = await issueCertificates()
    server = await startMariadb({ accounts: true })
    const admin = await createConnection({
      socketPath: server.socket,
      user: 'root',
      multipleStatements: true,
    })
    await admin.query(
      "create database shop; create user gate@'%' identified by 'upstream'; grant all on shop.* to gate@'%'",
    )
    await admin.end()
    folder = mkdtempSync(join(tmpdir(), 'sluice-login-'))
    ca = join(folder, 'ca.crt')
    writeFileSync(ca, certificates.ca.cert)
    const upstream = upstreamSource(
      {
        host: '127.0.0.1',
        port: server.port,
        tls: 'disable',
        user: 'gate',
        password: async () => 'upstream',
        database: 'shop',
      },
      limits,
    )
    const identity = identityOf({ ana: { password: 's3cret' } })
    const { cert, key } = certificates.leaf
    const context = createSecureContext({ cert, key })
    const tls = {
      secureContext: () => context,
      required: false,
      clientCertificates: 'off' as const,
    }
    gateway = await startGateway({ upstream, identity, tls })
    onSocket = await startGateway({ upstream, identity, unixSocket: true }, join(folder, 'gate.sock'))
  }, 120_000)

  afterAll(async () => {
    await gateway.close()
    await onSocket.close()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const viaTls = () => ({ host: 'localhost', port: gateway.port, ssl: { rejectUnauthorized: false } })

  test.each([
    ['a password inside TLS', 'ana', 's3cret', viaTls],
    ['a token inside TLS', 'whoever', TOKEN, viaTls],
    ['a password by RSA on loopback', 'ana', 's3cret', () => ({ host: '127.0.0.1', port: gateway.port })],
    ['a password on a Unix socket', 'ana', 's3cret', () => ({ socketPath: join(folder, 'gate.sock') })],
  ])('mysql2 logs in with %s, and both protocols work', async (_how, user, password, where) => {
    const connection = await createConnection({ ...where(), user, password, database: 'store' })
    const [rows] = await connection.query('SELECT DATABASE() AS d, CURRENT_USER() AS u')
    expect(rows).toEqual([{ d: 'shop', u: 'gate@%' }])
    const [prepared] = await connection.execute('SELECT ? + 1 AS n', [41])
    expect(prepared).toEqual([{ n: 42 }])
    await connection.end()
  })

  test('mysql2 is told why not, in the server’s form', async () => {
    const connect = createConnection({
      host: '127.0.0.1',
      port: gateway.port,
      user: 'ana',
      password: 'wrong',
    })
    await expect(connect).rejects.toMatchObject({
      errno: 1045,
      sqlState: '28000',
      message: expect.stringContaining('`ana`'),
    })
  })

  const cli = program === undefined ? test.skip : test

  cli.each([
    [
      'over TLS with the certificate checked',
      's3cret',
      () => [
        '-h',
        'localhost',
        '--protocol=tcp',
        '-P',
        String(gateway.port),
        `--ssl-ca=${ca}`,
        '--ssl-verify-server-cert',
      ],
    ],
    ['with a token', TOKEN, () => ['-h', '127.0.0.1', '-P', String(gateway.port), '--ssl']],
    ['by RSA on loopback', 's3cret', () => ['-h', '127.0.0.1', '-P', String(gateway.port), '--skip-ssl']],
    ['on a Unix socket', 's3cret', () => ['-S', join(folder, 'gate.sock')]],
  ])('MariaDB’s command-line client logs in %s', async (_how, password, where) => {
    const args = [
      '--no-defaults',
      '-u',
      'ana',
      `-p${password}`,
      ...where(),
      '-N',
      '-e',
      'SELECT DATABASE(); SELECT 6 * 7',
      'store',
    ]
    expect(await run(program ?? '', args)).toEqual({ code: 0, out: 'shop\n42\n', err: '' })
  })

  cli('MariaDB’s command-line client is told why not', async () => {
    const args = [
      '--no-defaults',
      '-u',
      'eve',
      '-pwrong',
      '-h',
      '127.0.0.1',
      '-P',
      String(gateway.port),
      '--ssl',
      '-e',
      'SELECT 1',
    ]
    expect((await run(program ?? '', args)).err).toMatch(/ERROR 1045 \(28000\): access denied for user `eve`/)
  })

  test('the record names who was turned away', () => {
    const refused = gateway.entries.filter(({ type }) => type === 'session.refused')
    expect(refused).toMatchObject([
      { login: 'ana', code: '1045' },
      ...(program === undefined ? [] : [{ login: 'eve', code: '1045' }]),
    ])
  })
})

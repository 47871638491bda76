import { existsSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Client, type ClientConfig } from 'pg'
import { issueCertificates } from '../src/certificates.ts'
import { debianPostgresBin } from '../src/postgres-binaries.ts'
import type { PostgresAuth } from '../src/postgres-files.ts'
import { startPostgres } from '../src/postgres-server.ts'

const password = "a 'quoted' pass/word"

async function ask(config: ClientConfig, sql: string): Promise<unknown> {
  const client = new Client(config)
  await client.connect()
  try {
    return Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

describe('startPostgres', () => {
  test('starts the embedded server, logs statements, and leaves nothing at stop', async () => {
    const server = await startPostgres({
      version: 'embedded',
      superuserPassword: password,
      auth: 'scram-sha-256',
      logStatement: 'all',
      settings: { work_mem: '9MB' },
    })
    try {
      const connectionString = server.connectionString('postgres')
      expect(await ask({ connectionString }, 'show server_version')).toMatch(/^18/)
      expect(await ask({ connectionString }, 'show work_mem')).toBe('9MB')
      expect(await server.logText()).toContain('statement: show work_mem')
    } finally {
      await server.stop()
      await server.stop()
    }
    expect(existsSync(server.dataDir)).toBe(false)
    expect(() => process.kill(server.pid, 0)).toThrow(/ESRCH/)
  })

  test.each<PostgresAuth>(['md5', 'password', 'trust'])('serves `%s` logins', async (auth) => {
    const server = await startPostgres({ version: 'embedded', superuserPassword: password, auth })
    try {
      const login = { host: server.host, port: server.port, user: server.superuser, database: 'postgres' }
      const wrong = ask({ ...login, password: 'wrong' }, 'select 1')
      if (auth === 'trust') expect(await wrong).toBe(1)
      else await expect(wrong).rejects.toThrow(/password authentication failed/)
      expect(await ask({ ...login, password }, 'select 1')).toBe(1)
    } finally {
      await server.stop()
    }
  })

  test('serves TLS with the given certificate, and refuses plain connections where TLS is required', async () => {
    const { ca, leaf } = await issueCertificates()
    const server = await startPostgres({
      version: 'embedded',
      superuserPassword: password,
      auth: 'scram-sha-256',
      tls: { ...leaf, required: true },
    })
    try {
      const connectionString = server.connectionString('postgres')
      const sql = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
      expect(await ask({ connectionString, ssl: { ca: ca.cert } }, sql)).toBe(true)
      await expect(ask({ connectionString }, sql)).rejects.toThrow(/no pg_hba.conf entry/)
    } finally {
      await server.stop()
    }
  })

  test('a killed server is gone, and stop still cleans up', async () => {
    const server = await startPostgres({ version: 'embedded', superuserPassword: password, auth: 'trust' })
    await server.kill()
    await expect(ask({ connectionString: server.connectionString('postgres') }, 'select 1')).rejects.toThrow()
    await server.stop()
    expect(existsSync(server.dataDir)).toBe(false)
  })

  test('a server that cannot start rejects with its own log', async () => {
    const options = { version: 'embedded', superuserPassword: password, auth: 'trust' } as const
    await expect(startPostgres({ ...options, settings: { no_such_setting: 1 } })).rejects.toThrow(
      /unrecognized configuration parameter/,
    )
  })

  const onDebian = debianPostgresBin() === undefined ? test.skip : test
  onDebian('starts the server of the system packages', async () => {
    const server = await startPostgres({
      version: 'debian',
      superuserPassword: password,
      auth: 'scram-sha-256',
    })
    try {
      const connectionString = server.connectionString('postgres')
      expect(await ask({ connectionString }, 'select 40 + 2')).toBe(42)
    } finally {
      await server.stop()
    }
  })
})

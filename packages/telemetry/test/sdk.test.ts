import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import type { TelemetryOptions } from '@sluice/telemetry/sdk'
import { startTelemetry } from '@sluice/telemetry/sdk'
import * as Effect from 'effect/Effect'

const statement = { verb: 'select', decision: 'allow' as const, durationMs: 3, rows: 1 }

test('metrics reach an OTLP collector when the gateway stops', async () => {
  const bodies: Buffer[] = []
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(`${request.headers['content-type']} ${request.url}`)
    request.on('data', (chunk: Buffer) => bodies.push(chunk))
    request.on('end', () => response.end())
  })
  const port = await listen(server)
  await run({ endpoint: `http://127.0.0.1:${port}/` })
  server.close()
  expect(new Set(paths)).toEqual(new Set(['application/x-protobuf /v1/metrics']))
  const sent = Buffer.concat(bodies).toString('latin1')
  for (const word of [
    'db.client.operation.duration',
    'sluice.sessions',
    'sluice.statements',
    'SELECT',
    '42P01',
    'sluice-test',
  ])
    expect(sent).toContain(word)
  // The command line of the process may hold a secret.
  expect(sent).not.toContain('process.command')
})

test('Prometheus fetches metrics while the gateway runs', async () => {
  const prometheus = { host: '127.0.0.1', port: await freePort() }
  let page = ''
  await run({ prometheus }, async () => {
    page = await (await fetch(`http://127.0.0.1:${prometheus.port}/metrics`)).text()
  })
  for (const line of [
    /^sluice_sessions\{db_system_name="postgresql",db_namespace="orders".*\} 0$/m,
    /^sluice_statements_total\{.*sluice_decision="allow".*\} 2$/m,
    /^db_client_operation_duration_bucket\{.*db_operation_name="SELECT".*le="0.005"\} 1$/m,
    /^sluice_journal_entries_total\{?.* 3$/m,
    /^sluice_journal_refused_total\{?.* 1$/m,
  ])
    expect(page).toMatch(line)
  await expect(fetch(`http://127.0.0.1:${prometheus.port}/metrics`)).rejects.toThrow('fetch failed')
})

test('an address that Prometheus cannot have does not stop the gateway', async () => {
  const taken = createServer()
  const port = await listen(taken)
  await run({ prometheus: { host: '127.0.0.1', port } })
  taken.close()
})

test('a collector that is down holds up neither the start nor the end', async () => {
  await run({ endpoint: 'http://127.0.0.1:1' })
})

test('without a collector nothing is started', async () => {
  await run({})
})

const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const freePort = async (): Promise<number> => {
  const server = createServer()
  const port = await listen(server)
  server.close()
  await once(server, 'close')
  return port
}

const run = (options: Omit<TelemetryOptions, 'serviceName'>, during = async () => {}): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(startTelemetry({ serviceName: 'sluice-test', ...options }), (telemetry) => {
        const metrics = telemetry.forDatabase({ system: 'postgresql', name: 'orders' })
        metrics.sessionOpened()
        metrics.statement(statement)
        metrics.statement({ ...statement, code: '42P01' })
        telemetry.journal.committed(3, 0.2)
        telemetry.journal.refused()
        metrics.sessionClosed()
        return Effect.promise(during)
      }),
    ),
  )

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@jest/globals'
import { startTelemetry } from '@sluice/telemetry/sdk'
import * as Effect from 'effect/Effect'

const statement = { verb: 'select', decision: 'allow' as const, durationMs: 3, rows: 1 }

test('metrics reach an OTLP collector when the gateway stops', async () => {
  const bodies: Buffer[] = []
  const paths: string[] = []
  const server = createServer(async (request, response) => {
    paths.push(`${request.headers['content-type']} ${request.url}`)
    bodies.push(Buffer.concat(await Array.fromAsync(request)))
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  await run(endpoint)
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

test('a collector that is down holds up neither the start nor the end', async () => {
  await run('http://127.0.0.1:1')
})

test('without a collector nothing is started', async () => {
  await run(undefined)
})

const run = (endpoint: string | undefined): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.map(
        startTelemetry({ serviceName: 'sluice-test', ...(endpoint === undefined ? {} : { endpoint }) }),
        (telemetry) => {
          const metrics = telemetry.forDatabase({ system: 'postgresql', name: 'orders' })
          metrics.sessionOpened()
          metrics.statement(statement)
          metrics.statement({ ...statement, code: '42P01' })
          telemetry.journal.committed(3, 0.2)
          telemetry.journal.refused()
          metrics.sessionClosed()
        },
      ),
    ),
  )

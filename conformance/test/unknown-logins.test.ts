import { rm } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { scramClient } from '@sluice/adapter-postgres/auth/scram-client'
import { decodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { encodeSASLInitialResponse } from '@sluice/adapter-postgres/messages/sasl-initial-response'
import { encodeStartupMessage } from '@sluice/adapter-postgres/messages/startup-message'
import { loadConfig } from '@sluice/config/load'
import { runGateway } from '@sluice/server/gateway'
import { Effect } from 'effect'
import { writeTestConfig } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'

/** What a login is asked with: salt and iterations. */
async function asked(port: number, user: string): Promise<string | undefined> {
  const client = await RawClient.dial({ host: '127.0.0.1', port })
  const parameters = new Map([
    ['user', user],
    ['database', 'shop'],
  ])
  client.send(encodeStartupMessage({ version: 0x0003_0000, parameters }))
  await client.next()
  client.send(
    encodeSASLInitialResponse({ mechanism: 'SCRAM-SHA-256', data: scramClient('guess').clientFirst() }),
  )
  const answer = await client.next()
  client.close()
  const request = answer === undefined ? undefined : decodeAuthentication(answer.payload)
  return request?.kind === 'sasl-continue' ? /s=.*/.exec(request.data.toString())?.[0] : undefined
}

test('INVARIANT (no-probing): without `masking.key` too an unknown login is asked as before a restart', async () => {
  const upstream = { host: '127.0.0.1', port: 1, superuser: 'gateway', password: 'secret' }
  const { directory, file } = await writeTestConfig({ upstream, database: 'shop' })
  const start = (from = file) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { listeners } = yield* Effect.flatMap(loadConfig(from, {}), runGateway)
          const port = listeners[0]?.port ?? 0
          return yield* Effect.promise(async () => [await asked(port, 'ana'), await asked(port, 'nobody')])
        }),
      ),
    )
  const first = await start()
  expect(first).toEqual([expect.stringContaining('i='), expect.stringContaining('i=')])
  expect(await start()).toEqual(first)
  // Nothing that others know, or can try, decides it.
  const other = await writeTestConfig({ upstream, database: 'shop' })
  expect((await start(other.file))[1]).not.toBe(first[1])
  for (const made of [directory, other.directory]) await rm(made, { recursive: true, force: true })
})

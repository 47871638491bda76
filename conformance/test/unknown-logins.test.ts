import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { scramClient } from '@sluice/adapter-postgres/auth/scram-client'
import { decodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { encodeSASLInitialResponse } from '@sluice/adapter-postgres/messages/sasl-initial-response'
import { encodeStartupMessage } from '@sluice/adapter-postgres/messages/startup-message'
import { loadConfig } from '@sluice/config/load'
import { formatScramVerifier, makeScramVerifier } from '@sluice/identity/scram-verifier'
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
  const start = () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { listeners } = yield* Effect.flatMap(loadConfig(file, {}), runGateway)
          const port = listeners[0]?.port ?? 0
          return yield* Effect.promise(async () => [await asked(port, 'ana'), await asked(port, 'nobody')])
        }),
      ),
    )
  const first = await start()
  expect(first).toEqual([expect.stringContaining('i='), expect.stringContaining('i=')])
  expect(await start()).toEqual(first)
  // Whoever knows one verifier, its own, cannot tell what the others make of it.
  const verifier = formatScramVerifier(await makeScramVerifier('new'))
  const entry = `{ id: new@example.com, kind: human, groups: [], login: new, verifier: "${verifier}" }`
  await writeFile(join(directory, 'principals.yaml'), `principals:\n  - ${entry}\n`)
  expect((await start())[1]).not.toBe(first[1])
  await rm(directory, { recursive: true, force: true })
})

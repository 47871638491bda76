import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { encodePasswordMessage } from '@sluice/adapter-postgres/messages/password-message'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSASLInitialResponse } from '@sluice/adapter-postgres/messages/sasl-initial-response'
import { encodeSASLResponse } from '@sluice/adapter-postgres/messages/sasl-response'
import { encodeTerminate } from '@sluice/adapter-postgres/messages/terminate'
import { readEntries } from '@sluice/audit/read'
import { Refusals } from '@sluice/gateway/session/refusals'
import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { createTokenIssuer } from '@sluice/testkit/tokens'
import { mutated } from '../../adapters/postgres/test/session/mutations.ts'
import { startGateway, type TestGateway, trusting } from '../harness/gateway.ts'
import { type LoginEnd, type LoginWay, loginExchange, type Said } from '../harness/login-exchange.ts'

/** Each way: the login, and how many messages a client sends. */
const WAYS: readonly (readonly [LoginWay, string, number])[] = [
  ['scram', 'ana', 3],
  ['scram-plus', 'ana', 3],
  ['bearer', 'oauth', 2],
  ['token', 'token', 2],
]
const SEEDS = 30

let server: RunningPostgres
let gateway: TestGateway
let token: string
const recorded = jest.spyOn(Refusals.prototype, 'record')
const log = jest.spyOn(console, 'log').mockImplementation(() => undefined)

beforeAll(async () => {
  const issuer = await createTokenIssuer({ issuer: 'https://issuer.example', audience: 'sluice' })
  token = await issuer.sign('ana@example.com', { groups: ['analysts'] })
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    ...trusting(issuer, 'oauth: { scope: openid }'),
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
  recorded.mockRestore()
  log.mockRestore()
})

const sasl = (mechanism: string, data: string | null): Buffer =>
  encodeSASLInitialResponse({ mechanism, data: data === null ? null : Buffer.from(data) })

/** Messages of other conversations. */
const others: readonly Buffer[] = [
  encodeQuery({ sql: 'SELECT 1' }),
  encodeTerminate(),
  encodePasswordMessage({ password: 'x' }),
  sasl('SCRAM-SHA-256', 'n,,n=,r=abc'),
  sasl('SCRAM-SHA-256-PLUS', 'y,,n=,r=abc'),
  sasl('OAUTHBEARER', 'n,,\u0001auth=\u0001\u0001'),
  sasl('OAUTHBEARER', null),
  encodeSASLResponse({ data: Buffer.of(1) }),
  encodeSASLResponse({ data: Buffer.from('c=biws,r=abc,p=') }),
]

/** What is said in the place of a message, and whether it proves as much as that: whoever knows the secret may get in. */
type Spoken = Said & { readonly proves: boolean; readonly what: string }

function spoken(chance: Chance, way: LoginWay, step: number, message: Buffer): Spoken {
  if (chance.often(15)) {
    const at = chance.below(message.length)
    const pieces = [message.subarray(0, at), message.subarray(at)]
    return { pieces, last: false, proves: true, what: `in two, from ${at} on` }
  }
  // A StartupMessage has no type: it gets one to be mutated, which is taken off again.
  const typed = step === 0 ? Buffer.concat([Buffer.of(0), message]) : message
  const { bytes, what, cut } = mutated(chance, typed, others)
  const said = step === 0 ? bytes.subarray(1) : bytes
  const holds = way === 'bearer' || way === 'token' ? said.includes(token) : said.indexOf(message) === 0
  return { pieces: [said], last: cut === true, proves: step === 0 || holds, what }
}

test.each(WAYS)(
  'INVARIANT (identity-bound): %s, mutated, lets in who has proven it alone',
  async (way, user, steps) => {
    const to = { port: gateway.port, user, database: 'postgres' }
    const secrets = { password: 'ana-secret', token }
    recorded.mockClear()
    const ends: LoginEnd[] = []
    const unproven: string[] = []
    for (let seed = 0; seed < SEEDS * steps; seed += 1) {
      const chance = chanceFrom(seed)
      const target = seed % steps
      let said: Spoken | undefined
      const end = await loginExchange(to, way, secrets, (step, message) => {
        if (step !== target) return { pieces: [message], last: false }
        said = spoken(chance, way, step, message)
        return said
      })
      ends.push(end)
      if (end === 'ready' && said?.proves === false)
        unproven.push(`seed ${seed}, message ${target}: ${said.what}`)
    }
    expect(unproven).toEqual([])
    expect(ends.filter((end) => end === 'ready').length).toBeGreaterThan(0)
    await expectRecorded(ends)
    const honest = await loginExchange(to, way, secrets, (_, message) => ({ pieces: [message], last: false }))
    expect(honest).toBe('ready')
  },
  60_000,
)

/** Each refusal has one record, what a client left behind at most one; none holds a secret, and nobody else was let in. */
async function expectRecorded(ends: readonly LoginEnd[]): Promise<void> {
  const refusals = ends.filter((end) => end.startsWith('refused'))
  const codes = recorded.mock.calls.map(([{ code }]) => `refused ${code}`)
  for (const end of new Set(refusals)) {
    const told = refusals.filter((other) => other === end).length
    expect([end, codes.filter((code) => code === end).length >= told]).toEqual([end, true])
  }
  const abandoned = ends.filter((end) => end === 'left' || end === 'closed').length
  expect(codes.length).toBeLessThanOrEqual(refusals.length + abandoned)
  await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
  const entries = Array.from(readEntries(gateway.journal), ({ entry }) => entry)
  const said = JSON.stringify([entries, recorded.mock.calls, log.mock.calls])
  const parts = token.match(/.{16}/g) ?? []
  expect(['ana-secret', ...parts].filter((secret) => said.includes(secret))).toEqual([])
  expect(said).not.toMatch(/TypeError|RangeError|internal error/)
  const opened = entries.flatMap((entry) => (entry.type === 'session.opened' ? [entry.principal.id] : []))
  expect(new Set(opened)).toEqual(new Set(['ana@example.com']))
}

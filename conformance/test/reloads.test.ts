import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { backend } from '@sluice/adapter-postgres/messages/codes'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { readEntries } from '@sluice/audit/read'
import { loadPolicy } from '@sluice/core/policy/policy'
import { type Chance, chanceFrom } from '@sluice/testkit/chance'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import { postgresWith } from '../harness/filled-server.ts'
import { writeTestConfig } from '../harness/gateway.ts'
import { auditVerify, type GatewayProcess, startGatewayProcess } from '../harness/gateway-process.ts'
import { execute, line, RawClient } from '../harness/raw-client.ts'
import { damagedWays, writtenWays } from '../harness/written-ways.ts'

const TOKEN = 'zqtoken@example.com'
const STEPS = 8

/** What a policy says of `people`, and what comes of asking for it then. */
const says = {
  raw: '',
  masked:
    '  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith(\'pii.\'))", with: redact }\n',
  refused: '  - { id: no, effect: deny, when: "statement.tables.exists(t, t.name == \'people\')" }\n',
} as const
type Says = keyof typeof says

const policyOf = (what: Says, number: number): string =>
  `version: 1\ninference: off\nrules:\n  - { id: use${number}, effect: allow }\n${says[what]}`

const versionOf = (text: string): string => {
  const loaded = loadPolicy(text, 'policy.yaml')
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  return loaded.value.version
}

let server: RunningPostgres
let config: Awaited<ReturnType<typeof writeTestConfig>>
let gateway: GatewayProcess
/** What `principals.yaml` says of each login, in a line. */
let entries: ReadonlyMap<string, string>

beforeAll(async () => {
  server = await postgresWith(
    `CREATE TABLE people (email text); INSERT INTO people SELECT '${TOKEN}' FROM generate_series(1, 3)`,
  )
}, 120_000)

afterAll(() => server?.stop())

beforeEach(async () => {
  config = await writeTestConfig({
    upstream: server,
    database: 'postgres',
    policy: policyOf('raw', 0),
    files: { 'mask-key': 'a key that is as long as it has to be' },
    keys: ['masking: { key: { file: ./mask-key } }'],
  })
  const lines = (await readFile(file('principals.yaml'), 'utf8')).split('\n').slice(1, -1)
  entries = new Map(lines.map((entry) => [/login: (\w+)/.exec(entry)?.[1] ?? '', entry]))
  gateway = await startGatewayProcess(config.file)
}, 60_000)

afterEach(async () => {
  await gateway?.kill('SIGTERM')
  if (config !== undefined) await rm(config.directory, { recursive: true, force: true })
})

const file = (name: string): string => join(config.directory, name)

const principalsOf = (logins: Iterable<string>): string =>
  `principals:\n${Array.from(logins, (login) => `${entries.get(login)}\n`).join('')}`

const loggedIn = async (login: string): Promise<RawClient> => {
  const at = { host: '127.0.0.1', port: gateway.port, database: 'postgres' }
  const client = await RawClient.login({ ...at, user: login, password: `${login}-secret` })
  client.lineOf = (message) =>
    message.type === backend.CopyData ? `DataRow ${message.payload.toString().trim()}` : line(message)
  return client
}

const SELECT = 'SELECT email FROM people'
const parsed = (name: string) => encodeParse({ name, sql: SELECT, parameterTypes: [] })
const bound = encodeBind({ portal: 'p', statement: 's', parameterFormats: [], values: [], resultFormats: [] })

/** All that asks for `people` later is begun, in a transaction that stays open. */
const begun = async (client: RawClient): Promise<void> => {
  await client.query('ROLLBACK; DEALLOCATE ALL; CLOSE ALL')
  client.send(parsed('s'), encodeSync())
  await client.ready()
  await client.query(`PREPARE prepared AS ${SELECT}`)
  await client.query(`DECLARE held SCROLL CURSOR WITH HOLD FOR ${SELECT}`)
  await client.query('BEGIN')
  await client.query(`DECLARE cursor SCROLL CURSOR FOR ${SELECT}`)
  client.send(bound, encodeExecute({ portal: 'p', maxRows: 1 }), encodeSync())
  await client.ready()
}

const asked: Readonly<Record<string, (client: RawClient) => void | Promise<string[]>>> = {
  text: (client) => client.query(SELECT),
  'a text with several': (client) => client.query(`${SELECT}; ${SELECT}`),
  'another text': (client) => client.query(`TABLE people`),
  unnamed: (client) => client.send(parsed(''), execute(), encodeSync()),
  'prepared on the wire': (client) => client.send(execute('s'), encodeSync()),
  'prepared by SQL': (client) => client.query('EXECUTE prepared'),
  'a cursor': (client) => client.query('FETCH ABSOLUTE 2 FROM cursor'),
  'a held cursor': (client) => client.query('FETCH FIRST FROM held'),
  'a portal that has returned some': (client) =>
    client.send(encodeExecute({ portal: 'p', maxRows: 1 }), encodeSync()),
  'a copy': (client) => client.query('COPY people TO STDOUT'),
}

/** What is not there: begun where it was refused, or used up. */
const absent = new Set(['26000', '34000'])

/** What an answer shows of `people`; undefined: nothing, since what was asked for is not there. */
const shown = (lines: readonly string[]): Says | undefined => {
  const code = /^ErrorResponse (\w+)/m.exec(lines.join('\n'))?.[1]
  if (code !== undefined && absent.has(code)) return undefined
  if (code === '42501') return 'refused'
  const cells = new Set(lines.flatMap((one) => /^DataRow (.*)/.exec(one)?.[1] ?? []))
  if (cells.size === 0) return undefined
  return cells.has(TOKEN) ? 'raw' : 'masked'
}

type State = { readonly says: Says; readonly policy: string; readonly logins: ReadonlySet<string> }

/** The gateway's files and what must be in force, beside it. */
class Walk {
  readonly #chance: Chance
  readonly told: string[] = []
  #written: State
  #isDamaged = false
  inForce: State

  constructor(chance: Chance) {
    this.#chance = chance
    this.#written = { says: 'raw', policy: policyOf('raw', 0), logins: new Set(entries.keys()) }
    this.inForce = this.#written
  }

  /** Some files are other ones, or damaged, or whole again. */
  async change(number: number): Promise<void> {
    const chance = this.#chance
    if (chance.often(60)) {
      const next = chance.pick(Object.keys(says) as Says[])
      this.#written = { ...this.#written, says: next, policy: policyOf(next, number) }
    }
    if (chance.often(40))
      this.#written = {
        ...this.#written,
        logins: new Set(['dora', ...[...entries.keys()].filter(() => chance.often(50))]),
      }
    const damaged = chance.often(30) ? chance.pick(Object.keys(this.#texts())) : undefined
    for (const [name, text] of Object.entries(this.#texts())) {
      const [way, write] = chance.pick(Object.entries(name === damaged ? damagedWays : writtenWays))
      this.told.push(`${name}: ${way}`)
      await write(file(name), text)
    }
    this.#isDamaged = damaged !== undefined
  }

  /** The gateway reads them, and says what it must. True: they are in force. */
  async hangUp(): Promise<boolean> {
    if (this.#isDamaged) await gateway.hangUp(/principals and certificates stay as they were:\n\S/)
    else {
      await gateway.hangUp(new RegExp(`policy ${versionOf(this.#written.policy)} is in force`))
      this.inForce = this.#written
    }
    return !this.#isDamaged
  }

  #texts(): Readonly<Record<string, string>> {
    const { policy, logins } = this.#written
    return { 'policy.yaml': policy, 'principals.yaml': principalsOf(logins) }
  }
}

/** What every session of a walk sees of `people`, asked in some of all ways, once something has changed. */
const looked = async (walk: Walk, chance: Chance, sessions: Map<string, RawClient>): Promise<void> => {
  for (const [login, client] of sessions) {
    const ways = Array.from({ length: 3 }, () => chance.pick(Object.entries(asked)))
    for (const [way, ask] of ways) {
      const lines = (await ask(client)) ?? (await client.ready())
      walk.told.push(`${login} asks by ${way}: ${lines.join(', ')}`)
      if (!walk.inForce.logins.has(login)) {
        expect([walk.told.slice(-20), shown(lines) ?? 'nothing']).toEqual([
          expect.anything(),
          expect.stringMatching(/nothing|refused/),
        ])
        expect([...lines, ...(await client.rest())].at(-1)).toBe('closed')
        sessions.delete(login)
        break
      }
      const seen = shown(lines)
      if (seen !== undefined)
        expect([walk.told.slice(-20), seen]).toEqual([expect.anything(), walk.inForce.says])
      if (lines.at(-1) === 'ReadyForQuery E') await begun(client)
    }
  }
}

/** Each statement is decided by the policy that the record says is in force. */
const versions = (): readonly string[] => {
  const loaded: string[] = []
  for (const { entry } of readEntries(file('journal'))) {
    if (entry.type === 'control' && /^(gateway\.started|policy\.loaded)$/.test(entry.action))
      loaded.push(String(entry.detail['policy']))
    if (entry.type === 'statement.opened') expect(entry.policyVersion).toBe(loaded.at(-1))
  }
  return loaded
}

test.each([1, 2])(
  'seed %i: whatever becomes of the files, what was read whole at SIGHUP decides, and all of it',
  async (seed) => {
    const chance = chanceFrom(seed)
    const walk = new Walk(chance)
    const sessions = new Map<string, RawClient>()
    const inForce = [versionOf(walk.inForce.policy)]
    for (let step = 1; step <= STEPS; step++) {
      for (const login of walk.inForce.logins) {
        if (sessions.has(login)) continue
        const client = await loggedIn(login)
        await begun(client)
        sessions.set(login, client)
      }
      await walk.change(step)
      if (await walk.hangUp()) inForce.push(versionOf(walk.inForce.policy))
      await looked(walk, chance, sessions)
    }
    for (const client of sessions.values()) client.close()
    await gateway.kill('SIGTERM')
    expect(versions()).toEqual(inForce)
    await auditVerify(file('journal'))
  },
  60_000,
)

test('what counts from a start on alone is told where it is another: listeners and the masking key too', async () => {
  const yaml = await readFile(config.file, 'utf8')
  const more = '  - { protocol: postgresql, address: "127.0.0.1:0", database: postgres }\n'
  await writeFile(config.file, yaml.replace('databases:', `${more}databases:`))
  await gateway.hangUp(/`listeners` stays as it was, though it is another in the file/)
  await writeFile(config.file, yaml)
  await writeFile(file('mask-key'), 'another key, which is as long as it has to be')
  await gateway.hangUp(/`masking` stays as it was, though it is another in the file/)
}, 60_000)

test('of SIGHUPs that come together none is lost: the last policy is in force', async () => {
  const last = policyOf('refused', 40)
  const isInForce = new RegExp(`policy ${versionOf(last)} is in force`)
  for (let number = 1; number < 40; number++) {
    await writtenWays['renamed']?.(file('policy.yaml'), policyOf('masked', number))
    gateway.signal('SIGHUP')
  }
  await writtenWays['renamed']?.(file('policy.yaml'), last)
  await gateway.hangUp(isInForce)
  const client = await loggedIn('ana')
  expect(shown(await client.query(SELECT))).toBe('refused')
  client.close()
}, 60_000)

test('who read what it prints is gone: sessions go on, SIGHUP counts, and the record is closed', async () => {
  const client = await loggedIn('ana')
  gateway.hearNoMore()
  await writtenWays['renamed']?.(file('policy.yaml'), policyOf('refused', 1))
  gateway.signal('SIGHUP')
  let lines: string[]
  do lines = await client.query(SELECT)
  while (shown(lines) === 'raw')
  expect(lines).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
  gateway.signal('SIGHUP')
  expect(await client.query('SELECT 1')).toContain('DataRow 1')
  await gateway.kill('SIGTERM')
  const ended = [...readEntries(file('journal'))].map(({ entry }) => entry)
  expect(ended.at(-1)).toMatchObject({ type: 'control', action: 'gateway.stopped' })
}, 60_000)

import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { Principal } from '@sluice/core/policy/principal'
import type { JournalEntry } from '@sluice/core/record/record'
import type { Reach } from '@sluice/gateway/ports/audit-sink'
import {
  type HashKind,
  type IdentityProvider,
  IdentityRefused,
} from '@sluice/gateway/ports/identity-provider'
import type { Governance } from '@sluice/gateway/session/governance'
import { Refusals } from '@sluice/gateway/session/refusals'
import { type HeldJournal, instantJournal } from '@sluice/testkit/governed'
import { Effect } from 'effect'
import { rsaKeyOnce } from '../../src/auth/rsa-key.ts'
import { decodeComChangeUser } from '../../src/messages/com-change-user.ts'
import type { Arrival, LoggedIn, LoginOptions, NotLoggedIn } from '../../src/startup/arrival.ts'
import { Conversation } from '../../src/startup/conversation.ts'
import { logIn, logInAnew } from '../../src/startup/log-in.ts'

const principal = (id: string, provider: string): Principal => ({ id, kind: 'human', groups: [], provider })

/** A login of a list, with what is stored of its password. */
export type KnownLogin = {
  readonly password: string
  readonly hashes?: ReadonlyMap<HashKind, Uint8Array>
  readonly expired?: boolean
}

/** The one token that is taken. */
export const TOKEN: string = `token.${'x'.repeat(600)}`

/** A list of logins and one token. */
export const identityOf = (
  logins: Readonly<Record<string, KnownLogin>>,
  more: Partial<IdentityProvider> = {},
): IdentityProvider => {
  const known = (login: string): KnownLogin | undefined =>
    Object.hasOwn(logins, login) ? logins[login] : undefined
  const verifier = {
    iterations: 4096,
    salt: Buffer.alloc(16),
    storedKey: Buffer.alloc(32),
    serverKey: Buffer.alloc(32),
  }
  return {
    name: 'list',
    hashKinds: new Set(Object.values(logins).flatMap(({ hashes }) => [...(hashes?.keys() ?? [])])),
    verifyPassword: (login, password) => {
      if (password === TOKEN) return Effect.succeed(principal('holder', 'tokens'))
      if (known(login)?.password !== password)
        return Effect.fail(new IdentityRefused(known(login) === undefined ? 'unknown' : 'wrong-secret', 'no'))
      return known(login)?.expired === true
        ? Effect.fail(new IdentityRefused('expired', 'over'))
        : Effect.succeed(principal(login, 'list'))
    },
    scram: (login) =>
      known(login) === undefined ? undefined : { verifier, principal: principal(login, 'list') },
    hashed: (login, kind) => {
      const hash = known(login)?.hashes?.get(kind)
      return hash === undefined ? undefined : { hash, principal: principal(login, 'list') }
    },
    stillValid: ({ id }) => known(id)?.expired !== true,
    ...more,
  }
}

/** What a test asks for beside the usual. */
export type GatewayWish = Partial<Omit<LoginOptions, 'governance'>> & {
  readonly upstream: LoginOptions['upstream']
  readonly identity: IdentityProvider
  /** Whoever is logged in sends COM_CHANGE_USER first. */
  readonly anew?: boolean
  /** Seen in the place of the connection's own address. */
  readonly from?: string
  /** Default: one that is always on disk. */
  readonly audit?: HeldJournal
  readonly readsWaitFor?: Reach | undefined
}

/** A listener that logs clients in and then passes bytes, with what became of each. */
export type TestGateway = {
  readonly port: number
  readonly ends: (LoggedIn | NotLoggedIn)[]
  readonly entries: JournalEntry[]
  readonly close: () => Promise<void>
}

/** What becomes of the first command, COM_CHANGE_USER. */
async function loggedInAnew(arrival: Arrival, end: LoggedIn): Promise<LoggedIn | NotLoggedIn> {
  end.welcome()
  const talk = new Conversation(end.stream, end.framer)
  const command = Buffer.from(await talk.receive())
  talk.release()
  return await logInAnew(arrival, end, decodeComChangeUser(command, end.request.capabilities.flags))
}

/** Logs clients in; behind the login the connection is spliced with the database's. */
export const startGateway = async (
  wish: GatewayWish,
  listenOn: number | string = 0,
): Promise<TestGateway> => {
  const { audit = instantJournal() } = wish
  const ends: (LoggedIn | NotLoggedIn)[] = []
  const sockets = new Set<{ destroy(): unknown }>()
  const { identity: _, audit: __, readsWaitFor, from, anew = false, ...rest } = wish
  const governance = {
    database: { name: 'store', system: 'mysql', environment: 'test' },
    identity: wish.identity,
    audit,
    refusals: new Refusals(audit),
    readsWaitFor,
    metrics: { sessionOpened: () => undefined, sessionClosed: () => undefined },
    now: Date.now,
  } as unknown as Governance
  const limits = { authenticationTimeoutMs: 2_000, maxFrameBytes: 1 << 24 }
  const options: LoginOptions = {
    unixSocket: false,
    localFiles: () => false,
    rsaKey: rsaKeyOnce(),
    limits,
    ...rest,
    governance,
  }
  const serve = async (socket: Socket): Promise<void> => {
    const arrival = { options, socket, session: 's', connectionId: 0x6000_0001 + ends.length }
    const end = await logIn(arrival)
    ends.push(end)
    if (end.kind === 'refused') return
    if (anew) {
      ends.push(await loggedInAnew(arrival, end))
      return
    }
    sockets.add(end.upstream.stream)
    end.stream.on('error', () => end.upstream.stream.destroy())
    end.upstream.stream.on('error', () => end.stream.destroy())
    end.welcome()
    end.stream.pipe(end.upstream.stream).pipe(end.stream)
  }
  const listener = createServer((socket) => {
    sockets.add(socket)
    if (from !== undefined) Object.defineProperty(socket, 'remoteAddress', { value: from })
    void serve(socket)
  })
  if (typeof listenOn === 'string') listener.listen(listenOn)
  else listener.listen(listenOn, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    ends,
    entries: audit.entries,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

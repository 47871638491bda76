// RFC 5802, "SCRAM Authentication Exchange", and RFC 7677 (SCRAM-SHA-256), the client's side. No I/O.
import { randomBytes } from 'node:crypto'
import { saltedPassword } from '@sluice/core/secret/salted-password'
import {
  equalInConstantTime,
  hmacSha256,
  SCRAM_KEY_BYTES,
  type ScramKeys,
  scramKeys,
  xorBytes,
} from '@sluice/core/secret/scram-keys'
import { ProtocolViolation, type ViolationReason } from '@sluice/wire/violation'
import type { ChannelBinding } from './channel-binding.ts'
import { END_POINT_BINDING } from './end-point.ts'
import {
  fromBase64,
  isNonce,
  leadingValues,
  readAttributes,
  scramBytes,
  scramText,
  toBase64,
} from './scram-attributes.ts'

/** About 0.3 s of one core. INVARIANT (hostile-both-sides): a database must not set us to work for hours. */
export const MAX_SERVER_ITERATIONS = 1_000_000
/** RFC 7677: at least 4096. Whoever asks for fewer wants to guess the password from the proof. */
export const MIN_SERVER_ITERATIONS = 4096
const MAX_SALT_BYTES = 256
/** PostgreSQL's SCRAM_RAW_NONCE_LEN. */
const NONCE_BYTES = 18

/** RFC 5802, "Channel Binding": no authorization identity, and `y` where we could bind but are not offered it. */
function gs2Header(binding: ChannelBinding | undefined): string {
  if (binding === undefined) return 'n,,'
  return binding.chosen ? `p=${END_POINT_BINDING},,` : 'y,,'
}

/** What a login may leave open. */
type ScramClientOptions = {
  /** PostgreSQL does not look at it (the startup message counts); drivers send `*`. */
  readonly user?: string
  /** There over TLS, where the database's certificate can be bound to. */
  readonly binding?: ChannelBinding | undefined
  /** Hashes the password; default: each time anew, in the thread pool. */
  readonly derive?: Derive | undefined
  /** For replaying known exchanges in tests: printable ASCII without a comma. */
  readonly nonce?: string
}

/**
 * One login of the gateway at a database. Used once, in the order of its methods; every method throws
 * `ProtocolViolation` (fault `upstream`), after which the exchange is over.
 */
export type ScramClient = {
  /** The client-first-message. */
  clientFirst(): Buffer
  /** Takes the server-first-message, resolves with the client-final-message. Hashes in the thread pool. */
  serverFirst(message: Uint8Array): Promise<Buffer>
  /** Takes the server-final-message. Returns only if the server proved that it knows the password's verifier. */
  serverFinal(message: Uint8Array): void
}

/** Makes the salted password. */
export type Derive = typeof saltedPassword

/** Results that `rememberedDerivation` keeps. A database has one salt for the gateway's login. */
export const MAX_REMEMBERED = 4

/**
 * A derivation that keeps its last results. The gateway logs in as the same user with the same salt for every client:
 * the thousands of hashes are needed once. What is kept is worth no more than the password, which is held anyway.
 */
export function rememberedDerivation(): Derive {
  const kept = new Map<string, Promise<Uint8Array>>()
  return (password, salt, iterations) => {
    const key = JSON.stringify([password, Buffer.from(salt).toString('base64'), iterations])
    const known = kept.get(key)
    if (known !== undefined) return known
    const [oldest] = kept.keys()
    if (kept.size >= MAX_REMEMBERED && oldest !== undefined) kept.delete(oldest)
    const derived = saltedPassword(password, salt, iterations)
    kept.set(key, derived)
    return derived
  }
}

/** Proves us to a database by `password`, and the database to us. */
export function scramClient(password: string, options: ScramClientOptions = {}): ScramClient {
  const nonce = options.nonce ?? randomBytes(NONCE_BYTES).toString('base64')
  const { binding, derive = saltedPassword } = options
  const header = scramBytes(gs2Header(binding))
  const bound = binding?.chosen === true ? Buffer.concat([header, binding.endPoint]) : header
  const bare = `n=${escaped(options.user ?? '*')},r=${nonce}`
  let state: State = { at: 'start' }
  const take = <At extends State['at']>(at: At): Extract<State, { at: At }> => {
    const taken = state
    state = { at: 'over' }
    if (taken.at !== at) throw violation('unexpected', 'the database sent a SCRAM message when it may not')
    return taken as Extract<State, { at: At }>
  }
  return {
    clientFirst: () => {
      take('start')
      state = { at: 'first' }
      return Buffer.concat([header, scramBytes(bare)])
    },
    serverFirst: async (message) => {
      take('first')
      const first = readServerFirst(message, nonce)
      const keys = scramKeys(await derive(password, first.salt, first.iterations))
      const withoutProof = `c=${toBase64(bound)},r=${first.nonce}`
      const authMessage = scramBytes(`${bare},${first.text},${withoutProof}`)
      state = { at: 'final', signature: hmacSha256(keys.serverKey, authMessage) }
      return scramBytes(`${withoutProof},p=${toBase64(clientProof(keys, authMessage))}`)
    },
    serverFinal: (message) => {
      const { signature } = take('final')
      if (!equalInConstantTime(readServerFinal(message), signature)) {
        throw violation(
          'unexpected',
          'the database does not know the password: check that it is the right one',
        )
      }
    },
  }
}

type State =
  | { readonly at: 'start' | 'first' | 'over' }
  | { readonly at: 'final'; readonly signature: Uint8Array }

type ServerFirst = {
  readonly text: string
  readonly nonce: string
  readonly salt: Uint8Array
  readonly iterations: number
}

/** `r=…,s=…,i=…`, with our nonce and more. */
function readServerFirst(message: Uint8Array, ourNonce: string): ServerFirst {
  const text = scramText(message)
  const [nonce, saltText, count] = leadingValues(readAttributes(text ?? '') ?? [], 'rsi') ?? []
  const salt = fromBase64(saltText ?? '')
  if (
    text === undefined ||
    nonce === undefined ||
    salt === undefined ||
    !/^[1-9][0-9]{0,9}$/.test(count ?? '')
  ) {
    throw violation('malformed', 'the database sent a server-first-message that RFC 5802 does not allow')
  }
  const theirs = nonce.startsWith(ourNonce) ? nonce.slice(ourNonce.length) : ''
  if (!isNonce(theirs)) throw violation('malformed', 'the database did not add its own nonce to ours')
  if (salt.length === 0 || salt.length > MAX_SALT_BYTES) {
    throw violation(
      'limit',
      `the database sent a salt of ${salt.length} bytes; 1 to ${MAX_SALT_BYTES} are taken`,
    )
  }
  return { text, nonce, salt, iterations: boundedIterations(Number(count)) }
}

function boundedIterations(iterations: number): number {
  if (iterations >= MIN_SERVER_ITERATIONS && iterations <= MAX_SERVER_ITERATIONS) return iterations
  throw violation(
    'limit',
    `the database asks for ${iterations} iterations; set \`scram_iterations\` between ${MIN_SERVER_ITERATIONS} and ${MAX_SERVER_ITERATIONS} and set the password again`,
  )
}

/** `v=…`, or `e=…` where the server says why not. */
function readServerFinal(message: Uint8Array): Uint8Array {
  const attributes = readAttributes(scramText(message) ?? '') ?? []
  if (attributes[0]?.name === 'e')
    throw violation('unexpected', 'the database refused the proof of the password')
  const [value] = leadingValues(attributes, 'v') ?? []
  const signature = fromBase64(value ?? '')
  if (signature?.length === SCRAM_KEY_BYTES) return signature
  throw violation('malformed', 'the database sent a server-final-message that RFC 5802 does not allow')
}

function clientProof(keys: ScramKeys, authMessage: Uint8Array): Uint8Array {
  return xorBytes(keys.clientKey, hmacSha256(keys.storedKey, authMessage))
}

/** `saslname` of RFC 5802. */
function escaped(user: string): string {
  return user.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

function violation(reason: ViolationReason, message: string): ProtocolViolation {
  return new ProtocolViolation('upstream', reason, message)
}

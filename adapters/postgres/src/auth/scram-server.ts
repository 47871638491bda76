// RFC 5802, "SCRAM Authentication Exchange", and RFC 7677 (SCRAM-SHA-256), the server's side. No I/O.
import { randomBytes } from 'node:crypto'
import {
  equalInConstantTime,
  hmacSha256,
  SCRAM_KEY_BYTES,
  sha256,
  xorBytes,
} from '@sluice/core/secret/scram-keys'
import type { ScramVerifier } from '@sluice/gateway/ports/identity-provider'
import { type ChannelBinding, SCRAM_PLUS } from './channel-binding.ts'
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

/**
 * The client did not prove that it knows the secret. Fault: client. Not to be retried with the same secret.
 * - `malformed`: not a message of RFC 5802, or longer than `MAX_SCRAM_MESSAGE_BYTES`.
 * - `out-of-order`: a message at a moment when it may not come; a refusal is final.
 * - `channel-binding`: it asks for one that is not offered, binds to another certificate than ours, says that it
 *   could bind but was not offered it where it was (somebody took the offer out), or takes back what it said.
 * - `nonce`: not the nonce of this exchange: somebody replays another one.
 * - `wrong-proof`: not the secret behind the verifier.
 *
 * The message holds nothing of what the client sent.
 */
export class ScramRefused extends Error {
  override readonly name = 'ScramRefused'
  readonly reason: 'malformed' | 'out-of-order' | 'channel-binding' | 'nonce' | 'wrong-proof'
  constructor(reason: ScramRefused['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

/** One exchange with one client. Used once, in the order of its methods. */
export type ScramServer = {
  /** Takes the client-first-message, returns the server-first-message. Throws `ScramRefused`. */
  clientFirst(message: Uint8Array): Buffer
  /** Takes the client-final-message. Its return, the server-final-message, means the client is proven. Throws `ScramRefused`. */
  clientFinal(message: Uint8Array): Buffer
}

/** PostgreSQL's SCRAM_RAW_NONCE_LEN. */
const NONCE_BYTES = 18

/**
 * Proves a client against `verifier`. The user name in the exchange is not looked at, as in PostgreSQL: the startup
 * message named whose verifier this is. `binding` is there where SCRAM-SHA-256-PLUS was offered. `nonce` is for
 * replaying known exchanges in tests: printable ASCII.
 */
export function scramServer(
  verifier: ScramVerifier,
  binding?: ChannelBinding,
  nonce: string = randomBytes(NONCE_BYTES).toString('base64'),
): ScramServer {
  // Whatever goes wrong, the exchange is over: a state is only left for the next by a message that was good.
  let state: State = { at: 'first' }
  const take = (): State => {
    const taken = state
    state = { at: 'nothing' }
    return taken
  }
  return {
    clientFirst: (message) => {
      if (take().at !== 'first') throw outOfOrder()
      const opening = readClientFirst(message, binding)
      const fullNonce = opening.nonce + nonce
      const serverFirst = `r=${fullNonce},s=${toBase64(verifier.salt)},i=${verifier.iterations}`
      state = { at: 'final', opening, fullNonce, serverFirst }
      return scramBytes(serverFirst)
    },
    clientFinal: (message) => {
      const exchange = take()
      if (exchange.at !== 'final') throw outOfOrder()
      return prove(verifier, exchange, readClientFinal(message), binding)
    },
  }
}

type State = { readonly at: 'first' } | Exchange | { readonly at: 'nothing' }

type Exchange = {
  readonly at: 'final'
  readonly opening: ClientFirst
  readonly fullNonce: string
  readonly serverFirst: string
}

type ClientFirst = { readonly gs2Header: string; readonly bare: string; readonly nonce: string }

type ClientFinal = {
  readonly binding: string
  readonly nonce: string
  readonly withoutProof: string
  readonly proof: Uint8Array
}

/** The server-final-message, if the proof is right. INVARIANT (identity-bound). */
function prove(
  verifier: ScramVerifier,
  exchange: Exchange,
  final: ClientFinal,
  binding: ChannelBinding | undefined,
): Buffer {
  const { opening, fullNonce, serverFirst } = exchange
  const bound = binding?.chosen === true ? [binding.endPoint] : []
  const expected = toBase64(Buffer.concat([scramBytes(opening.gs2Header), ...bound]))
  if (!equalInConstantTime(scramBytes(final.binding), scramBytes(expected))) {
    throw new ScramRefused(
      'channel-binding',
      'the client is bound to another certificate than ours, or took back what it said about channel binding',
    )
  }
  if (!equalInConstantTime(scramBytes(final.nonce), scramBytes(fullNonce))) {
    throw new ScramRefused('nonce', 'the client answered with the nonce of another exchange')
  }
  const authMessage = scramBytes(`${opening.bare},${serverFirst},${final.withoutProof}`)
  const clientKey = xorBytes(final.proof, hmacSha256(verifier.storedKey, authMessage))
  if (!equalInConstantTime(sha256(clientKey), verifier.storedKey)) {
    throw new ScramRefused('wrong-proof', 'the client does not know the secret')
  }
  return scramBytes(`v=${toBase64(hmacSha256(verifier.serverKey, authMessage))}`)
}

/**
 * `gs2-header client-first-message-bare`. An authorization identity (`a=`) would be somebody else than who is proven,
 * so none is taken.
 */
function readClientFirst(message: Uint8Array, binding: ChannelBinding | undefined): ClientFirst {
  const text = scramText(message)
  const [gs2Header, flag] = text?.match(/^([ny]|p=[A-Za-z0-9.-]+),,/) ?? []
  if (text === undefined || gs2Header === undefined) throw malformed('client-first-message')
  checkFlag(flag as string, binding)
  const bare = text.slice(gs2Header.length)
  const [, nonce] = leadingValues(readAttributes(bare) ?? [], 'nr') ?? []
  if (nonce === undefined || !isNonce(nonce)) throw malformed('client-first-message')
  return { gs2Header, bare, nonce }
}

function refused(message: string): ScramRefused {
  return new ScramRefused('channel-binding', message)
}

/** RFC 5802, "Channel Binding": `y` says that the client could bind but saw no offer. */
function checkFlag(flag: string, binding: ChannelBinding | undefined): void {
  if (binding?.chosen === true) {
    if (flag === `p=${END_POINT_BINDING}`) return
    throw refused(`the client chose \`${SCRAM_PLUS}\` without channel binding of the type offered`)
  }
  if (flag.startsWith('p=')) throw refused('the client wants channel binding, which is not offered')
  if (flag === 'y' && binding !== undefined) {
    throw refused('the client could bind but did not see our offer: somebody on the way took it out')
  }
}

/** `c=…,r=…,(extensions,)p=…`. */
function readClientFinal(message: Uint8Array): ClientFinal {
  const text = scramText(message)
  const attributes = readAttributes(text ?? '') ?? []
  const [binding, nonce] = leadingValues(attributes, 'cr') ?? []
  const last = attributes.at(-1)
  const proof = last?.name === 'p' ? fromBase64(last.value) : undefined
  if (
    text === undefined ||
    binding === undefined ||
    nonce === undefined ||
    proof?.length !== SCRAM_KEY_BYTES
  ) {
    throw malformed('client-final-message')
  }
  return { binding, nonce, withoutProof: text.slice(0, text.lastIndexOf(',')), proof }
}

function malformed(message: string): ScramRefused {
  return new ScramRefused('malformed', `the client sent a ${message} that RFC 5802 does not allow`)
}

function outOfOrder(): ScramRefused {
  return new ScramRefused('out-of-order', 'a SCRAM message came when it may not')
}

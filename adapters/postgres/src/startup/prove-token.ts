import type { Principal } from '@sluice/core/policy/principal'
import type { IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import { hasLeft } from '@sluice/gateway/session/refused'
import { ConnectionClosed } from '@sluice/wire/conversation'
import { Effect } from 'effect'
import type { Conversation } from './conversation.ts'

/** The client has shown a token, and left before it was told what became of it. */
export class LeftUnanswered extends ConnectionClosed {}

/**
 * Proves a token that the client has shown, for as long as it waits. Throws IdentityRefused, or LeftUnanswered: to have
 * shown a token is more than to have left without a word.
 */
export async function proveToken(
  talk: Conversation,
  proof: Effect.Effect<Principal, IdentityRefused>,
): Promise<Principal> {
  try {
    return await talk.whileThere((signal) => Effect.runPromise(proof, { signal }))
  } catch (error) {
    throw hasLeft(error)
      ? new LeftUnanswered('the client left before its token was answered', { cause: error })
      : error
  }
}

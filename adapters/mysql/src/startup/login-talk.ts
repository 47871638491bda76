import { advance } from '@sluice/wire/states/advance'
import { encodeAuthMoreData } from '../messages/auth-more-data.ts'
import { encodeAuthSwitchRequest } from '../messages/auth-switch-request.ts'
import { type ClientState, clientLeg } from '../states/client-leg.ts'
import type { Conversation } from './conversation.ts'

type Spoken = Pick<Conversation, 'say' | 'receive' | 'whileThere'>

/** The talk of a client's authentication. INVARIANT (no-unread-bytes): the tables say who speaks when. */
export class LoginTalk {
  readonly #talk: Spoken
  #state: ClientState = 'authentication'

  constructor(talk: Spoken) {
    this.#talk = talk
  }

  /** Asks for a proof by another plugin and gives the client's answer. */
  async switchTo(plugin: string, challenge: Buffer): Promise<Buffer> {
    return await this.#ask('AuthSwitchRequest', encodeAuthSwitchRequest({ plugin, data: challenge }))
  }

  /** Says a plugin's word and gives the client's answer. */
  async more(data: Buffer): Promise<Buffer> {
    return await this.#ask('AuthMoreData', encodeAuthMoreData({ data }))
  }

  /** Says a plugin's last word. */
  last(data: Buffer): void {
    this.#state = advance(clientLeg.gateway, this.#state, 'FastAuthOk')
    this.#talk.say(encodeAuthMoreData({ data }))
  }

  /** See `Conversation.whileThere`. */
  async whileThere<A>(work: (signal: AbortSignal) => Promise<A>): Promise<A> {
    return await this.#talk.whileThere(work)
  }

  async #ask(reply: 'AuthSwitchRequest' | 'AuthMoreData', payload: Buffer): Promise<Buffer> {
    this.#state = advance(clientLeg.gateway, this.#state, reply)
    this.#talk.say(payload)
    const answer = await this.#talk.receive()
    this.#state = advance(clientLeg.client, this.#state, 'AuthResponse')
    return answer
  }
}

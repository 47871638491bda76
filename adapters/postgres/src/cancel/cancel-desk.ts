import type { BackendKeyData } from '../messages/backend-key-data.ts'
import type { CancelRequest } from '../messages/cancel-request.ts'
import { type Cancel, CancelKeys, LONG_KEY_BYTES } from './cancel-keys.ts'
import { networkOf, WrongKeys } from './wrong-keys.ts'

/** Asks the other gateways of this host. True: one of them had the key. */
type AskNeighbours = (request: CancelRequest) => Promise<boolean>

/** Takes the cancel requests of one process and finds whose they are. */
export class CancelDesk {
  readonly keys = new CancelKeys()
  /** Set where this gateway has neighbours; see `neighbours.ts`. */
  askNeighbours: AskNeighbours | undefined
  readonly #wrong: WrongKeys
  /** The last request of an address that others are asked about. */
  readonly #asking = new Map<string, Promise<void>>()

  /** `now`: milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#wrong = new WrongKeys(now)
  }

  /** See `CancelKeys.issue`. */
  issue(cancel: Cancel, upstreamProcessId: number | undefined, long: boolean): BackendKeyData {
    return this.keys.issue(cancel, upstreamProcessId, long)
  }

  /**
   * Acts on a request and resolves when what it asks for was passed on, as the server closes the connection only
   * then. Whether the key was right is told to nobody, as the protocol has it.
   */
  async request(request: CancelRequest, address: string): Promise<void> {
    // Nobody guesses a long key, however often: strangers who try keep its owner from nothing.
    const isLong = request.secretKey.length === LONG_KEY_BYTES
    if (!isLong && !this.#wrong.mayTry(address)) return
    if (await this.#here(request)) return
    // One after the other: of guesses that are asked about together none would be counted yet.
    await this.#inTurn(networkOf(address), async () => {
      if (!isLong && !this.#wrong.mayTry(address)) return
      if ((await this.askNeighbours?.(request)) !== true && !isLong) this.#wrong.add(address)
    })
  }

  async #inTurn(address: string, act: () => Promise<void>): Promise<void> {
    const turn = (this.#asking.get(address) ?? Promise.resolve()).then(act, act)
    this.#asking.set(address, turn)
    try {
      await turn
    } finally {
      if (this.#asking.get(address) === turn) this.#asking.delete(address)
    }
  }

  /** True: the key is of this process, and its session has been told. */
  async #here(request: CancelRequest): Promise<boolean> {
    const cancel = this.keys.find(request)
    await cancel?.()
    return cancel !== undefined
  }
}

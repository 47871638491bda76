import type { Listener } from '@sluice/config/config'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import { clientTls, isSameButForKeys, type LoadedListener } from './client-tls.ts'

/** The listeners of the start. What their connections are encrypted with may be replaced while they serve. */
export class ServedListeners {
  readonly #loaded: LoadedListener[]

  constructor(loaded: readonly LoadedListener[]) {
    this.#loaded = [...loaded]
  }

  /** TLS towards the clients of the listener at `index`: each connection is made with what is in force then. */
  tlsOf(index: number): ClientTls | undefined {
    const { listener, secureContext } = this.#loaded[index] ?? {}
    if (listener?.tls === undefined || secureContext === undefined) return undefined
    return clientTls(listener.tls, () => this.#loaded[index]?.secureContext ?? secureContext)
  }

  /**
   * The next connections are made with these. A listener of whose TLS something else is new keeps what it has. Gives the
   * fingerprints of the certificates that were taken, by the listeners' indexes.
   */
  replace(next: readonly LoadedListener[]): ReadonlyMap<number, string> {
    const taken = new Map<number, string>()
    const before = [...this.#loaded]
    for (const [index, { listener }] of before.entries()) {
      const found = counterpart(before, index, next)
      const tls = found?.listener.tls
      if (found?.fingerprint === undefined || tls === undefined || listener.tls === undefined) continue
      if (!isSameButForKeys(listener.tls, tls)) continue
      this.#loaded[index] = found
      taken.set(index, found.fingerprint)
    }
    return taken
  }
}

/** The same listener in another configuration. Several may ask for port 0 of one address: they go by their order. */
const counterpart = (
  own: readonly LoadedListener[],
  index: number,
  next: readonly LoadedListener[],
): LoadedListener | undefined => {
  const listener = own[index]?.listener
  if (listener === undefined) return undefined
  const isSame = (other: LoadedListener): boolean => isSamePlace(other.listener, listener)
  return next.filter(isSame)[own.slice(0, index).filter(isSame).length]
}

const isSamePlace = (one: Listener, other: Listener): boolean =>
  one.protocol === other.protocol &&
  one.host === other.host &&
  one.port === other.port &&
  one.database === other.database

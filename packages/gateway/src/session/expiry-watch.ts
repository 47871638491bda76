import type { Governance, SessionIdentity } from './governance.ts'

/** How often sessions are looked at: with the way to the database, one ends within a second. */
export const EXPIRY_CHECK_MS = 500

/** What the client is told; the protocol adds its code. */
type Expired = { readonly message: string; readonly hint: string }

/** A session as the watch sees it. */
type Watched = {
  readonly who: SessionIdentity
  /** Cancels what runs and ends the session. */
  readonly expire: (told: Expired) => void
}

/**
 * Ends sessions whose principal expired, was revoked or was locked, idle ones too: an idle one may hold locks, and be told
 * of what others do. INVARIANT (identity-bound).
 */
export class ExpiryWatch {
  readonly #governance: Pick<Governance, 'identity' | 'now'>
  readonly #watched = new Set<Watched>()
  #timer: NodeJS.Timeout | undefined

  constructor(governance: Pick<Governance, 'identity' | 'now'>) {
    this.#governance = governance
  }

  /** Watches a session until what is returned is called. */
  add(session: Watched): () => void {
    this.#watched.add(session)
    this.#timer ??= setInterval(() => this.#look(), EXPIRY_CHECK_MS).unref()
    return () => {
      this.#watched.delete(session)
      if (this.#watched.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #look(): void {
    const nowSeconds = this.#governance.now() / 1000
    for (const session of this.#watched) {
      const { principal } = session.who
      if (this.#governance.identity.stillValid(principal, nowSeconds)) continue
      session.expire({
        message: `the login or token of \`${principal.id}\` has expired; what ran was cancelled`,
        hint: 'get a new token and connect again; what was not committed is undone',
      })
    }
  }
}

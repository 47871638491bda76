/** A definition or a removal that the database has not answered yet. Exactly one of the two is called, once. */
export type Change = {
  /** The database did it. */
  confirm(): void
  /** The database refused it, or passed over it behind an error. */
  undo(): void
}

/** What is told of changes, and what a thing weighs. */
type RegisterOptions<T> = {
  readonly confirmed?: (key: string) => void
  readonly removed?: (value: T) => void
  readonly weigh?: (value: T) => number
}

/**
 * Things by name. What the database has not answered yet counts for the messages of the same pipeline alone: those it
 * passes over together with the definition when that fails. Behind the Sync it may be the older one that is there.
 */
export class Register<T> {
  readonly #known = new Map<string, T>()
  /** The newest change of each name that is not answered; those before it hang on it. */
  readonly #owed = new Map<string, Owed<T>>()
  readonly #confirmed: (key: string) => void
  readonly #removed: ((value: T) => void) | undefined
  #pipeline = 0
  #owedInAll = 0
  #owedNow = 0
  /** What those that are known weigh, and how much more or less it is once the owed changes are carried out. */
  #weight = 0
  #owedWeight = 0
  readonly #weigh: (value: T) => number

  /**
   * `confirmed` is told of every name that the database defined or removed, `removed` of what is known by none any more;
   * `weigh` says the same of a value each time.
   */
  constructor({ confirmed = () => undefined, removed, weigh = () => 1 }: RegisterOptions<T> = {}) {
    this.#confirmed = confirmed
    this.#removed = removed
    this.#weigh = weigh
  }

  /** A Sync was forwarded: what comes behind it is executed even if what came before it fails. */
  nextPipeline(): void {
    this.#pipeline += 1
    this.#owedNow = 0
  }

  /** What has the name for a message of this pipeline. Undefined too where that is not known yet. */
  get(key: string): T | undefined {
    const last = this.#owed.size === 0 ? undefined : this.#owed.get(key)
    if (last === undefined) return this.#known.get(key)
    return last.pipeline === this.#pipeline ? last.value : undefined
  }

  /** True where only the database knows what has the name: an earlier pipeline's change is not answered yet. */
  isOpen(key: string): boolean {
    const last = this.#owed.get(key)
    return last !== undefined && last.pipeline !== this.#pipeline
  }

  /** True where changes of any name are not answered yet that an earlier pipeline made. */
  get owesEarlier(): boolean {
    return this.#owedInAll > this.#owedNow
  }

  /** What everything weighs that has a name, with the changes carried out that are not answered yet. */
  get weight(): number {
    return this.#weight + this.#owedWeight
  }

  #weightOf(value: T | undefined): number {
    return value === undefined ? 0 : this.#weigh(value)
  }

  /** Defines, or removes where `value` is undefined. */
  change(key: string, value: T | undefined): Change {
    const before = this.#owed.get(key)
    const held = before === undefined ? this.#known.get(key) : before.value
    const weight = this.#weightOf(value) - this.#weightOf(held)
    const owed = new Owed(this, { key, value, pipeline: this.#pipeline, before, weight })
    this.#owed.set(key, owed)
    this.#owedWeight += weight
    this.#owedInAll += 1
    this.#owedNow += 1
    return owed
  }

  /** The database has answered a change; `done`: it carried it out. For `Owed` alone. */
  settle(owed: Owed<T>, done: boolean): void {
    this.#take(owed)
    this.#owedWeight -= owed.weight
    this.#owedInAll -= 1
    if (owed.pipeline === this.#pipeline) this.#owedNow -= 1
    if (!done) return
    this.set(owed.key, owed.value)
    this.#confirmed(owed.key)
  }

  /** Sets or removes what the database has confirmed. */
  set(key: string, value: T | undefined): void {
    // Taken out first, so that it stands at the end: the order says which is the oldest.
    this.#remove(key)
    if (value === undefined) return
    this.#known.set(key, value)
    this.#weight += this.#weigh(value)
  }

  /** Changes everything that is confirmed. */
  update(change: (value: T) => T): void {
    for (const [key, value] of this.#known) {
      const changed = change(value)
      this.#known.set(key, changed)
      this.#weight += this.#weigh(changed) - this.#weigh(value)
    }
  }

  /** Removes everything that is confirmed. */
  clear(): void {
    if (this.#known.size === 0) return
    const removed = this.#removed === undefined ? [] : Array.from(this.#known.values())
    this.#known.clear()
    this.#weight = 0
    for (const value of removed) this.#removed?.(value)
  }

  /** Removes the oldest confirmed entries until no more than `most` are left. */
  limit(most: number): void {
    if (this.#known.size <= most) return
    for (const key of this.#known.keys()) {
      if (this.#known.size <= most) return
      this.#remove(key)
    }
  }

  #remove(key: string): void {
    const value = this.#known.size === 0 ? undefined : this.#known.get(key)
    if (value === undefined) return
    this.#known.delete(key)
    this.#weight -= this.#weigh(value)
    this.#removed?.(value)
  }

  #take(owed: Owed<T>): void {
    let last = this.#owed.get(owed.key)
    if (last === owed) {
      if (owed.before === undefined) this.#owed.delete(owed.key)
      else this.#owed.set(owed.key, owed.before)
      return
    }
    while (last !== undefined && last.before !== owed) last = last.before
    if (last !== undefined) last.before = owed.before
  }
}

class Owed<T> implements Change {
  readonly key: string
  readonly value: T | undefined
  readonly pipeline: number
  /** How much more, or less, there is with it. */
  readonly weight: number
  /** The change of the same name before this one, while that is not answered either. */
  before: Owed<T> | undefined
  readonly #register: Register<T>

  constructor(
    register: Register<T>,
    change: Pick<Owed<T>, 'key' | 'value' | 'pipeline' | 'before' | 'weight'>,
  ) {
    this.#register = register
    this.key = change.key
    this.value = change.value
    this.pipeline = change.pipeline
    this.weight = change.weight
    this.before = change.before
  }

  confirm(): void {
    this.#register.settle(this, true)
  }

  undo(): void {
    this.#register.settle(this, false)
  }
}

/** A definition or a removal that the database has not answered yet. Exactly one of the two is called, once. */
export type Change = {
  /** The database did it. */
  readonly confirm: () => void
  /** The database refused it, or passed over it behind an error. */
  readonly undo: () => void
}

type Owed<T> = { readonly pipeline: number; readonly value: T | undefined }

/**
 * Things by name. What the database has not answered yet counts for the messages of the same pipeline alone: those it
 * passes over together with the definition when that fails. Behind the Sync it may be the older one that is there.
 */
export class Register<T> {
  readonly #known = new Map<string, T>()
  readonly #owed = new Map<string, Owed<T>[]>()

  /** What has the name for a message of this pipeline. Undefined too where that is not known yet. */
  get(key: string, pipeline: number): T | undefined {
    const last = this.#owed.get(key)?.at(-1)
    if (last === undefined) return this.#known.get(key)
    return last.pipeline === pipeline ? last.value : undefined
  }

  /** True where only the database knows what has the name: an earlier pipeline's change is not answered yet. */
  isOpen(key: string, pipeline: number): boolean {
    const last = this.#owed.get(key)?.at(-1)
    return last !== undefined && last.pipeline !== pipeline
  }

  /** True where changes of any name are not answered yet. */
  get owes(): boolean {
    return this.#owed.size > 0
  }

  /** Defines, or removes where `value` is undefined. */
  change(key: string, value: T | undefined, pipeline: number): Change {
    const owed: Owed<T> = { pipeline, value }
    const list = this.#owed.get(key)
    if (list === undefined) this.#owed.set(key, [owed])
    else list.push(owed)
    return {
      confirm: () => {
        this.#settle(key, owed)
        this.set(key, value)
      },
      undo: () => this.#settle(key, owed),
    }
  }

  /** Sets or removes what the database has confirmed. */
  set(key: string, value: T | undefined): void {
    this.#known.delete(key)
    if (value !== undefined) this.#known.set(key, value)
  }

  /** Changes everything that is confirmed; what becomes undefined is removed. */
  update(change: (value: T) => T | undefined): void {
    // A copy: setting an entry moves it to the end of what is gone through.
    const confirmed = Array.from(this.#known)
    for (const [key, value] of confirmed) this.set(key, change(value))
  }

  /** Removes the oldest confirmed entries until no more than `most` are left. */
  limit(most: number): void {
    for (const key of this.#known.keys()) {
      if (this.#known.size <= most) return
      this.#known.delete(key)
    }
  }

  #settle(key: string, owed: Owed<T>): void {
    const left = this.#owed.get(key)?.filter((one) => one !== owed) ?? []
    if (left.length === 0) this.#owed.delete(key)
    else this.#owed.set(key, left)
  }
}

type Entry<Part, Made> = { readonly around: string; readonly parts: readonly Part[]; readonly made: Made }

/** How many things that begin with one part are remembered, the ones made last. */
const REMEMBERED = 16

/** The very same parts in the same order make the very same thing again, and so does nothing at all. */
export const madeOnce = <Part extends object, Made>(
  make: (parts: readonly Part[], around: string) => Made,
): ((parts: readonly Part[], around?: string) => Made) => {
  const entries = new WeakMap<object, readonly Entry<Part, Made>[]>()
  const nothing = {}
  return (parts, around = '') => {
    const [first = nothing] = parts
    const known = entries.get(first) ?? []
    const same = known.find((one) => one.around === around && equal(one.parts, parts))
    if (same !== undefined) return same.made
    const made = make(parts, around)
    entries.set(first, [{ around, parts, made }, ...known].slice(0, REMEMBERED))
    return made
  }
}

const equal = (some: readonly object[], others: readonly object[]): boolean =>
  some.length === others.length && some.every((one, i) => one === others[i])

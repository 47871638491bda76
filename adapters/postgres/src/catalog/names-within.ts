/** Names that begin alike: those to compare, and the others by their next character. */
type Branch = { readonly names: readonly string[]; readonly next: ReadonlyMap<string, Branch> }

/** So many names that begin alike are compared one by one. */
const FEW = 8

/**
 * Which of the names stand anywhere in a text; `names` in lower case. There may be thousands, and as many bodies: each
 * text is gone through once, however many names there are.
 */
export const namesWithin = (names: readonly string[]): ((text: string) => readonly string[]) => {
  if (names.length === 0) return () => []
  const root = branchOf(names, 0)
  return (text) => {
    const found = new Set<string>()
    const lower = text.toLowerCase()
    find(root, lower, found)
    // Within quotes a quote is doubled, and doubled again where the whole stands in others.
    const plain = lower.replaceAll(/""+/g, '"').replaceAll(/''+/g, "'")
    if (plain !== lower) find(root, plain, found)
    return [...found]
  }
}

/** `depth`: how many characters they have in common. */
const branchOf = (names: readonly string[], depth: number): Branch => {
  if (depth > 0 && names.length <= FEW) return { names, next: new Map() }
  const longer = names.filter((name) => name.length > depth)
  const next = Map.groupBy(longer, (name) => name.charAt(depth))
  return {
    names: names.filter((name) => name.length === depth),
    next: new Map([...next].map(([sign, some]) => [sign, branchOf(some, depth + 1)])),
  }
}

const find = (root: Branch, text: string, found: Set<string>): void => {
  for (let start = 0; start < text.length; start++) {
    let at: Branch | undefined = root
    for (let end = start; at !== undefined; end++) {
      for (const name of at.names) if (text.startsWith(name, start)) found.add(name)
      at = at.next.get(text.charAt(end))
    }
  }
}

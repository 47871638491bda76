/**
 * Those who call one another together, and everybody else alone; whoever is called comes before who calls. Who has no
 * line in `calls` calls nobody. Kosaraju's algorithm, without recursion: chains of calls may be long.
 */
export const circlesOf = <One>(calls: ReadonlyMap<One, readonly One[]>): readonly (readonly One[])[] => {
  const callers = new Map<One, One[]>()
  for (const [caller, called] of calls)
    for (const one of called) {
      const list = callers.get(one)
      if (list) list.push(caller)
      else callers.set(one, [caller])
    }
  // Of who is finished last, nobody outside its circle that comes later calls it.
  const order = finishing([...callers.keys(), ...calls.keys()], callers)
  const seen = new Set<One>()
  return order.toReversed().flatMap((one) => {
    const circle = finishing([one], calls, seen)
    return circle.length > 0 ? [circle] : []
  })
}

/** All that can be reached, each behind what it leads to. */
const finishing = <One>(
  from: readonly One[],
  ways: ReadonlyMap<One, readonly One[]>,
  seen = new Set<One>(),
): One[] => {
  const finished: One[] = []
  const open: { readonly one: One; next: number }[] = []
  const enter = (one: One): void => {
    if (seen.has(one)) return
    seen.add(one)
    open.push({ one, next: 0 })
  }
  for (const start of from) {
    enter(start)
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const way = ways.get(top.one)?.[top.next++]
      if (way !== undefined) enter(way)
      else finished.push(open.pop()?.one ?? top.one)
    }
  }
  return finished
}

/** Bytes that an object of the tree takes, its field names shared with others of its shape: measured, rounded up. */
const bytesPerObject = 64
const bytesPerField = 8

/**
 * Freezes a tree that came from the parser's thread, every node and list of it; the bytes it takes, roughly.
 * Without recursion: how deep the tree is was decided elsewhere.
 */
export const deepFreeze = (root: object): number => {
  const open: object[] = [root]
  let bytes = 0
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    bytes += bytesPerObject
    for (const value of Object.values(node) as unknown[]) {
      bytes += bytesPerField
      if (typeof value === 'object' && value !== null) open.push(value)
      else if (typeof value === 'string') bytes += 2 * value.length
    }
    Object.freeze(node)
  }
  return bytes
}

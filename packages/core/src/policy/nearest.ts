/** Words longer than this are no typing slip of any name we know; bounds the work on hostile files. */
const longestWord = 64

/** The known name that `word` most likely stands for, or undefined where none is near. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  if (word.length > longestWord) return undefined
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase())
    if (distance > Math.max(1, Math.floor(name.length / 3))) continue
    if (best === undefined || distance < best.distance) best = { name, distance }
  }
  return best?.name
}

/** `did you mean …?` where a name is near, else the list of what there is. */
export const suggest = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known)
  if (near !== undefined) return `did you mean \`${near}\`?`
  return known.length === 0 ? 'leave it out' : `use one of ${listNames(known)}`
}

/** `a`, `b`, `c` in backticks. */
export const listNames = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** Levenshtein distance with a swap of neighbours counted as one edit. */
const editDistance = (a: string, b: string): number => {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}

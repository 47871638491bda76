/** "GO": a line of its own, with a count perhaps. */
const separator = /^[ \t]*go(?:[ \t]+\d+)?[ \t]*(?:--.*)?$/i

/** What a text goes through that is not SQL itself: its begin, its end, and whether it nests in itself. */
const spans: readonly (readonly [open: string, close: string])[] = [
  ["'", "'"],
  ['"', '"'],
  ['[', ']'],
  ['--', '\n'],
]

/** The end of a comment that nests; the end of the text where it is not closed. */
const commentEnd = (text: string, start: number): number => {
  let depth = 1
  let at = start + 2
  for (; at < text.length && depth > 0; at++) {
    const pair = text.slice(at, at + 2)
    if (pair !== '/*' && pair !== '*/') continue
    depth += pair === '/*' ? 1 : -1
    at++
  }
  return at
}

/** The offset behind what begins here and is no place for a separator; `at` where nothing such begins. */
const spanEnd = (text: string, at: number): number => {
  if (text.startsWith('/*', at)) return commentEnd(text, at)
  const span = spans.find(([open]) => text.startsWith(open, at))
  if (span === undefined) return at
  const [open, close] = span
  const end = text.indexOf(close, at + open.length)
  // A line comment ends before the line break: a separator may follow it.
  if (close === '\n') return end === -1 ? text.length : end
  return end === -1 ? text.length : end + 1
}

/**
 * The batches of a script as clients such as sqlcmd send them: the lines `GO` between them reach no server. A separator
 * inside of a string, a quoted name or a comment is none.
 */
export const batchesOf = (script: string): readonly string[] => {
  const begins = script.includes('\n') ? /^[ \t]*go\b/im : /^[ \t]*go\b/i
  if (!begins.test(script)) return [script]
  const batches: string[] = []
  let from = 0
  for (let at = 0; at < script.length; ) {
    const lineStarts = at === 0 || script[at - 1] === '\n'
    const lineEnd = lineStarts ? endOfLine(script, at) : 0
    if (lineStarts && separator.test(script.slice(at, lineEnd).replace(/\r$/, ''))) {
      batches.push(script.slice(from, at))
      from = lineEnd
      at = Math.max(lineEnd, at + 1)
    } else at = Math.max(spanEnd(script, at), at + 1)
  }
  batches.push(script.slice(from))
  return batches.filter((batch) => batch.trim() !== '')
}

const endOfLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

/** The lengths that the budgets speak of, in bytes. */
export const SHORT_BYTES = 55
export const LONG_BYTES = 600

/**
 * A statement that all dialects read, of exactly so many bytes, with `value` in it: two with other values are one to
 * the cache of canonical texts, and two to that of exact ones.
 */
export function statementOf(bytes: number, value: number, table = 'orders'): string {
  const literal = String(value).padStart(8, '1')
  const tail = ` from ${table} where id = ${literal}`
  let head = 'select id, total'
  for (let i = 0; head.length + tail.length < bytes; i++) head += piece(i)
  const rest = bytes - tail.length
  // What is left over is filled with spaces, as people's SQL is.
  const cut = head.length > rest ? head.slice(0, head.lastIndexOf(',', rest)) : head
  // Made anew, so that it is one flat string as a client's bytes become one.
  return Buffer.from(cut.padEnd(rest) + tail).toString()
}

const piece = (i: number): string =>
  [`, note as n${i}`, `, upper(name) as upper_${i}`, `, total * ${i + 2} as t${i}`, `, coalesce(a${i}, 'x')`][
    i % 4
  ] ?? ''

/** Statements that are one to the cache of canonical texts; those of another round are other texts. */
export function alike(bytes: number, count: number, round: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => statementOf(bytes, 20_000_000 + round * count + i))
}

/**
 * The same, but each is spaced in another way than those before it, so that none is known again but by its canonical
 * text.
 */
export function spaced(bytes: number, count: number, round: number): readonly string[] {
  return alike(bytes, count, round).map((text, i) => {
    const other = (round * count + i).toString(2).replaceAll('0', ' ').replaceAll('1', '\n')
    return Buffer.from(text.replace('select id', `select${other}id`)).toString()
  })
}

/** Statements that have nothing in common: each reads a table of its own. */
export function distinct(bytes: number, count: number, name: string): readonly string[] {
  return Array.from({ length: count }, (_, i) => statementOf(bytes, 1, `${name}_${i}`))
}

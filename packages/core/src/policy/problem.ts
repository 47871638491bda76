/** One thing wrong with a file that people write, with what to write instead. Lines and columns count from 1. */
export type Problem = {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Where in the document, e.g. `rules[2].when`; empty for the document itself. */
  readonly path: string
  readonly message: string
}

/** A value or all that is wrong with it, never the first error only. */
export type Loaded<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** `policy.yaml:3:5 rules[0].when: …`, the form that editors and CI systems turn into links. */
export const formatProblem = (problem: Problem): string => {
  const place = `${problem.file}:${problem.line}:${problem.column}`
  return problem.path === '' ? `${place} ${problem.message}` : `${place} ${problem.path}: ${problem.message}`
}

/** In the order of the file, so that the same text always gives the same report. */
export const sortProblems = (problems: readonly Problem[]): readonly Problem[] =>
  problems.toSorted(
    (a, b) =>
      compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
  )

const compare = (a: string, b: string): number => {
  if (a === b) return 0
  return a < b ? -1 : 1
}

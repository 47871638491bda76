const strings = [
  "''",
  "'a'",
  "'select'",
  "'a;b'",
  "'--'",
  "'/*'",
  "'*/'",
  "'`'",
  "'é'",
  "'$1'",
  "'\n'",
  "'1'",
  "'[x]'",
]
const longString = `'${'x'.repeat(140)}'`
const digits = ['0', '1', '007', '50000', '0000', '9'.repeat(30)]

/** A text with gaps for constants: `Pattern` of `@sluice/reading`, whose kinds are 0 for digits and 1 for a string. */
type Gaps = {
  readonly first: string
  readonly kinds: readonly number[]
  readonly behind: readonly string[]
}

/** Texts that are the pattern with constants in its gaps that lexers could take for something else. */
export const withOtherConstants = ({ first, kinds, behind }: Gaps): readonly string[] =>
  [0, 5, 9].map((turn) =>
    kinds.reduce((text, kind, index) => {
      const from = kind === 0 ? digits : [...strings, longString]
      return text + (from[(turn + index * 3) % from.length] ?? '') + (behind[index] ?? '')
    }, first),
  )

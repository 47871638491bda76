/** The version whose grammar our parser has. */
export const NEWEST = 18

/**
 * The first version in which every word that begins a call in our parser's grammar is a keyword (`keywords.ts`), and in
 * which `\v` stands for a vertical tab.
 */
const ALL_KEYWORDS = 17

/** The first version that reads `0x1F` and `1_000` as one number. */
export const GROUPED_DIGITS = 16

/** Whether a server reads a text differently than the newest one does. */
export const readsAsOlder = (major: number): boolean => major < ALL_KEYWORDS

/** The major version in `server_version`, as `16.4 (Debian 16.4-1)` or `18beta1`; the newest where it does not say. */
export const majorOf = (version: string | undefined): number => {
  const digits = /^\d{1,3}/.exec(version ?? '')
  return digits === null ? NEWEST : Number(digits[0])
}

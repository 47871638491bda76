/** What crosses to the parser's thread: one statement. */
export type Source = {
  /** Its canonical text, with the literals in it where `literals` says so. */
  readonly text: string
  readonly literals: boolean
  readonly quotedIdentifier: boolean
  /** Variables that may hold rows' values. */
  readonly tainted: readonly string[]
}

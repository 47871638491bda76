/** What a reader says of a statement that changes or reads rows, as far as two readers can be held against each other. */
export type Testimony = {
  readonly verb: string
  /** Tables with their database where it is named, in lower case: those that are written and names of WITH too. */
  readonly tables: ReadonlySet<string>
  /** Names of columns in expressions, in lower case, without their tables. */
  readonly columns: ReadonlySet<string>
  /** Databases of functions, in lower case, which others may take for columns. */
  readonly qualifiers?: ReadonlySet<string>
  /** How AND, OR, XOR and NOT are nested around everything else; absent where the reader gets it wrong. */
  readonly logic?: string
}

/** A reader of canonical text; undefined where it does not accept the text. */
export type Witness = (text: string) => Testimony | undefined

/**
 * The one form of a name. Names compare by the database's collation; nearly all of them ignore case, so we do too. In
 * a database that does not, two names that differ only in case are taken for one: the analysis then finds no table or
 * the other one, whose labels count as well when the catalog is folded the same way.
 */
export const foldName = (name: string): string => name.toLowerCase()

/** Longest identifier, in characters; `#temp` tables and variables have a smaller bound that is not checked here. */
export const identifierLength = 128

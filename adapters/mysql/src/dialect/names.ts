import { Unreadable } from '@sluice/reading/unreadable'

/**
 * Letters, and what stands between them, whose small letters the servers do not know, or know others of: they fold as Unicode
 * did long ago (my_unicase_default).
 */
const UNFOLDED =
  '\\u0130\\u0220\\u023a-\\u023e\\u0241-\\u024e\\u0370-\\u0372\\u0376\\u037f\\u03cf\\u03d8\\u03f4\\u03f7-\\u03fa\\u03fd-\\u03ff\\u048a\\u04c0\\u04c5\\u04c9\\u04cd\\u04f6\\u04fa-\\u052e\\u10a0-\\u10c7\\u10cd\\u13a0-\\u13f5\\u1c89\\u1c90-\\u1cbf\\u1e9e\\u1efa-\\u1efe\\u2132\\u2183\\u2c00-\\u2c2f\\u2c60-\\u2c64\\u2c67-\\u2c72\\u2c75\\u2c7e-\\u2ce2\\u2ceb-\\u2ced\\u2cf2\\ua640-\\ua66c\\ua680-\\ua69a\\ua722-\\ua72e\\ua732-\\ua76e\\ua779-\\ua786\\ua78b-\\ua78d\\ua790-\\ua792\\ua796-\\ua7dc\\ua7f5'

/**
 * Names are UTF-8 of three bytes a letter: what is longer, or none at all, becomes `?` to a server, and a name ends at a NUL
 * for some of what it is looked up by.
 */
const STRANGE = new RegExp(`[\\0\\ufffd\\u{10000}-\\u{10ffff}${UNFOLDED}]`, 'u')

/** No server takes a longer one, and that for an alias alone. Patterns of a policy are looked for in names. */
const LONGEST_NAME = 256

/** The name, where it is the same name to the servers. Throws Unreadable. INVARIANT (no-unproven-column). */
export const checkedName = (name: string): string => {
  if (name.length > LONGEST_NAME) throw new Unreadable('a name is longer than servers take')
  if (STRANGE.test(name)) throw new Unreadable('a name has a character that servers take for another')
  return name
}

const ASCII = /^[\0-\x7f]*$/

/** Folds a name as servers compare it: letter by letter, so that no letter hangs on its neighbours. */
export const foldName = (name: string): string =>
  ASCII.test(name) ? name.toLowerCase() : Array.from(name, (letter) => letter.toLowerCase()).join('')

const PLAIN = /^[a-z0-9_$.]+$/

/**
 * The name of a setting or of a prepared statement, in lower case. The servers look it up without accents and without spaces
 * at its end: `sql_m\u00f6de` is `sql_mode`. Throws Unreadable where it is not plain.
 */
export const checkedPlainName = (name: string): string => {
  if (!PLAIN.test(name))
    throw new Unreadable('a setting or a prepared statement has a name that servers take for another')
  return name
}

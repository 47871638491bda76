import type { BuiltinFunction } from '@sluice/core/analysis/traits'
import type { FunctionEffect } from '@sluice/core/catalog/catalog'
import { PURE_FUNCTIONS, READING_FUNCTIONS } from './pure-functions.ts'
import { isBlank, tellingOf } from './telling.ts'

/**
 * Read something that no argument shows: what XQuery takes
 * from columns (`sql:column`), the text of an error, of a module or of another session, keys of full-text search.
 */
const HIDDEN_READS = `
  certenclosed certencoded certprivatekey contains context_info crypt_gen_random decryptbyasymkey decryptbycert
  decryptbykey decryptbykeyautoasymkey decryptbykeyautocert decryptbypassphrase encryptbyasymkey encryptbycert
  encryptbykey encryptbypassphrase error_message eventdata fn_helpcollations fn_my_permissions freetext
  object_definition session_context signbyasymkey signbycert verifysignedbyasymkey verifysignedbycert
  @search
`

/** A variable that rows may have been put into, a method that may look at more than its value. */
const VARIABLES = '@method @variable'

/** Make one text of all that a query returns. */
const ONE_TEXT = '@for json @for xml'

const DYNAMIC = 'openquery @execute'
const NETWORK = 'opendatasource openrowset @remote'
const FILES = '@openrowset bulk'
const SEQUENCES = '@next value for'

/** Columns of functions in FROM, where they are the same whatever the arguments. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = { generate_series: ['value'] }

type Lineage = BuiltinFunction['lineage']

const names = (list: string): readonly string[] =>
  // Names that the grammar makes up may hold a blank: they stand on lines of their own.
  [...list.matchAll(/@(?:for json|for xml|next value for|openrowset bulk)|\S+/g)].map(([name]) => name)

const table = (): ReadonlyMap<string, BuiltinFunction> => {
  const functions = new Map<string, BuiltinFunction>()
  const add = (list: string, effect: FunctionEffect, lineage: Lineage): void => {
    for (const name of names(list)) {
      const columns = COLUMNS[name]
      const telling = tellingOf(name)
      functions.set(name, {
        effect,
        lineage,
        ...(columns ? { columns } : {}),
        ...(telling ? { telling } : {}),
        ...(isBlank(name) ? { blank: true } : {}),
      })
    }
  }
  add(PURE_FUNCTIONS, 'pure', 'arguments')
  add(ONE_TEXT, 'pure', 'arguments')
  add(READING_FUNCTIONS, 'reads', 'arguments')
  add(HIDDEN_READS, 'reads', 'unknown')
  add(VARIABLES, 'pure', 'unknown')
  add(DYNAMIC, 'dynamic', 'unknown')
  add(NETWORK, 'network', 'unknown')
  add(FILES, 'file', 'unknown')
  add(SEQUENCES, 'sequence', 'arguments')
  return functions
}

const FUNCTIONS = table()

/** A function of the system by its bare name; undefined: not listed, so it can do anything. */
export const builtinFunction = (name: string): BuiltinFunction | undefined => FUNCTIONS.get(name)

/**
 * What a statement means can hang on its literals: `PREPARE s FROM '…'` runs its text, `SET sql_mode = '…'` changes how
 * the next one is read. A statement that names one of these, or that begins with another word than those of
 * `dataWords`, is read with its literals.
 */

/** A statement whose first word is one of these is read without its literals. */
const dataWords: ReadonlySet<string> = new Set([
  'select',
  'insert',
  'replace',
  'update',
  'delete',
  'values',
  'with',
  'table',
  'explain',
  'describe',
  'desc',
  'create',
  'alter',
  'drop',
])

const names: ReadonlySet<string> = new Set([
  'load_file',
  'outfile',
  'dumpfile',
  'get_lock',
  'release_lock',
  'is_free_lock',
  'is_used_lock',
  'sys_exec',
  'sys_eval',
  'sleep',
  'benchmark',
  'name_const',
])

/** Whether a name makes the statement's meaning hang on its literals. */
export const hangsOnLiterals = (name: string): boolean => names.has(name)

/** Whether a statement that begins with this word is read without its literals. */
export const isDataWord = (word: string): boolean => dataWords.has(word)

import type { BuiltinFunction } from '@sluice/core/analysis/traits'
import type { FunctionEffect } from '@sluice/core/catalog/catalog'
import { PURE_FUNCTIONS } from './pure-functions.ts'
import { isOpenVariable } from './settings.ts'
import { isBlank, tellingOf, warningOf } from './telling.ts'

/** Read facts of the server and of the session that say nothing of any row. */
const READS = `
  benchmark binlog_gtid_pos connection_id current_role current_user database found_rows gtid_subset gtid_subtract icu_version
  is_free_lock is_used_lock last_insert_id ps_current_thread_id ps_thread_id roles_graphml row_count schema session_user
  sleep system_user user version
`

/** Change the session: its locks and what it waits for; `:=` puts a value into a variable. */
const SESSION = `
  := get_lock master_gtid_wait master_pos_wait release_all_locks release_lock source_pos_wait wait_for_executed_gtid_set
  wait_until_sql_thread_after_gtids
`

/** What GET DIAGNOSTICS runs: it counts the warnings of the statement before, and says what they say. No call has this name. */
export const DIAGNOSTICS = 'get diagnostics'

type Lineage = BuiltinFunction['lineage']

const table = (): ReadonlyMap<string, BuiltinFunction> => {
  const functions = new Map<string, BuiltinFunction>()
  const add = (names: string, effect: FunctionEffect, lineage: Lineage): void => {
    for (const name of names.trim().split(/\s+/)) {
      const telling = tellingOf(name)
      const warns = warningOf(name)
      functions.set(name, {
        effect,
        lineage,
        ...(telling ? { telling } : {}),
        ...(isBlank(name) ? { blank: true } : {}),
        ...(warns === undefined ? {} : { warns }),
      })
    }
  }
  add(PURE_FUNCTIONS, 'pure', 'arguments')
  add(READS, 'reads', 'arguments')
  add(SESSION, 'session', 'arguments')
  add('nextval setval', 'sequence', 'arguments')
  add('lastval', 'reads', 'arguments')
  add('load_file', 'file', 'unknown')
  add('sys_exec sys_eval', 'program', 'unknown')
  functions.set(DIAGNOSTICS, { effect: 'reads', lineage: 'arguments' })
  return functions
}

const FUNCTIONS = table()

/** Whatever an earlier statement put into a variable comes out of it. */
const USER_VARIABLE: BuiltinFunction = { effect: 'reads', lineage: 'unknown' }
const OPEN_VARIABLE: BuiltinFunction = { effect: 'reads', lineage: 'arguments' }
/** LAST_INSERT_ID(expression) makes it the value of the next LAST_INSERT_ID(). */
const SETS: BuiltinFunction = { effect: 'session', lineage: 'arguments' }
/** Functions on geometries all look at their arguments only. */
const GEOMETRY: BuiltinFunction = { effect: 'pure', lineage: 'arguments' }

/**
 * A function of the server, `:=`, or a variable as `@name` or `@@name`; undefined: not listed, so it can do anything.
 * Of the users' own functions it says nothing: `max (a)`, with a space or a comment, and a name in quotes call those of some
 * names, so the worst of both counts (findFunction in core). `args` says how many arguments it is given.
 */
export const builtinFunction = (name: string, args = 0): BuiltinFunction | undefined => {
  if (name === 'last_insert_id' && args > 0) return SETS
  const listed = FUNCTIONS.get(name)
  if (listed) return listed
  if (name.startsWith('@@')) return isOpenVariable(name.slice(2)) ? OPEN_VARIABLE : USER_VARIABLE
  if (name.startsWith('@')) return USER_VARIABLE
  return name.startsWith('st_') ? GEOMETRY : undefined
}

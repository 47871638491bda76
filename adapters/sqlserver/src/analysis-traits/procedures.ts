import type { Effect } from '@sluice/core/analysis/facts'
import type { BuiltinProcedure } from '@sluice/core/analysis/traits'
import type { FunctionEffect } from '@sluice/core/catalog/catalog'
import type { Name } from '@sluice/core/statement/node'

/** "System stored procedures": catalog procedures and the `sp_help` family look at the server's own catalogs. */
const READS = `
  sp_column_privileges sp_column_privileges_ex sp_columns sp_columns_ex sp_databases sp_datatype_info sp_fkeys
  sp_foreignkeys sp_help sp_helpconstraint sp_helpdb sp_helpdbfixedrole sp_helpdevice sp_helpextendedproc sp_helpfile
  sp_helpfilegroup sp_helpindex sp_helplanguage sp_helplinkedsrvlogin sp_helplogins sp_helpntgroup sp_helpremotelogin
  sp_helprole sp_helprolemember sp_helprotect sp_helpserver sp_helpsort sp_helpsrvrole sp_helpsrvrolemember sp_helpstats
  sp_helptext sp_helptrigger sp_helpuser sp_indexes sp_linkedservers sp_lock sp_monitor sp_pkeys sp_primarykeys
  sp_server_info sp_spaceused sp_special_columns sp_sproc_columns sp_statistics sp_stored_procedures sp_table_privileges
  sp_tables sp_tables_ex sp_who sp_who2
`

const SESSION = 'sp_bindsession sp_getapplock sp_getbindtoken sp_releaseapplock sp_set_session_context'

const DDL = `
  sp_addextendedproperty sp_addmessage sp_addtype sp_addumpdevice sp_bindefault sp_bindrule sp_createstats sp_dropdevice
  sp_dropextendedproperty sp_dropmessage sp_droptype sp_procoption sp_recompile sp_refreshsqlmodule sp_refreshview
  sp_rename sp_renamedb sp_settriggerorder sp_tableoption sp_unbindefault sp_unbindrule
  sp_updateextendedproperty
`

/** Logins, users, roles: who may do what. */
const DCL = `
  sp_addapprole sp_addlogin sp_addremotelogin sp_addrole sp_addrolemember sp_addsrvrolemember sp_adduser
  sp_approlepassword sp_change_users_login sp_changedbowner sp_changeobjectowner sp_defaultdb sp_defaultlanguage
  sp_denylogin sp_dropapprole sp_droplogin sp_dropremotelogin sp_droprole sp_droprolemember sp_dropsrvrolemember
  sp_dropuser sp_grantdbaccess sp_grantlogin sp_password sp_revokedbaccess sp_revokelogin
`

const ADMIN = `
  sp_autostats sp_certify_removable sp_configure sp_create_plan_guide sp_control_plan_guide sp_cycle_errorlog
  sp_dboption sp_dbcmptlevel sp_delete_backuphistory sp_detach_db sp_dropextendedproc sp_dropserver
  sp_dropserverroles sp_indexoption sp_invalidate_textptr sp_resetstatus sp_serveroption sp_setnetname
  sp_trace_create sp_trace_setevent sp_trace_setfilter sp_trace_setstatus sp_updatestats sp_validname
`

type Kind = { readonly effect: FunctionEffect; readonly effects: readonly Effect[] }

/** Procedures that reach out of the database, by what they reach. */
const OUTSIDE: Readonly<Record<string, Kind>> = {
  sp_addextendedproc: { effect: 'admin', effects: ['program'] },
  sp_addlinkedserver: { effect: 'admin', effects: ['network'] },
  sp_addlinkedsrvlogin: { effect: 'admin', effects: ['network'] },
  sp_addserver: { effect: 'admin', effects: ['network'] },
  sp_attach_db: { effect: 'admin', effects: ['file', 'ddl'] },
  sp_attach_single_file_db: { effect: 'admin', effects: ['file', 'ddl'] },
  sp_readerrorlog: { effect: 'admin', effects: ['file', 'read'] },
  sp_testlinkedserver: { effect: 'network', effects: [] },
  sp_sequence_get_range: { effect: 'sequence', effects: [] },
  sp_oacreate: { effect: 'program', effects: [] },
  sp_oadestroy: { effect: 'program', effects: [] },
  sp_oagetproperty: { effect: 'program', effects: [] },
  sp_oamethod: { effect: 'program', effects: [] },
  sp_oasetproperty: { effect: 'program', effects: [] },
  sp_oastop: { effect: 'program', effects: [] },
  xp_cmdshell: { effect: 'program', effects: [] },
  // A path may lead to another machine.
  xp_create_subdir: { effect: 'file', effects: ['network'] },
  xp_delete_file: { effect: 'file', effects: ['network'] },
  xp_dirtree: { effect: 'file', effects: ['network'] },
  xp_enumerrorlogs: { effect: 'file', effects: [] },
  xp_fileexist: { effect: 'file', effects: ['network'] },
  xp_fixeddrives: { effect: 'file', effects: [] },
  xp_readerrorlog: { effect: 'admin', effects: ['file', 'read'] },
  xp_regdeletekey: { effect: 'admin', effects: [] },
  xp_regdeletevalue: { effect: 'admin', effects: [] },
  xp_regread: { effect: 'admin', effects: [] },
  xp_regwrite: { effect: 'admin', effects: [] },
  xp_servicecontrol: { effect: 'admin', effects: ['program'] },
  xp_subdirs: { effect: 'file', effects: ['network'] },
}

const table = (): ReadonlyMap<string, BuiltinProcedure> => {
  const procedures = new Map<string, BuiltinProcedure>(Object.entries(OUTSIDE))
  const add = (list: string, kind: Kind): void => {
    for (const name of list.trim().split(/\s+/)) procedures.set(name, kind)
  }
  add(READS, { effect: 'reads', effects: [] })
  add(SESSION, { effect: 'session', effects: [] })
  add(DDL, { effect: 'pure', effects: ['ddl'] })
  add(DCL, { effect: 'pure', effects: ['dcl'] })
  add(ADMIN, { effect: 'admin', effects: [] })
  for (const name of ['sp_setapprole', 'sp_unsetapprole'])
    procedures.set(name, { effect: 'session', effects: [], setsIdentity: true })
  return procedures
}

const PROCEDURES = table()

/** Schemas under which the server finds its own procedures first ("Naming stored procedures": the prefix `sp_`). */
const OWN: ReadonlySet<string> = new Set(['', 'dbo', 'sys'])

/**
 * A procedure of the system, as EXECUTE names it. Under the name of another database than `master` it works on that
 * one, and a fourth name is another server: both are not known.
 */
export const builtinProcedure = (name: Name): BuiltinProcedure | undefined => {
  const [schema, database] = [name.at(-2) ?? '', name.at(-3) ?? 'master']
  if (name.length > 3 || !OWN.has(schema) || database !== 'master') return undefined
  return PROCEDURES.get(name.at(-1) ?? '')
}

import type { Node } from './libpg-truth.ts'

/** The words of an object type, where they are not those of its constant. */
const OBJECTS: Readonly<Record<string, string>> = {
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FDW: 'foreign data wrapper',
  OBJECT_FOREIGN_SERVER: 'server',
  OBJECT_LARGEOBJECT: 'large object',
  OBJECT_OPCLASS: 'operator class',
  OBJECT_OPFAMILY: 'operator family',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_DOMCONSTRAINT: 'constraint',
  OBJECT_TSCONFIGURATION: 'text search configuration',
  OBJECT_TSDICTIONARY: 'text search dictionary',
  OBJECT_TSPARSER: 'text search parser',
  OBJECT_TSTEMPLATE: 'text search template',
}

const words = (type: unknown): string =>
  OBJECTS[String(type)] ?? String(type).replace('OBJECT_', '').replaceAll('_', ' ').toLowerCase()

/** INTO of a set operation stands in its first query. */
const hasInto = (body: Node): boolean =>
  body['intoClause'] !== undefined || (body['larg'] !== undefined && hasInto(body['larg'] as Node))

/** `CreateEnumStmt` is CREATE TYPE: the statements whose words are not in the node's name, or not in one way. */
const VERBS: Readonly<Record<string, string | ((body: Node) => string)>> = {
  SelectStmt: (b) =>
    hasInto(b) ? 'select into' : b['valuesLists'] && b['op'] === 'SETOP_NONE' ? 'values' : 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
  TruncateStmt: 'truncate',
  CreateStmt: 'create table',
  CreateForeignTableStmt: 'create foreign table',
  CreateTableAsStmt: (b) => `create ${words(b['objtype'])}`,
  IndexStmt: 'create index',
  ViewStmt: 'create view',
  RuleStmt: 'create rule',
  CreateTrigStmt: 'create trigger',
  CreateFunctionStmt: (b) => (b['is_procedure'] === true ? 'create procedure' : 'create function'),
  DefineStmt: (b) => `create ${words(b['kind'])}`,
  CompositeTypeStmt: 'create type',
  CreateEnumStmt: 'create type',
  CreateRangeStmt: 'create type',
  CreateSeqStmt: 'create sequence',
  CreateFdwStmt: 'create foreign data wrapper',
  CreateForeignServerStmt: 'create server',
  CreateUserMappingStmt: 'create user mapping',
  CreateAmStmt: 'create access method',
  CreateEventTrigStmt: 'create event trigger',
  CreatePLangStmt: 'create language',
  CreateTableSpaceStmt: 'create tablespace',
  CreateOpClassStmt: 'create operator class',
  CreateOpFamilyStmt: 'create operator family',
  CreatedbStmt: 'create database',
  CreateStatsStmt: 'create statistics',
  ImportForeignSchemaStmt: 'import foreign schema',
  AlterTableStmt: (b) => `alter ${words(b['objtype'])}`,
  AlterObjectSchemaStmt: (b) => `alter ${words(b['objectType'])}`,
  AlterObjectDependsStmt: (b) => `alter ${words(b['objectType'])}`,
  AlterOwnerStmt: (b) => `alter ${words(b['objectType'])}`,
  AlterTableMoveAllStmt: (b) => `alter ${words(b['objtype'])}`,
  AlterFunctionStmt: (b) => `alter ${words(b['objtype'])}`,
  AlterExtensionContentsStmt: 'alter extension',
  AlterSeqStmt: 'alter sequence',
  AlterEnumStmt: 'alter type',
  AlterFdwStmt: 'alter foreign data wrapper',
  AlterForeignServerStmt: 'alter server',
  AlterUserMappingStmt: 'alter user mapping',
  AlterEventTrigStmt: 'alter event trigger',
  AlterDatabaseSetStmt: 'alter database',
  AlterDatabaseRefreshCollStmt: 'alter database',
  AlterRoleSetStmt: 'alter role',
  AlterTableSpaceOptionsStmt: 'alter tablespace',
  AlterOpFamilyStmt: 'alter operator family',
  AlterStatsStmt: 'alter statistics',
  AlterTSDictionaryStmt: 'alter text search dictionary',
  AlterTSConfigurationStmt: 'alter text search configuration',
  AlterSystemStmt: 'alter system',
  AlterDefaultPrivilegesStmt: (b) => ((b['action'] as Node)['is_grant'] === true ? 'grant' : 'revoke'),
  RenameStmt: (b) => `alter ${renamed(b)}`,
  DropStmt: (b) => `drop ${words(b['removeType'])}`,
  DropOwnedStmt: 'drop owned',
  DropTableSpaceStmt: 'drop tablespace',
  DropUserMappingStmt: 'drop user mapping',
  DropdbStmt: 'drop database',
  CommentStmt: (b) => `comment ${words(b['objtype'])}`,
  RefreshMatViewStmt: 'refresh materialized view',
  GrantStmt: (b) => (b['is_grant'] === true ? 'grant' : 'revoke'),
  GrantRoleStmt: (b) => (b['is_grant'] === true ? 'grant' : 'revoke'),
  ReassignOwnedStmt: 'reassign',
  SecLabelStmt: 'security label',
  TransactionStmt: (b) => transaction(String(b['kind'])),
  VariableSetStmt: (b) => setting(b),
  VariableShowStmt: 'show',
  ConstraintsSetStmt: 'set',
  DiscardStmt: 'discard',
  CopyStmt: 'copy',
  ExplainStmt: 'explain',
  CallStmt: 'call',
  DoStmt: 'do',
  PrepareStmt: 'prepare',
  DeallocateStmt: 'deallocate',
  DeclareCursorStmt: 'declare',
  FetchStmt: (b) => (b['ismove'] === true ? 'move' : 'fetch'),
  ClosePortalStmt: 'close',
  ListenStmt: 'listen',
  UnlistenStmt: 'unlisten',
  NotifyStmt: 'notify',
  LockStmt: 'lock',
  VacuumStmt: (b) => (b['is_vacuumcmd'] === true ? 'vacuum' : 'analyze'),
  ClusterStmt: 'cluster',
  ReindexStmt: 'reindex',
  CheckPointStmt: 'checkpoint',
  LoadStmt: 'load',
}

const renamed = (body: Node): string => {
  const type = body['renameType']
  if (type === 'OBJECT_DOMCONSTRAINT') return 'domain'
  if (type === 'OBJECT_TABCONSTRAINT') return 'table'
  return words(type === 'OBJECT_COLUMN' || type === 'OBJECT_ATTRIBUTE' ? body['relationType'] : type)
}

const transaction = (kind: string): string => {
  const op = kind.replace('TRANS_STMT_', '').replaceAll('_', ' ').toLowerCase()
  return { start: 'begin', prepare: 'prepare transaction' }[op] ?? op
}

const setting = (body: Node): string => {
  const [kind, name] = [String(body['kind']), ((body['name'] as string | undefined) ?? '').toLowerCase()]
  if (kind === 'VAR_SET_MULTI') return name.startsWith('transaction') ? 'set transaction' : 'set'
  const identity = name === 'role' || name === 'session_authorization'
  const verb = kind.startsWith('VAR_RESET') || (identity && kind === 'VAR_SET_DEFAULT') ? 'reset' : 'set'
  return identity ? `${verb} ${name.replaceAll('_', ' ')}` : verb
}

/** A node's words: from the table, or as its name has them (`CreateDomainStmt`). */
export const verbOf = (kind: string, body: Node): string => {
  const verb = Object.hasOwn(VERBS, kind) ? VERBS[kind] : undefined
  if (typeof verb === 'function') return verb(body)
  return (
    verb ??
    kind
      .replace('Stmt', '')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
  )
}

const SESSION = new Set(
  'Discard Prepare Deallocate DeclareCursor ClosePortal Listen Unlisten Notify ConstraintsSet'.split(' '),
)
const ADMIN = new Set('Vacuum Cluster Reindex CheckPoint AlterSystem'.split(' '))
const DCL = new Set('Grant GrantRole AlterDefaultPrivileges ReassignOwned SecLabel'.split(' '))
const REMOTE = new Set('CreateSubscription AlterSubscription DropSubscription ImportForeignSchema'.split(' '))
const WRITES = new Set('Insert Update Delete Merge Lock'.split(' '))

const copyEffects = (body: Node): string[] => {
  const via = body['is_program'] === true ? ['program'] : body['filename'] === undefined ? [] : ['file']
  return [body['is_from'] === true ? 'write' : 'read', ...via]
}

const settingEffects = (body: Node): string[] => {
  const verb = setting(body)
  if (verb === 'set transaction') return []
  return body['kind'] === 'VAR_SET_VALUE' && verb !== 'set' ? ['session', 'admin'] : ['session']
}

/** What a node does by itself, whatever it holds. */
export const OWN_EFFECTS = (kind: string, body: Node): readonly string[] => {
  const name = kind.replace('Stmt', '')
  if (name === 'Select') return ['read']
  if (WRITES.has(name)) return ['write']
  if (DCL.has(name)) return ['dcl']
  if (ADMIN.has(name)) return ['admin']
  if (SESSION.has(name)) return name === 'DeclareCursor' ? ['session', 'read'] : ['session']
  if (REMOTE.has(name) || verbOf(kind, body) === 'alter subscription') return ['ddl', 'network']
  if (name === 'Transaction') return /_PREPARED?$/.test(String(body['kind'])) ? ['write'] : []
  if (name === 'VariableSet') return settingEffects(body)
  if (name === 'Copy') return copyEffects(body)
  if (name === 'Explain' || name === 'VariableShow' || name === 'Fetch') return ['read']
  if (name === 'Load') return ['admin', 'program']
  if (name === 'Do' || name === 'Call') return ['unknown']
  if (name === 'RefreshMatView') return ['ddl', 'read', 'write']
  return name === 'Truncate' || name === 'CreateTableAs' ? ['ddl', 'write'] : ['ddl']
}

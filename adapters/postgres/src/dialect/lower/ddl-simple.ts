import type { Ddl } from '@sluice/core/statement/command'
import type { Name } from '@sluice/core/statement/node'
import { Unreadable } from '@sluice/reading/unreadable'
import type { Node, RangeVar, RoleSpec, TypeName } from 'libpg-query'
import { type Body, type NodeKind, only, texts } from './context.ts'
import { ddl } from './ddl-parts.ts'
import type { Rules } from './expression.ts'
import { isTemporary, tableName } from './from.ts'
import { eachName, objectName, roleName } from './object.ts'

type NameField = string | readonly Node[] | RangeVar | RoleSpec | TypeName | undefined

/** A name in any of the forms that the grammar stores one in. */
const names = (field: NameField): Name[] => {
  if (field === undefined) return []
  if (typeof field === 'string') return [[field]]
  if (Array.isArray(field)) return [texts(field as readonly Node[])]
  if ('relname' in field) return [tableName(field)]
  if ('roletype' in field) return [[roleName(field)]]
  if ('names' in field) return [texts(field.names)]
  throw new Unreadable('an object is named in a form that is not known')
}

/**
 * The rule for a definition that runs nothing: `name` is the field that names the object, `others` the fields whose
 * names and constants are of no interest.
 */
const rule =
  <K extends NodeKind>(
    kind: K,
    verb: Ddl['verb'],
    object: string,
    name: readonly (keyof Body<K> & string)[],
    others: readonly (keyof Body<K> & string)[] = [],
  ) =>
  (body: Body<K>): Ddl => {
    const fields = only(kind, body as object, ...([...name, ...others] as never[])) as Record<
      string,
      NameField
    >
    return ddl(
      verb,
      object,
      name.flatMap((field) => names(fields[field])),
      {
        temporary: name.some((field) => isTemporary(fields[field] as RangeVar | undefined)),
      },
    )
  }

const rangeType = rule('CreateRangeStmt', 'create', 'type', ['typeName'], ['params'])

/** Definitions of roles, types, sequences, servers and the like: a name and options. */
export const simpleRules = {
  CreateSeqStmt: rule(
    'CreateSeqStmt',
    'create',
    'sequence',
    ['sequence'],
    ['options', 'for_identity', 'if_not_exists'],
  ),
  AlterSeqStmt: rule(
    'AlterSeqStmt',
    'alter',
    'sequence',
    ['sequence'],
    ['options', 'for_identity', 'missing_ok'],
  ),
  CreateExtensionStmt: rule(
    'CreateExtensionStmt',
    'create',
    'extension',
    ['extname'],
    ['if_not_exists', 'options'],
  ),
  AlterExtensionStmt: rule('AlterExtensionStmt', 'alter', 'extension', ['extname'], ['options']),
  CreateFdwStmt: rule(
    'CreateFdwStmt',
    'create',
    'foreign data wrapper',
    ['fdwname'],
    ['func_options', 'options'],
  ),
  AlterFdwStmt: rule(
    'AlterFdwStmt',
    'alter',
    'foreign data wrapper',
    ['fdwname'],
    ['func_options', 'options'],
  ),
  CreateForeignServerStmt: rule(
    'CreateForeignServerStmt',
    'create',
    'server',
    ['servername'],
    ['servertype', 'version', 'fdwname', 'if_not_exists', 'options'],
  ),
  AlterForeignServerStmt: rule(
    'AlterForeignServerStmt',
    'alter',
    'server',
    ['servername'],
    ['version', 'options', 'has_version'],
  ),
  CreateUserMappingStmt: rule(
    'CreateUserMappingStmt',
    'create',
    'user mapping',
    ['user'],
    ['servername', 'if_not_exists', 'options'],
  ),
  AlterUserMappingStmt: rule(
    'AlterUserMappingStmt',
    'alter',
    'user mapping',
    ['user'],
    ['servername', 'options'],
  ),
  DropUserMappingStmt: rule(
    'DropUserMappingStmt',
    'drop',
    'user mapping',
    ['user'],
    ['servername', 'missing_ok'],
  ),
  ImportForeignSchemaStmt: rule(
    'ImportForeignSchemaStmt',
    'import',
    'foreign schema',
    ['local_schema'],
    ['server_name', 'remote_schema', 'list_type', 'table_list', 'options'],
  ),
  CreateAmStmt: rule('CreateAmStmt', 'create', 'access method', ['amname'], ['handler_name', 'amtype']),
  CreateEventTrigStmt: rule(
    'CreateEventTrigStmt',
    'create',
    'event trigger',
    ['trigname'],
    ['eventname', 'whenclause', 'funcname'],
  ),
  AlterEventTrigStmt: rule('AlterEventTrigStmt', 'alter', 'event trigger', ['trigname'], ['tgenabled']),
  CreatePLangStmt: rule(
    'CreatePLangStmt',
    'create',
    'language',
    ['plname'],
    ['replace', 'plhandler', 'plinline', 'plvalidator', 'pltrusted'],
  ),
  CreateRoleStmt: rule('CreateRoleStmt', 'create', 'role', ['role'], ['stmt_type', 'options']),
  AlterRoleStmt: rule('AlterRoleStmt', 'alter', 'role', ['role'], ['options', 'action']),
  AlterRoleSetStmt: rule('AlterRoleSetStmt', 'alter', 'role', ['role'], ['database', 'setstmt']),
  CreateTableSpaceStmt: rule(
    'CreateTableSpaceStmt',
    'create',
    'tablespace',
    ['tablespacename'],
    ['owner', 'location', 'options'],
  ),
  DropTableSpaceStmt: rule('DropTableSpaceStmt', 'drop', 'tablespace', ['tablespacename'], ['missing_ok']),
  AlterTableSpaceOptionsStmt: rule(
    'AlterTableSpaceOptionsStmt',
    'alter',
    'tablespace',
    ['tablespacename'],
    ['options', 'isReset'],
  ),
  AlterTableMoveAllStmt: (body) => {
    const { objtype } = only(
      'AlterTableMoveAllStmt',
      body,
      'orig_tablespacename',
      'objtype',
      'roles',
      'new_tablespacename',
      'nowait',
    )
    return ddl('alter', objectName(objtype), [])
  },
  CreateOpClassStmt: rule(
    'CreateOpClassStmt',
    'create',
    'operator class',
    ['opclassname'],
    ['opfamilyname', 'amname', 'datatype', 'items', 'isDefault'],
  ),
  CreateOpFamilyStmt: rule('CreateOpFamilyStmt', 'create', 'operator family', ['opfamilyname'], ['amname']),
  AlterOpFamilyStmt: rule(
    'AlterOpFamilyStmt',
    'alter',
    'operator family',
    ['opfamilyname'],
    ['amname', 'isDrop', 'items'],
  ),
  AlterCollationStmt: rule('AlterCollationStmt', 'alter', 'collation', ['collname']),
  AlterStatsStmt: rule(
    'AlterStatsStmt',
    'alter',
    'statistics',
    ['defnames'],
    ['stxstattarget', 'missing_ok'],
  ),
  AlterTypeStmt: rule('AlterTypeStmt', 'alter', 'type', ['typeName'], ['options']),
  CreateEnumStmt: rule('CreateEnumStmt', 'create', 'type', ['typeName'], ['vals']),
  CreateRangeStmt: (body: Body<'CreateRangeStmt'>): Ddl => ({ ...rangeType(body), calls: true }),
  AlterEnumStmt: rule(
    'AlterEnumStmt',
    'alter',
    'type',
    ['typeName'],
    ['oldVal', 'newVal', 'newValNeighbor', 'newValIsAfter', 'skipIfNewValExists'],
  ),
  CreatedbStmt: rule('CreatedbStmt', 'create', 'database', ['dbname'], ['options']),
  AlterDatabaseStmt: rule('AlterDatabaseStmt', 'alter', 'database', ['dbname'], ['options']),
  AlterDatabaseRefreshCollStmt: rule('AlterDatabaseRefreshCollStmt', 'alter', 'database', ['dbname']),
  AlterDatabaseSetStmt: rule('AlterDatabaseSetStmt', 'alter', 'database', ['dbname'], ['setstmt']),
  DropdbStmt: rule('DropdbStmt', 'drop', 'database', ['dbname'], ['missing_ok', 'options']),
  CreateConversionStmt: rule(
    'CreateConversionStmt',
    'create',
    'conversion',
    ['conversion_name'],
    ['for_encoding_name', 'to_encoding_name', 'func_name', 'def'],
  ),
  CreateCastStmt: rule(
    'CreateCastStmt',
    'create',
    'cast',
    ['sourcetype', 'targettype'],
    ['func', 'context', 'inout'],
  ),
  CreateTransformStmt: rule(
    'CreateTransformStmt',
    'create',
    'transform',
    ['type_name'],
    ['replace', 'lang', 'fromsql', 'tosql'],
  ),
  AlterTSDictionaryStmt: rule(
    'AlterTSDictionaryStmt',
    'alter',
    'text search dictionary',
    ['dictname'],
    ['options'],
  ),
  AlterTSConfigurationStmt: rule(
    'AlterTSConfigurationStmt',
    'alter',
    'text search configuration',
    ['cfgname'],
    ['kind', 'tokentype', 'dicts', 'override', 'replace', 'missing_ok'],
  ),
  CreateSubscriptionStmt: rule(
    'CreateSubscriptionStmt',
    'create',
    'subscription',
    ['subname'],
    ['conninfo', 'publication', 'options'],
  ),
  AlterSubscriptionStmt: rule(
    'AlterSubscriptionStmt',
    'alter',
    'subscription',
    ['subname'],
    ['kind', 'conninfo', 'publication', 'options'],
  ),
  DropSubscriptionStmt: rule(
    'DropSubscriptionStmt',
    'drop',
    'subscription',
    ['subname'],
    ['missing_ok', 'behavior'],
  ),
  DropRoleStmt: (body) =>
    ddl('drop', 'role', eachName(only('DropRoleStmt', body, 'roles', 'missing_ok').roles)),
  DropOwnedStmt: (body) =>
    ddl('drop', 'owned', eachName(only('DropOwnedStmt', body, 'roles', 'behavior').roles)),
  DefineStmt: (body) => {
    const { kind, defnames } = only(
      'DefineStmt',
      body,
      'kind',
      'oldstyle',
      'defnames',
      'args',
      'definition',
      'if_not_exists',
      'replace',
    )
    return ddl('create', objectName(kind), [texts(defnames)])
  },
  AlterFunctionStmt: (body) => {
    const { objtype, func } = only('AlterFunctionStmt', body, 'objtype', 'func', 'actions')
    return ddl('alter', objectName(objtype), func === undefined ? [] : eachName([{ ObjectWithArgs: func }]))
  },
  AlterOperatorStmt: (body) => {
    const { opername } = only('AlterOperatorStmt', body, 'opername', 'options')
    return ddl('alter', 'operator', opername === undefined ? [] : eachName([{ ObjectWithArgs: opername }]))
  },
} satisfies Rules<Ddl>

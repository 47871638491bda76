import type { Dcl } from '@sluice/core/statement/command'
import type { Name } from '@sluice/core/statement/node'
import type { GrantStmt, Node } from 'libpg-query'
import { expect, only, required } from './context.ts'
import type { Rules } from './expression.ts'
import { plainTable } from './from.ts'
import { eachName, namesOf, objectName } from './object.ts'

const dcl = (verb: Dcl['verb'], names: readonly Name[], tables: readonly Name[] = []): Dcl => ({
  kind: 'dcl',
  verb,
  names,
  ...(tables.length > 0 ? { tables: tables.map(plainTable) } : {}),
})

const RELATIONS: ReadonlySet<string> = new Set([
  'table',
  'view',
  'materialized view',
  'foreign table',
  'column',
])

const checkPrivileges = (nodes: readonly Node[] | undefined): void => {
  for (const node of nodes ?? []) only('AccessPriv', expect('AccessPriv', node), 'priv_name', 'cols')
}

const grant = (body: GrantStmt): Dcl => {
  const { is_grant, objects, privileges, objtype, targtype } = only(
    'GrantStmt',
    body,
    'is_grant',
    'targtype',
    'objtype',
    'objects',
    'privileges',
    'grantees',
    'grant_option',
    'grantor',
    'behavior',
  )
  checkPrivileges(privileges)
  const names = eachName(objects)
  const tables = objtype === 'OBJECT_TABLE' && targtype === 'ACL_TARGET_OBJECT' ? names : []
  return dcl(is_grant === true ? 'grant' : 'revoke', names, tables)
}

/** Who may do what. */
export const dclRules = {
  GrantStmt: grant,
  GrantRoleStmt: (body) => {
    const { granted_roles, is_grant } = only(
      'GrantRoleStmt',
      body,
      'granted_roles',
      'grantee_roles',
      'is_grant',
      'opt',
      'grantor',
      'behavior',
    )
    checkPrivileges(granted_roles)
    const roles = (granted_roles ?? []).map((node) => [expect('AccessPriv', node).priv_name ?? ''])
    return dcl(is_grant === true ? 'grant' : 'revoke', roles)
  },
  AlterDefaultPrivilegesStmt: (body) => {
    const { action } = only('AlterDefaultPrivilegesStmt', body, 'options', 'action')
    return grant(required(action, 'AlterDefaultPrivilegesStmt.action'))
  },
  ReassignOwnedStmt: (body) =>
    dcl('reassign', eachName(only('ReassignOwnedStmt', body, 'roles', 'newrole').roles)),
  SecLabelStmt: (body) => {
    const { objtype, object } = only('SecLabelStmt', body, 'objtype', 'object', 'provider', 'label')
    const type = objectName(objtype)
    const names = namesOf(type, object)
    return dcl('security label', names, RELATIONS.has(type) ? names : [])
  },
} satisfies Rules<Dcl>

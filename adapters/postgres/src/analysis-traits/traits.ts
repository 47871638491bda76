import type { DialectTraits } from '@sluice/core/analysis/traits'
import { shapeOf } from '../values/structures.ts'
import { builtinFunction, makesAlike } from './functions.ts'
import { isBuiltinOperator, operatorsBehind } from './operators.ts'
import { outputName } from './output-name.ts'
import { looksAtPart } from './parts.ts'
import {
  isHarmlessSetting,
  isIdentitySetting,
  isOpenSetting,
  isTextSetting,
  unreadableSetting,
} from './settings.ts'
import { castTelling, isArrayType } from './telling.ts'
import { isBuiltinType } from './types.ts'

const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema', 'pg_toast'])

/** Row addresses and versions: "System Columns" in the chapter on data definition. */
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'])

/** What the analysis asks about PostgreSQL 13 to 18. */
export const postgresTraits: DialectTraits = {
  isSystemSchema: (schema) => SYSTEM_SCHEMAS.has(schema),
  isTemporarySchema: (schema) => schema.startsWith('pg_temp') || schema.startsWith('pg_toast_temp'),
  temporaryAlias: 'pg_temp',
  builtinFunction,
  isBuiltinOperator,
  operatorsBehind,
  isBuiltinType,
  makesAlike,
  castTelling,
  looksAtPart,
  isArrayType,
  isArrayId: (id) => shapeOf(id, undefined)?.kind === 'array',
  isSystemColumn: (name) => SYSTEM_COLUMNS.has(name),
  outputName,
  valuesColumn: (position) => `column${position}`,
  isHarmlessSetting,
  isTextSetting,
  isIdentitySetting,
  unreadable: unreadableSetting,
  settingFunction: 'set_config',
  isOpenSetting,
}

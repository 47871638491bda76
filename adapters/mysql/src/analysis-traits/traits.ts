import type { DialectTraits } from '@sluice/core/analysis/traits'
import { builtinFunction } from './functions.ts'
import { columnBytes, madeBytes, overflows } from './lengths.ts'
import { isBuiltinOperator } from './operators.ts'
import { mayBeText, outputName } from './output-name.ts'
import { isHarmlessSetting, isIdentitySetting, isOpenSetting } from './settings.ts'
import { castTelling, failingOperators, isBytesType } from './telling.ts'
import { isNumberType, isTextType, makesText } from './texts.ts'
import { isBuiltinType } from './types.ts'

/**
 * Where built-in functions stand: in no database, so no `mysql.f()` or `sys.f()` of anybody's making can pass for one.
 * A session's search path is this, then the current database.
 */
export const BUILTIN_SCHEMA = ''

/** Databases of the server's own. */
const CATALOGS: ReadonlySet<string> = new Set(['mysql', 'information_schema', 'performance_schema', 'sys'])

/** What the analysis asks about MySQL 8 and MariaDB 10.11. */
export const mysqlTraits: DialectTraits = {
  isSystemSchema: (schema) => schema === BUILTIN_SCHEMA,
  // Temporary tables stand in the databases of the others.
  isTemporarySchema: () => false,
  isCatalogSchema: (schema) => CATALOGS.has(schema.toLowerCase()),
  outputsInClauses: true,
  constantsMayBePositions: true,
  usingInTableOrder: true,
  builtinFunction,
  isBuiltinOperator,
  isBuiltinType,
  castTelling,
  castsWarn: true,
  firstTermTypes: true,
  failingOperators,
  collationsConvert: true,
  isBytesType,
  isTextType,
  isNumberType,
  makesText,
  madeBytes,
  overflows,
  columnBytes,
  isSystemColumn: () => false,
  outputName,
  mayBeText,
  // MySQL numbers from 0 ("VALUES Statement").
  valuesColumn: (position) => `column_${position - 1}`,
  // MariaDB calls them by what stands in the first row.
  valuesNamesVary: true,
  isHarmlessSetting,
  isIdentitySetting,
  isOpenSetting,
}

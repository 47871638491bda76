import type { DialectTraits } from '@sluice/core/analysis/traits'
import { builtinFunction } from './functions.ts'
import { isBuiltinOperator } from './operators.ts'
import { outputName } from './output-name.ts'
import { builtinProcedure } from './procedures.ts'
import { isHarmlessSetting, isIdentitySetting, isOpenSetting } from './settings.ts'
import { castTelling } from './telling.ts'
import { isBuiltinType } from './types.ts'

/** `sys` is always searched for functions by a bare name; the views of both schemas only by their full name. */
const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['sys', 'information_schema'])

/** What the analysis asks about SQL Server 2016 to 2025. Names are folded to lower case. */
export const sqlserverTraits: DialectTraits = {
  isSystemSchema: (schema) => SYSTEM_SCHEMAS.has(schema),
  // Temporary tables have names of their own (`#t`) and no schema.
  isTemporarySchema: () => false,
  ownSchema: (name) => (name.at(-1)?.startsWith('#') || name[0] === '@' ? '' : undefined),
  builtinFunction,
  builtinProcedure,
  isBuiltinOperator,
  isBuiltinType,
  castTelling,
  // `$rowguid`, `$identity` and `%%physloc%%` are refused by the grammar.
  isSystemColumn: () => false,
  outputName,
  // A VALUES list must be given column names.
  valuesColumn: (position) => `column${position}`,
  isHarmlessSetting,
  isIdentitySetting,
  isOpenSetting,
}

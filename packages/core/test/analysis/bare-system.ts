import { analyse } from '@sluice/core/analysis/analyse'
import type { Analysis } from '@sluice/core/analysis/context'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { DialectTraits } from '@sluice/core/analysis/traits'
import { buildCatalog } from '@sluice/core/catalog/build'
import type { Statement } from '@sluice/core/statement/command'

/** A system that knows nothing by name. */
export const BARE: DialectTraits = {
  isSystemSchema: () => false,
  isTemporarySchema: () => false,
  builtinFunction: () => undefined,
  isBuiltinOperator: () => false,
  isBuiltinType: () => false,
  isSystemColumn: () => false,
  outputName: () => ({ name: '', sure: true }),
  valuesColumn: (position) => `v${position}`,
  isHarmlessSetting: () => false,
  isIdentitySetting: () => false,
  isOpenSetting: () => false,
}

/** One table `app.t` with one column `a`. */
const CATALOG = buildCatalog(
  1,
  {
    database: 'db',
    relations: [{ id: 1, schema: 'app', name: 't', type: 'table', system: false }],
    columns: [{ relation: 1, name: 'a', ordinal: 1, type: 'text' }],
    routines: [],
  },
  () => [],
)

/** What is understood of a statement that nobody read from a text, by a session that knows no names. */
export const analysedBare = (statement: Statement, traits: DialectTraits): Analysis =>
  analyse(
    { statement, canonical: '', fingerprint: '', literals: false, parameterCount: 0 },
    CATALOG,
    { database: 'db', searchPath: ['app'] },
    NO_NAMES,
    traits,
  )

import { defaultLimits } from '@sluice/reading/limits'
import { readCorpus } from '@sluice/testkit/corpora'
import { withOtherConstants } from '@sluice/testkit/other-constants'
import { patternSuite } from '../../../../packages/reading/test/pattern-suite.ts'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import { constantsOf } from '../../src/dialect/constants.ts'
import { mariadb } from './modes.ts'

patternSuite({
  split: (text) => canonicalStatements(text, mariadb, defaultLimits),
  constants: (text) => constantsOf(text, mariadb),
  corpus: readCorpus('mysql'),
  othersOf: withOtherConstants,
  hanging: [
    "select a as 'b' from t",
    "select a as '' from t",
    "set sql_mode = 'ANSI'",
    'select /*!50000 a */ from t',
    'select 0x1f, 1.5, 1e5, t.1',
  ],
})

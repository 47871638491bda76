import { defaultLimits } from '@sluice/reading/limits'
import { readCorpus } from '@sluice/testkit/corpora'
import { withOtherConstants } from '@sluice/testkit/other-constants'
import { patternSuite } from '../../../../packages/reading/test/pattern-suite.ts'
import { constantsOf } from '../../src/dialect/constants.ts'
import { splitter } from '../../src/dialect/split.ts'

const split = splitter(defaultLimits)

patternSuite({
  split: (text) => split(text, true),
  constants: (text) => constantsOf(text, true),
  corpus: readCorpus('sqlserver'),
  othersOf: withOtherConstants,
  hanging: [
    "select a as 'b' from t",
    `select a as '${'b'.repeat(129)}' from t`,
    "exec ('select 1')",
    'select 0x1f, 1.5, 1e5, $1',
  ],
})

import { defaultLimits } from '@sluice/reading/limits'
import { readCorpus } from '@sluice/testkit/corpora'
import { withOtherConstants } from '@sluice/testkit/other-constants'
import { patternSuite } from '../../../../packages/reading/test/pattern-suite.ts'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import { constantsOf } from '../../src/dialect/constants.ts'

patternSuite({
  split: (text) => canonicalStatements(text, true, defaultLimits),
  constants: (text) => constantsOf(text, true),
  corpus: readCorpus('postgres'),
  othersOf: withOtherConstants,
  hanging: [
    "select set_config('role', 'a', false)",
    "set search_path to 'a'",
    "select U&'d!0061' uescape '!'",
    "select E'a', B'1', X'1F', 1.5, 0x1f, 1e5",
  ],
})

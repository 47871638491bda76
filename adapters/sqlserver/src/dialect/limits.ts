import { type DialectLimits, defaultLimits as shared } from '@sluice/reading/limits'

/** What the dialect uses where the caller names no limit. */
export const defaultLimits: DialectLimits = shared

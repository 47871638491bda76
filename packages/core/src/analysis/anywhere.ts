import type { Flow } from './facts.ts'

/** Code that is not followed may have read anything and written it anywhere. */
export const ANYWHERE: Flow = { sources: [], unknown: true, direct: false, target: undefined }

import type { Statement } from '@sluice/core/statement/command'
import { lowerSource } from '../lower/source.ts'
import { confirmLeaf } from './agree.ts'
import type { Source } from './protocol.ts'

/** Reads one statement and has every query and write in it confirmed. Throws Unreadable. */
export const readSource = (source: Source): Statement => {
  const { statement, leaves } = lowerSource(source)
  for (const leaf of leaves) confirmLeaf(leaf)
  return statement
}

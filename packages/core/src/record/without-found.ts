import { Buffer } from 'node:buffer'
import { blotted, scan } from '../scan/scan.ts'

/**
 * A name, or a text of names, as it is recorded: stars stand for what looks personal or secret. Names are told apart from
 * values by how they are written alone, and clients that mean another database write a value as a name.
 */
export const withoutFound = (text: string): string => {
  const bytes = Buffer.from(text)
  const hits = scan(bytes)
  return hits === undefined ? text : blotted(bytes, hits).toString()
}

import { join } from 'node:path'
import { embeddedPostgresFolder } from '@sluice/testkit/postgres-binaries'
import { pythonWith } from '@sluice/testkit/system-tools'
import { run } from './program.ts'

const script = join(import.meta.dirname, '..', 'drivers', 'libpq18.py')
const libraries = join(embeddedPostgresFolder(), 'lib')

/** What libpq says of a connection. */
type LibpqSaid = {
  readonly connected: boolean
  readonly error?: string
  /** 30000 or 30002. */
  readonly protocol?: number
  readonly tls?: boolean
  readonly alpn?: string | null
  readonly value?: string
  readonly cancelled?: boolean
  readonly sqlstate?: string
  /** Discovery address and scope, for each time a token was asked for. */
  readonly asked: readonly (readonly [string | null, string | null])[]
}

/** Whether libpq can be used here: it needs a Python with ctypes. */
export const libpq18Works: boolean = pythonWith('ctypes') !== undefined

/** The libpq of PostgreSQL 18, as the npm binaries bring it, by its C interface. */
export async function libpq18(
  action: 'query' | 'cancel' | 'oauth',
  conninfo: Readonly<Record<string, string | number>>,
  token = '',
): Promise<LibpqSaid> {
  const words = Object.entries(conninfo).map(([name, value]) => `${name}='${String(value)}'`)
  const args = [script, join(libraries, 'libpq.so.5'), action, words.join(' '), token]
  const { output } = await run(pythonWith('ctypes') ?? 'python3', args, {
    env: { LD_LIBRARY_PATH: libraries },
  })
  const last = output.trim().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(last) as LibpqSaid
  } catch {
    throw new Error(`libpq said no JSON:\n${output}`)
  }
}

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { verifyJournal } from '@sluice/audit/verify'
import * as Effect from 'effect/Effect'
import { note, withPath } from './journals.ts'

/** The writing thread finds no room, as a full disk says it, while there is a file of that name. */
const fillable = (full: string): string => `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  import { isMainThread } from 'node:worker_threads'
  const write = fs.writeSync
  fs.writeSync = (...to) => {
    if (isMainThread || !fs.existsSync('${full}')) return write(...to)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  }
  syncBuiltinESMExports()`

test.each([0, 10])(
  'INVARIANT (record-before-effect): a full disk refuses all that waits, and loses nothing: with room it goes on (it may lag by %i ms)',
  (syncWithinMs) =>
    withPath(async (path) => {
      const full = `${path}.full`
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--conditions=@sluice/source',
        `--import=data:text/javascript,${encodeURIComponent(fillable(full))}`,
        new URL('./amid-full-disk.ts', import.meta.url).pathname,
        path,
        full,
        String(syncWithinMs),
      ])
      const why = `there is no room for \`${path}\` (ENOSPC: no space left on device, write); make some, and it is written on`
      const became = JSON.parse(stdout) as { readonly status: { readonly appended: number } }
      expect(became).toMatchObject({
        told: [why, 'goes on'],
        became: why,
        later: why,
        after: 'kept',
        status: { refused: 0, durable: became.status.appended },
      })
      const entries = [...readEntries(path)].map(({ entry }) => entry)
      expect(entries).toHaveLength(became.status.appended)
      expect(entries.slice(-2)).toEqual([note(2), note(3)])
      const report = await Effect.runPromise(verifyJournal(path, readFileSync(`${path}.pub`, 'utf8')))
      expect(report).toMatchObject({ ok: true, findings: [] })
    }),
  60_000,
)

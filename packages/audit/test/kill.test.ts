import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { verifyJournal } from '@sluice/audit/verify'
import * as Effect from 'effect/Effect'
import { withPath } from './journals.ts'

const RUNS = 5
const DURABLE_PER_RUN = 300

test.each(['disk', 'file'])(
  'INVARIANT (record-before-effect): what was said to be on %s outlives SIGKILL, every time',
  (reach) =>
    withPath(async (path) => {
      let acknowledged = 0
      for (let run = 0; run < RUNS; run += 1) {
        const child = spawn(
          process.execPath,
          ['--conditions=@sluice/source', new URL('./appender.ts', import.meta.url).pathname, path, reach],
          {
            cwd: import.meta.dirname,
            stdio: ['ignore', 'pipe', 'inherit'],
          },
        )
        const before = acknowledged
        let killed = false
        let rest = ''
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          const lines = (rest + text).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) acknowledged = Math.max(acknowledged, Number(line))
          if (killed || acknowledged < before + DURABLE_PER_RUN) return
          killed = child.kill('SIGKILL')
        })
        await once(child, 'close')
        expect(killed).toBe(true)
        const positions = [...readEntries(path)].map(({ position }) => position)
        expect(positions).toEqual(positions.map((_, at) => at + 1))
        expect(positions.length).toBeGreaterThanOrEqual(acknowledged)
        const report = await Effect.runPromise(
          verifyJournal(path, readFileSync(`${path}.pub`, 'utf8'), { checkpointEveryEntries: 50 }),
        )
        expect(report).toMatchObject({ ok: true, findings: [] })
      }
    }),
  60_000,
)

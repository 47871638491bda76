import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { libpqUrl, type Side } from '../harness/side-by-side.ts'
import type { Suite } from './suite.ts'
import type { Workplace } from './workplace.ts'

/** As many rows as its own harness asks for. */
const ROWS = 700

/** libpq's pipeline tests; of some of them every message is compared with a trace that comes with them. */
export const pipeline: Suite = {
  name: 'libpq_pipeline',
  passing: 11,
  database: 'pipelines',
  run: async (workplace, side, output) => {
    const program = join(workplace.folder, 'libpq_pipeline', 'libpq_pipeline')
    const listed = await workplace.run(program, ['tests'], side)
    const results = new Map<string, 'ok' | 'failed'>()
    for (const test of listed.output.trim().split(/\s+/)) {
      results.set(test, (await passes(workplace, side, output, program, test)) ? 'ok' : 'failed')
    }
    return results
  },
}

async function passes(
  workplace: Workplace,
  side: Side,
  output: string,
  program: string,
  test: string,
): Promise<boolean> {
  const expected = join(workplace.folder, 'libpq_pipeline', 'traces', `${test}.trace`)
  const trace = join(output, `${test}.trace`)
  const traced = existsSync(expected)
  const args = ['-r', String(ROWS), ...(traced ? ['-t', trace] : []), test, libpqUrl(side)]
  const { code } = await workplace.run(program, args, side)
  if (code !== 0) return false
  return !traced || (await readFile(trace, 'utf8')) === (await readFile(expected, 'utf8'))
}

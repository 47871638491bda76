import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const run = promisify(execFile)

/** In KiB: twice of what it takes. Where V8 optimises the parser, it takes 700 MB. */
const MOST = 400 * 1024

const onLinux = process.platform === 'linux' ? test : test.skip

onLinux(
  'reading takes no more memory than a small machine has',
  async () => {
    const program = fileURLToPath(new URL('./read-many.ts', import.meta.url))
    const flags = ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning']
    const { stdout } = await run(process.execPath, [...flags, program])
    expect(Number(stdout)).toBeGreaterThan(0)
    expect(Number(stdout)).toBeLessThan(MOST)
  },
  60_000,
)

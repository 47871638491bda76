import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const proofs = 'adapters/postgres/test/session/proofs.types.ts'

/** The errors that the compiler finds in one test file, compiled as the tests are. */
async function errorsIn(file: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(root, 'node_modules/.sluice-types-'))
  try {
    const config = join(folder, 'tsconfig.json')
    await writeFile(config, JSON.stringify({ extends: join(root, 'tsconfig.test.json'), include: [file] }))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = await run(process.execPath, [tsc, '-p', config], { cwd: root }).catch(
      (error: unknown) => error as { stdout: string },
    )
    return stdout.split('\n').filter((line) => line.includes('.types'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('skipping decide, record or mask does not compile', async () => {
  expect(await errorsIn(join(root, proofs))).toEqual([])
}, 60_000)

test('each of the lines marked so is what the compiler refuses', async () => {
  const text = await readFile(join(root, proofs), 'utf8')
  const marked = text.split('\n').filter((line) => line.startsWith('// @ts-expect-error'))
  const bare = join(root, proofs.replace('proofs.types.ts', `proofs-bare-${process.pid}.types.ts`))
  await writeFile(bare, text.replaceAll('// @ts-expect-error', '//'))
  try {
    expect(await errorsIn(bare)).toHaveLength(marked.length)
  } finally {
    await rm(bare)
  }
}, 60_000)

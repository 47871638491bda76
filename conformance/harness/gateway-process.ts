import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
const flags = ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning', main]
const run = promisify(execFile)

const SAYS_WITHIN_MS = 20_000

/** A gateway in a process of its own. */
export type GatewayProcess = {
  readonly port: number
  /** Sends SIGHUP and waits for what it says from then on. Rejects with that where it does not say the words. */
  readonly hangUp: (words: RegExp) => Promise<void>
  /** Sends a signal. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Nobody reads any more what it says. */
  readonly hearNoMore: () => void
  /** Sends the signal and waits until the process is gone. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>
}

/** `sluice up -c file`. Resolves when it listens; rejects with what it said when it ends before. */
export async function startGatewayProcess(file: string): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [...flags, 'up', '-c', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const port = await Promise.race([listening(child), once(child, 'exit').then(() => undefined)])
  if (port === undefined) throw new Error(`\`sluice up\` ended before it listened:\n${said}`)
  return {
    port,
    hangUp: async (words) => {
      said = ''
      child.kill('SIGHUP')
      const end = performance.now() + SAYS_WITHIN_MS
      while (!words.test(said) && child.exitCode === null && performance.now() < end) await delay(10)
      if (!words.test(said)) throw new Error(`\`sluice up\` said at SIGHUP:\n${said}`)
    },
    signal: (signal) => {
      child.kill(signal)
    },
    hearNoMore: () => {
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
    },
    kill: async (signal) => {
      const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
      child.kill(signal)
      await exited
    },
  }
}

async function listening(child: ChildProcess): Promise<number | undefined> {
  if (child.stdout === null) return undefined
  for await (const text of createInterface({ input: child.stdout })) {
    const port = /^sluice listens on .*:(\d+)$/.exec(text)?.[1]
    if (port === undefined) continue
    child.stdout.resume()
    return Number(port)
  }
  return undefined
}

/** `sluice audit verify`: what it prints. Rejects where the journal is not as it was written. */
export async function auditVerify(journal: string): Promise<string> {
  const { stdout } = await run(process.execPath, [...flags, 'audit', 'verify', '--journal', journal])
  return stdout
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'

const MODULE = new URL('../src/postgres-server.ts', import.meta.url).href
const PARENT = `
  const { startPostgres } = await import(${JSON.stringify(MODULE)})
  const server = await startPostgres({ version: 'embedded', superuserPassword: 'x', auth: 'trust' })
  console.log(JSON.stringify({ pid: server.pid, data: server.dataDir }))
  setInterval(() => undefined, 1000)
`

test('a server does not outlive a parent that is killed, and its data goes too', async () => {
  const flags = ['--conditions=@sluice/source', '--input-type=module', '-e', PARENT]
  const parent = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const { pid, data } = JSON.parse(line.toString()) as { pid: number; data: string }
  expect(existsSync(data)).toBe(true)
  parent.kill('SIGKILL')
  while (existsSync(data) || isAlive(pid)) await delay(50)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

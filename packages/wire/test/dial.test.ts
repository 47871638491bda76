import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { dial } from '@sluice/wire/socket/dial'

/** The timer of a connection to a port, as Linux lists it: its kind, 2 for the one that asks a silent peer, and what is left. */
async function timerOf(port: number): Promise<{ kind: number; seconds: number } | undefined> {
  const lines = (await readFile('/proc/net/tcp', 'latin1')).split('\n')
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const established = '01'
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .find((words) => (words[2] ?? '').endsWith(remote) && words[3] === established)
  const [kind, ticks] = found?.[5]?.split(':') ?? []
  if (kind === undefined || ticks === undefined) return undefined
  return { kind: Number.parseInt(kind, 16), seconds: Number.parseInt(ticks, 16) / 100 }
}

const onLinux = process.platform === 'linux' ? test : test.skip

onLinux('a database that says nothing is asked after a minute whether it is still there', async () => {
  const listener = createServer((socket) => socket.on('error', () => undefined))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as { port: number }
  const socket = await dial({ host: '127.0.0.1', port, tls: 'disable' }, '', async (dialled) => dialled)
  const timer = await timerOf(port)
  socket.destroy()
  listener.close()
  expect(timer?.kind).toBe(2)
  expect(timer?.seconds).toBeLessThanOrEqual(60)
})

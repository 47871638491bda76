/** Started with `--expose-gc` and an IPC channel: a gateway in a process of its own, that says what it holds in memory. */
import { startGateway, type TestGatewayOptions } from './gateway.ts'

/**
 * What the gateway's process holds once everything unreachable is gone, in bytes. `peak`: the most that it ever had of the
 * system's memory.
 */
export type Held = { readonly heap: number; readonly buffers: number; readonly peak: number }

/** What the process is told first, in its first message. */
export type Asked = TestGatewayOptions | 'measure'

export type Answered = { readonly port: number } | Held

async function measure(): Promise<Held> {
  for (let i = 0; i < 4; i += 1) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external } = process.memoryUsage()
  return { heap: heapUsed, buffers: external, peak: process.resourceUsage().maxRSS * 1024 }
}

process.on('message', (asked: Asked) => {
  const answer: Promise<Answered> =
    asked === 'measure' ? measure() : startGateway(asked).then(({ port }) => ({ port }))
  void answer.then((said) => process.send?.(said))
})

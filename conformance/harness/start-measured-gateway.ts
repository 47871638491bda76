import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestGatewayOptions } from './gateway.ts'
import type { Answered, Asked, Held } from './measured-gateway.ts'

/** A gateway in a process of its own that says what it holds in memory. */
export type MeasuredGateway = {
  readonly port: number
  /** Bytes that it holds once everything unreachable is gone. */
  readonly held: () => Promise<number>
  readonly close: () => void
}

/** Starts one. */
export async function startMeasuredGateway(options: TestGatewayOptions): Promise<MeasuredGateway> {
  const gateway = spawn(
    process.execPath,
    ['--expose-gc', '--conditions=@sluice/source', join(import.meta.dirname, 'measured-gateway.ts')],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const ask = async (asked: Asked): Promise<Answered> => {
    gateway.send(asked)
    const [answer] = (await once(gateway, 'message')) as [Answered]
    return answer
  }
  const started = await ask(options)
  return {
    port: 'port' in started ? started.port : 0,
    held: async () => {
      const { heap, buffers } = (await ask('measure')) as Held
      return heap + buffers
    },
    close: () => {
      gateway.kill()
    },
  }
}

import type { Screen } from './screen.ts'

const WIDTH = 34

/** Says what is going on, and since when (in milliseconds of `performance.now`). */
export function started(screen: Screen, what: string): number {
  screen.write(`   ${`${what} `.padEnd(WIDTH, '.')} `)
  return performance.now()
}

/** Ends the line with how long it took. */
export function finished(screen: Screen, since: number): void {
  screen.write(`${((performance.now() - since) / 1000).toFixed(1)} s\n`)
}

/** Says what is going on, does it, and adds how long it took. */
export async function step<T>(screen: Screen, what: string, work: () => Promise<T>): Promise<T> {
  const since = started(screen, what)
  try {
    const result = await work()
    finished(screen, since)
    return result
  } catch (error) {
    screen.write('failed\n')
    throw error
  }
}

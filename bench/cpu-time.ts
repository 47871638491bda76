import { readdirSync, readFileSync } from 'node:fs'

/** CPU time in microseconds by the name of the thread; threads of one name are added up. */
export type CpuTime = ReadonlyMap<string, number>

/** Linux counts CPU time for `/proc` in hundredths of a second (`USER_HZ`), whatever the kernel's own clock. */
const MICROSECONDS_PER_TICK = 10_000

/**
 * What the process has used so far, by thread, from `/proc/<pid>/task`; empty where there is no such thing. Time of
 * threads that have ended is not in it. proc(5), "/proc/pid/stat": fields 14 and 15, behind the name in parentheses.
 */
export function cpuTimeOf(pid: number | undefined): CpuTime {
  const used = new Map<string, number>()
  if (pid === undefined) return used
  for (const task of foldersIn(`/proc/${pid}/task`)) {
    const stat = textOf(`/proc/${pid}/task/${task}/stat`)
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    if (Number.isFinite(ticks)) used.set(name, (used.get(name) ?? 0) + ticks * MICROSECONDS_PER_TICK)
  }
  return used
}

/** What was used between two looks. */
export function cpuBetween(before: CpuTime, after: CpuTime): CpuTime {
  return new Map([...after].map(([name, used]) => [name, used - (before.get(name) ?? 0)]))
}

/** The sum over all threads, in microseconds. */
export function cpuTotal(used: CpuTime): number {
  return [...used.values()].reduce((sum, one) => sum + one, 0)
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

/** A thread may end between the listing and the reading. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

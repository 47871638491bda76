import { readdirSync, readFileSync } from 'node:fs'

/** CPU time in microseconds by the name of the thread; threads of one name are added up. */
export type CpuTime = ReadonlyMap<string, number>

/**
 * What the process has used so far, by thread, from `/proc/<pid>/task`; empty where there is no such thing. Time of
 * threads that have ended is not in it. Linux, "Scheduler Statistics", /proc/<pid>/schedstat: the first field is the
 * time spent on the CPU in nanoseconds.
 */
export function cpuTimeOf(pid: number | undefined): CpuTime {
  const used = new Map<string, number>()
  if (pid === undefined) return used
  for (const task of foldersIn(`/proc/${pid}/task`)) {
    const name = textOf(`/proc/${pid}/task/${task}/comm`).trim()
    const nanoseconds = Number(textOf(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0])
    if (name !== '') used.set(name, (used.get(name) ?? 0) + nanoseconds / 1000)
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

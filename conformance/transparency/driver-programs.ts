import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Side } from '../harness/side-by-side.ts'
import type { Way } from './driver-worlds.ts'

const run = promisify(execFile)

/** How long a driver's program may take to build. */
const BUILD_TIMEOUT_MS = 5 * 60_000

/** The program to start, and its arguments. */
type Started = { readonly program: string; readonly args: readonly string[] }

/** How a driver's program is started: the program and its arguments, up to the mode. */
export type Start = (side: Side, way: Way) => Started

/** What a program is told of where to connect. */
export type Address = (side: Side, way: Way) => readonly string[]

/** A driver and the program that tries it. */
export type Driver = {
  readonly name: string
  /** What it needs of `conformanceTools`, by name. */
  readonly tools: readonly string[]
  /** Builds the program into `folder` where that is needed. */
  readonly prepare: (folder: string) => Promise<Start>
}

/** Where the programs are. */
export const PROGRAMS: string = join(import.meta.dirname, '..', 'drivers', 'smoke')
/** The system's own, for which Debian has the drivers. */
const PYTHON = '/usr/bin/python3'
/** How Java is started for a short program. */
const JAVA = ['-XX:TieredStopAtLevel=1', '-Xmx256m', '-Duser.timezone=UTC', '-Dfile.encoding=UTF-8']

/** A program in Python, named after its driver in `tools` where no others are named. */
export const python = (
  address: Address,
  name: string,
  file: string,
  tools: readonly string[] = [name],
): Driver => ({
  name,
  tools,
  prepare: async () => (side, way) => ({
    program: PYTHON,
    args: ['-u', join(PROGRAMS, file), ...address(side, way)],
  }),
})

/** A program in Go; Debian's Go libraries lie in a workspace of the old kind. */
export const go = (address: Address, name: string, program: string): Driver => ({
  name,
  tools: ['go', name],
  prepare: async (folder) => {
    const built = join(folder, program)
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      GOCACHE: join(folder, 'go-cache'),
      GOPATH: '/usr/share/gocode',
      GO111MODULE: 'off',
    }
    const source = join(PROGRAMS, `${program}.go`)
    await run('go', ['build', '-o', built, source], { env, timeout: BUILD_TIMEOUT_MS })
    return (side, way) => ({ program: built, args: address(side, way) })
  },
})

/** A program in C, by the compiler's arguments for its library. */
export const c = (address: Address, name: string, program: string, library: readonly string[]): Driver => ({
  name,
  tools: ['gcc', name],
  prepare: async (folder) => {
    const built = join(folder, program)
    const args = ['-Wall', '-Werror', '-o', built, join(PROGRAMS, `${program}.c`), ...library]
    await run('gcc', args, { timeout: BUILD_TIMEOUT_MS })
    return (side, way) => ({ program: built, args: address(side, way) })
  },
})

/** The class `Smoke` in Java, by the driver's jar. */
export const java = (
  address: Address,
  driver: Pick<Driver, 'name' | 'tools'>,
  jar: string,
  file: string,
): Driver => ({
  ...driver,
  prepare: async (folder) => {
    const classes = join(folder, `${file}-classes`)
    await mkdir(classes)
    const args = ['-J-Xmx256m', '-d', classes, '-cp', jar, join(PROGRAMS, file)]
    await run('javac', args, { timeout: BUILD_TIMEOUT_MS })
    return (side, way) => ({
      program: 'java',
      args: [...JAVA, '-cp', `${jar}:${classes}`, 'Smoke', ...address(side, way)],
    })
  },
})

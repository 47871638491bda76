import { spawn } from 'node:child_process'
import { findProgram, type SystemTool, systemTools } from '@sluice/testkit/system-tools'

/** What became of a program. */
export type Outcome = { readonly code: number | null; readonly output: string }

/** The environment of a client program: no settings of the machine or of the person who runs the tests. */
const environment = { LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: '/nonexistent', PATH: process.env['PATH'] ?? '' }

/** Runs a program with `input`; its output and its errors come together, in the order they were written. */
export function run(
  program: string,
  args: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // One pipe for both, so that an error stands where it came between the rows.
    const child = spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', program, ...args], {
      env: { ...environment, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const chunks: Buffer[] = []
    child.on('error', reject)
    child.stdin.on('error', () => undefined)
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }))
    child.stdin.end(input)
  })
}

/** The file of a program that the tests ensured. Throws where it is missing. */
export function program(name: string): string {
  const file = findProgram(name)
  if (file === undefined) throw new Error(`\`${name}\` is not installed`)
  return file
}

/** Says loudly which of the tools are missing; the tests that need them are to be skipped then. */
export function missingTools(...names: readonly string[]): readonly SystemTool[] {
  const missing = systemTools.filter(({ name, find }) => names.includes(name) && find() === undefined)
  for (const { name, debianPackage } of missing) {
    console.warn(`skipped: ${name} is not installed (Debian package ${debianPackage})`)
  }
  return missing
}
